// A program linked with BOINC's own library, as its documents say: tells how far it is, checkpoints when it may, and obeys because the library does.
// "application STEPS": so many steps of a tenth of a second.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <boinc/boinc_api.h>

int main(int, char **argv) {
    int steps = atoi(argv[1]), step = 0;
    if (boinc_init()) return 1;
    if (FILE *state = fopen("state", "r")) {
        if (fscanf(state, "%d", &step) != 1) step = 0;
        fclose(state);
    }
    for (; step < steps; step++) {
        printf("step %d\n", step);
        fflush(stdout);
        usleep(100000);
        boinc_fraction_done((step + 1.0) / steps);
        if (boinc_time_to_checkpoint()) {
            FILE *state = fopen("state", "w");
            fprintf(state, "%d", step + 1);
            fclose(state);
            boinc_checkpoint_completed();
        }
    }
    boinc_finish(0);
}
