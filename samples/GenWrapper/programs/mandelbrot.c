/* mandelbrot WIDTH HEIGHT FROM TO: the rows FROM to TO of a picture of the Mandelbrot set, as bytes of grey on standard output. */
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH = 250 };

static int steps(double x, double y)
{
    double a = 0, b = 0;
    for (int step = 0; step < DEPTH; step++) {
        double squares = a * a - b * b + x;
        b = 2 * a * b + y;
        a = squares;
        if (a * a + b * b > 4)
            return step;
    }
    return DEPTH;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return fprintf(stderr, "usage: mandelbrot WIDTH HEIGHT FROM TO\n"), 2;
    int width = atoi(argv[1]), height = atoi(argv[2]);
    for (int row = atoi(argv[3]); row < atoi(argv[4]); row++)
        for (int column = 0; column < width; column++)
            putchar(DEPTH - steps(-2.2 + 3.2 * column / width, -1.2 + 2.4 * row / height));
    return 0;
}
