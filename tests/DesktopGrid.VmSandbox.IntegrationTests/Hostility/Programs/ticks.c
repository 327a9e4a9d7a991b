// A periodic timer of 100 ms. A line for each time it is waited for: how many ticks came at once, how many in all, and the milliseconds of the clock
// that only counts since it began. Ends when there is a file "enough".
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

int main(void) {
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec tenth = {{0, 100000000}, {0, 100000000}};
    timerfd_settime(timer, 0, &tenth, NULL);
    long long begin = now(), all = 0;
    while (access("enough", F_OK) != 0) {
        uint64_t came = 0;
        if (read(timer, &came, sizeof came) != sizeof came) return 1;
        all += came;
        printf("%llu %lld %lld\n", (unsigned long long)came, all, now() - begin);
        fflush(stdout);
    }
    return 0;
}
