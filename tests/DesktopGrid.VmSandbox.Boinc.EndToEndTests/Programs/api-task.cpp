// A program that is linked with BOINC's own library, and knows nothing of sandboxes.
#include <string>

#include "boinc_api.h"
#include "task.h"

static std::string resolved(const char *name)
{
    std::string physical;
    int code = boinc_resolve_filename_s(name, physical);
    if (code != 0) {
        fprintf(stderr, "task: cannot resolve %s: %d\n", name, code);
        boinc_finish(6);
    }

    return physical;
}

static void send_trickle(int step)
{
    char variety[] = "progress", text[64];
    snprintf(text, sizeof text, "<step>%d</step>\n", step);
    fprintf(stderr, "task: trickle up %d\n", boinc_send_trickle_up(variety, text));
}

static void upload_what_there_is(const struct task *t)
{
    std::string name = "part";
    if (task_write_output(t, resolved("part").c_str(), 0) == 0) {
        fprintf(stderr, "task: upload of a part %d\n", boinc_upload_file(name));
    }
}

// What the client lets it know of its user's new wishes. Not of the network: the library listens for "suspend_network", and the client says "network_suspended".
static void hear_of_wishes(void)
{
    BOINC_STATUS status;
    APP_INIT_DATA data;
    boinc_get_status(&status);
    if (status.reread_init_data_file) {
        boinc_parse_init_data_file();
        boinc_get_init_data(data);
        fprintf(stderr, "task: read again, a checkpoint each %.0f s\n", data.checkpoint_period);
    }
}

// What the client has for it since it last looked.
static void hear(bool *uploading)
{
    char file[512], line[256];
    std::string name = "part";
    hear_of_wishes();
    if (*uploading && boinc_upload_status(name) == 0) {
        *uploading = false;
        fprintf(stderr, "task: the part is uploaded\n");
    }

    if (boinc_receive_trickle_down(file, sizeof file)) {
        FILE *trickle = fopen(file, "r");
        while (trickle != NULL && fgets(line, sizeof line, trickle) != NULL) {
            fprintf(stderr, "task: trickle down %s", line);
        }

        if (trickle != NULL) {
            fclose(trickle);
            unlink(file);
        }
    }
}

int main(int count, char **words)
{
    int code = boinc_init();
    if (code != 0) {
        exit(code);
    }

    struct task_options o = task_parse(count, words);
    struct task t = {0, 0, 0, 0};
    bool uploading = false;
    if (task_read_input(&t, resolved(o.input).c_str()) != 0) {
        boinc_finish(3);
    }

    task_load(&t, o.state);
    task_burden(&o);
    while (t.step < o.steps) {
        task_step(&t, &o);
        boinc_fraction_done((double)t.step / o.steps);
        // A critical section lies between these two: neither suspend nor quit comes through.
        if (boinc_time_to_checkpoint()) {
            if (task_save(&t, o.state, o.checkpoint_ms) != 0) {
                boinc_finish(4);
            }

            boinc_checkpoint_completed();
        }

        if (t.step == o.trickle_at) {
            send_trickle(t.step);
        }

        if (t.step == o.upload_at) {
            upload_what_there_is(&t);
            uploading = true;
        }

        hear(&uploading);
        if (task_wants_pause(&t, &o)) {
            boinc_temporary_exit(8, "the task waits for a moment", false);
        }
    }

    for (int i = 0; i < 300 && uploading; i++) {
        task_sleep(100);
        hear(&uploading);
    }

    task_end(&o);
    boinc_finish(task_write_output(&t, resolved(o.output).c_str(), o.pad) != 0 ? 5 : o.exit_code);
}
