// What the three programs of these tests compute: the same bytes from the same input and options, however often it was interrupted.
#ifndef TASK_H
#define TASK_H

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct task_options {
    const char *input, *output, *state, *fraction;
    int steps, step_ms, work, busy, checkpoint_every, checkpoint_ms, pad, trickle_at, upload_at, fill_mib, hold_mib, postpone_at, exit_code, end_signal;
};

struct task {
    int step;
    uint64_t value, input;
    long bytes;
};

static int task_number(const char *name, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*end != 0 || value < 0 || value > 1000000000) {
        fprintf(stderr, "task: %s wants a number, not %s\n", name, text);
        exit(2);
    }

    return (int)value;
}

// Unknown options are refused: what reaches the program must be what the project wrote.
static struct task_options task_parse(int count, char **words)
{
    struct task_options o = {"in", "out", "task_state", "fraction_done", 20, 100, 2000, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    struct { const char *name; const char **text; int *number; } known[] = {
        {"--input", &o.input, NULL}, {"--output", &o.output, NULL}, {"--state", &o.state, NULL}, {"--fraction", &o.fraction, NULL},
        {"--steps", NULL, &o.steps}, {"--step-ms", NULL, &o.step_ms}, {"--work", NULL, &o.work}, {"--busy", NULL, &o.busy},
        {"--checkpoint-every", NULL, &o.checkpoint_every}, {"--checkpoint-ms", NULL, &o.checkpoint_ms}, {"--pad", NULL, &o.pad},
        {"--trickle-at", NULL, &o.trickle_at}, {"--upload-at", NULL, &o.upload_at}, {"--fill-mib", NULL, &o.fill_mib},
        {"--hold-mib", NULL, &o.hold_mib}, {"--postpone-at", NULL, &o.postpone_at}, {"--exit", NULL, &o.exit_code}, {"--signal", NULL, &o.end_signal},
    };
    for (int i = 1; i < count; i++) {
        size_t k = 0;
        while (k < sizeof known / sizeof *known && strcmp(words[i], known[k].name) != 0) {
            k++;
        }

        if (k == sizeof known / sizeof *known || i + 1 == count) {
            fprintf(stderr, "task: what is %s?\n", words[i]);
            exit(2);
        }

        i++;
        if (known[k].text != NULL) {
            *known[k].text = words[i];
        } else {
            *known[k].number = task_number(words[i - 1], words[i]);
        }
    }

    return o;
}

static uint64_t task_mix(uint64_t value)
{
    value = value * 6364136223846793005u + 1442695040888963407u;
    return value ^ (value >> 29);
}

static int task_read_input(struct task *t, const char *path)
{
    FILE *file = fopen(path, "rb");
    int c;
    if (file == NULL) {
        fprintf(stderr, "task: cannot open its input %s: %s\n", path, strerror(errno));
        return 1;
    }

    t->input = 14695981039346656037u;
    while ((c = getc(file)) != EOF) {
        t->input = (t->input ^ (unsigned char)c) * 1099511628211u;
        t->bytes++;
    }

    fclose(file);
    t->value = t->input;
    return 0;
}

static double task_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

// Signals of the library's timer interrupt a sleep.
static void task_sleep(int ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000L};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static void task_step(struct task *t, const struct task_options *o)
{
    double end = task_now() + o->step_ms / 1000.0;
    volatile uint64_t heat = 1;
    for (int i = 0; i < o->work; i++) {
        t->value = task_mix(t->value + (uint64_t)t->step);
    }

    t->step++;
    while (o->busy && task_now() < end) {
        for (int i = 0; i < 20000; i++) {
            heat = task_mix(heat);
        }
    }

    if (!o->busy) {
        task_sleep(o->step_ms);
    }
}

// Returns 1 where there was a state to go on from.
static int task_load(struct task *t, const char *path)
{
    FILE *file = fopen(path, "r");
    unsigned long long value;
    int step, found = 0;
    if (file != NULL) {
        if (fscanf(file, "step %d value %llx end", &step, &value) == 2) {
            t->step = step;
            t->value = value;
            found = 1;
        }

        fclose(file);
    }

    fprintf(stderr, found ? "task: goes on at step %d\n" : "task: begins\n", t->step);
    return found;
}

// In two halves with a pause between them, so that somebody can come in the middle.
static int task_save(const struct task *t, const char *path, int pause_ms)
{
    char fresh[512];
    FILE *file;
    snprintf(fresh, sizeof fresh, "%s.new", path);
    file = fopen(fresh, "w");
    if (file == NULL) {
        fprintf(stderr, "task: cannot write %s: %s\n", fresh, strerror(errno));
        return 1;
    }

    fprintf(file, "step %d ", t->step);
    fflush(file);
    if (pause_ms > 0) {
        task_sleep(pause_ms);
    }

    fprintf(file, "value %llx end\n", (unsigned long long)t->value);
    if (fclose(file) != 0 || rename(fresh, path) != 0) {
        fprintf(stderr, "task: cannot keep %s: %s\n", path, strerror(errno));
        return 1;
    }

    fprintf(stderr, "task: checkpoint at step %d\n", t->step);
    return 0;
}

static int task_write_output(const struct task *t, const char *path, int pad)
{
    FILE *file = fopen(path, "wb");
    uint64_t value = t->value;
    if (file == NULL) {
        fprintf(stderr, "task: cannot write its output %s: %s\n", path, strerror(errno));
        return 1;
    }

    fprintf(file, "input %ld bytes %llx\nsteps %d\nvalue %llx\n", t->bytes, (unsigned long long)t->input, t->step, (unsigned long long)t->value);
    for (int i = 0; i < pad; i++) {
        value = task_mix(value);
        putc((int)(value >> 56), file);
    }

    if (fclose(file) != 0) {
        fprintf(stderr, "task: cannot write its output %s: %s\n", path, strerror(errno));
        return 1;
    }

    return 0;
}

// Once only: whoever is started again finds the mark.
static int task_wants_pause(const struct task *t, const struct task_options *o)
{
    FILE *mark;
    if (t->step != o->postpone_at || access("task_paused", F_OK) == 0 || (mark = fopen("task_paused", "w")) == NULL) {
        return 0;
    }

    fclose(mark);
    fprintf(stderr, "task: asks to be started later\n");
    return task_save(t, o->state, 0) == 0;
}

// What it has used of the processor by its own account, in this process; and then it may die.
static void task_end(const struct task_options *o)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    fprintf(stderr, "task: used %.3f s\n", used.ru_utime.tv_sec + used.ru_utime.tv_usec / 1e6 + used.ru_stime.tv_sec + used.ru_stime.tv_usec / 1e6);
    fprintf(stderr, "task: done\n");
    if (o->end_signal > 0) {
        signal(o->end_signal, SIG_DFL);
        raise(o->end_signal);
    }
}

// Fills its folder, or its memory, as asked: for the limits.
static void task_burden(const struct task_options *o)
{
    static char block[1 << 20];
    char *memory;
    FILE *file;
    if (o->fill_mib > 0 && (file = fopen("filler", "wb")) != NULL) {
        for (int i = 0; i < o->fill_mib; i++) {
            for (size_t k = 0; k < sizeof block; k++) {
                block[k] = (char)(task_mix(k + (uint64_t)i) >> 40);
            }

            fwrite(block, sizeof block, 1, file);
        }

        fclose(file);
    }

    // Piece by piece: a system refuses at once what it can never have, and here it shall find out.
    for (int i = 0; i < o->hold_mib && (memory = (char *)malloc(sizeof block)) != NULL; i++) {
        for (size_t k = 0; k < sizeof block; k += 4096) {
            memory[k] = (char)(task_mix(k + (uint64_t)i) >> 40);
        }

        if (i + 1 == o->hold_mib) {
            fprintf(stderr, "task: holds %d MiB, the last byte %d\n", o->hold_mib, memory[sizeof block - 4096]);
        }
    }
}

#endif
