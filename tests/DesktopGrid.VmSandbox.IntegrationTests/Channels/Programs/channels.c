// Maps the file of channels as a BOINC application does: 8 of 1024 bytes. Channels 5 and 6 are the program's, 4 is the host's heartbeat.
//   channels talk            answers each text of channel 0 with "got TEXT" in channel 5, until that is "end"; a word in channel 6 is its last act.
//   channels beat MS         a line for each text of channel 4: the milliseconds since it began, and the text.
//   channels status COUNT    fills channel 5 with numbers, each when it is empty.
//   channels flood MS        all channels full at full speed, of bytes without a NUL.
//   channels cut MS          makes the file shorter and longer at full speed, and says so at the end.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { COUNT = 8, SIZE = 1024 };
static volatile char *memory;

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static int take(int channel, char *text) {
    volatile char *place = memory + channel * SIZE;
    if (!place[0]) return 0;
    __sync_synchronize();
    strncpy(text, (const char *)place + 1, SIZE - 1);
    text[SIZE - 1] = 0;
    __sync_synchronize();
    place[0] = 0;
    return 1;
}

static void fill(int channel, const char *text) {
    volatile char *place = memory + channel * SIZE;
    while (place[0]) usleep(5000);
    strncpy((char *)place + 1, text, SIZE - 2);
    __sync_synchronize();
    place[0] = 1;
}

int main(int argc, char **argv) {
    const char *act = argv[1];
    long number = argc > 2 ? atol(argv[2]) : 0;
    long long begin = now();
    char text[SIZE], answer[SIZE + 8];
    int file = open("boinc_mmap_file", O_RDWR);
    if (file < 0) { perror("open"); return 1; }
    memory = mmap(NULL, COUNT * SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) { perror("mmap"); return 1; }
    puts("ready");
    fflush(stdout);
    if (strcmp(act, "talk") == 0) {
        do {
            while (!take(0, text)) usleep(10000);
            snprintf(answer, sizeof answer, "got %s", text);
            fill(5, answer);
        } while (strcmp(text, "end") != 0);
        fill(6, "left behind");
    } else if (strcmp(act, "beat") == 0) {
        while (now() - begin < number) {
            if (take(4, text)) { printf("%lld %s\n", now() - begin, text); fflush(stdout); }
            usleep(10000);
        }
    } else if (strcmp(act, "status") == 0) {
        for (long i = 1; i <= number; i++) {
            snprintf(text, sizeof text, "%ld", i);
            fill(5, text);
        }
    } else if (strcmp(act, "flood") == 0) {
        while (now() - begin < number) memset((void *)memory, 0xff, COUNT * SIZE);
    } else if (strcmp(act, "cut") == 0) {
        munmap((void *)memory, COUNT * SIZE);
        while (now() - begin < number) {
            if (ftruncate(file, 0) || ftruncate(file, 5 * SIZE + 1) || pwrite(file, "x", 1, 5 * SIZE) != 1 || ftruncate(file, 1L << 40)) { perror("cut"); return 1; }
        }
        puts("cut");
    } else {
        return 2;
    }
    return 0;
}
