// A program that knows nothing of BOINC, as a wrapper runs it: a checkpoint file and a fraction-done file of its own.
#include "task.h"

static void tell(const struct task_options *o, int step)
{
    FILE *file = fopen(o->fraction, "w");
    if (file != NULL) {
        fprintf(file, "%.6f\n", (double)step / o->steps);
        fclose(file);
    }
}

int main(int count, char **words)
{
    struct task_options o = task_parse(count, words);
    struct task t = {0, 0, 0, 0};
    if (task_read_input(&t, o.input) != 0) {
        return 3;
    }

    task_load(&t, o.state);
    task_burden(&o);
    while (t.step < o.steps) {
        task_step(&t, &o);
        if (t.step % o.checkpoint_every == 0 && task_save(&t, o.state, o.checkpoint_ms) != 0) {
            return 4;
        }

        tell(&o, t.step);
        // A wrapper's program has no such word: it only ends, which is its end for good.
        if (task_wants_pause(&t, &o)) {
            return 7;
        }
    }

    task_end(&o);
    return task_write_output(&t, o.output, o.pad) != 0 ? 5 : o.exit_code;
}
