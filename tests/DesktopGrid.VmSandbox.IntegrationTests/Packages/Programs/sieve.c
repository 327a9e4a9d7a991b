/* sieve FROM TO: prints the primes in between, one a line. By plain division, so that it takes its time. */
#include <stdio.h>
#include <stdlib.h>

static int is_prime(unsigned long number)
{
    for (unsigned long factor = 2; factor * factor <= number; factor++)
        if (number % factor == 0)
            return 0;
    return number > 1;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    unsigned long to = strtoul(argv[2], NULL, 10);
    for (unsigned long number = strtoul(argv[1], NULL, 10); number < to; number++)
        if (is_prime(number))
            printf("%lu\n", number);
    return 0;
}
