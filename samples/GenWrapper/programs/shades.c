/* shades: how many bytes of standard input are black, grey and white. */
#include <stdio.h>

int main(void)
{
    long black = 0, grey = 0, white = 0;
    for (int shade; (shade = getchar()) != EOF;)
        if (shade == 0)
            black++;
        else if (shade < 200)
            grey++;
        else
            white++;
    printf("%ld black, %ld grey, %ld white\n", black, grey, white);
    return 0;
}
