// Takes memory and uses it until the kernel ends it. With a number: so many processes at once, each for itself.
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    const size_t step = 1 << 20;
    for (int more = argc > 1 ? atoi(argv[1]) : 0; more > 0 && fork() != 0; more--) {}
    for (;;) {
        // Written through a volatile pointer: a compiler leaves out what nobody reads.
        volatile char *block = malloc(step);
        for (size_t i = 0; block && i < step; i += 4096) block[i] = 1;
    }
}
