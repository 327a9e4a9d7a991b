// Alters every page of 128 MB in each round, and finds in the next round what it wrote in the one before. The rest of a page is random, so that
// nothing is saved by leaving pages out or by compressing them. A line for every 16 rounds; ends when a page is not of the round before.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    const size_t bytes = 128u << 20, page = 4096 / sizeof(uint64_t), words = bytes / sizeof(uint64_t);
    // Written through a volatile pointer: a compiler leaves out what nobody reads.
    volatile uint64_t *block = malloc(bytes);
    if (!block) return 2;
    uint64_t random = 88172645463325252ull;
    for (size_t i = 0; i < words; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        block[i] = i % page ? random : 0;
    }
    for (uint64_t round = 1;; round++) {
        for (size_t i = 0; i < words; i += page) {
            if (block[i] != round - 1) {
                printf("damaged: page %zu in round %llu\n", i / page, (unsigned long long)round);
                return 1;
            }
            block[i] = round;
        }
        if (round % 16 == 0) {
            puts("round");
            fflush(stdout);
        }
    }
}
