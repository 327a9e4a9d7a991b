/* digest: prints the FNV-1a hash of its standard input. */
#include <inttypes.h>
#include <stdio.h>

int main(void)
{
    uint64_t hash = 14695981039346656037u;
    for (int byte; (byte = getchar()) != EOF;)
        hash = (hash ^ (unsigned)byte) * 1099511628211u;
    printf("%016" PRIx64 "\n", hash);
    return 0;
}
