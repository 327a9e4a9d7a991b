// A program that speaks the client's protocol by itself, without BOINC's library.
#include <fcntl.h>
#include <sys/mman.h>

#include "task.h"

enum { CONTROL = 0, HEARTBEAT = 4, STATUS = 5, TRICKLE_UP = 6, TRICKLE_DOWN = 7, CHANNEL = 1024 };

static char *channels;
static char facts[1 << 17];
static double cpu_before, last_beat, last_status, last_checkpoint, checkpoint_cpu, period = 60;
static int client;
static int is_suspended, is_uploading, is_forbidden;

static double fact(const char *name, double otherwise)
{
    char tag[64];
    const char *found;
    snprintf(tag, sizeof tag, "<%s>", name);
    found = strstr(facts, tag);
    return found == NULL ? otherwise : strtod(found + strlen(tag), NULL);
}

static double cpu_time(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return cpu_before + used.ru_utime.tv_sec + used.ru_utime.tv_usec / 1e6 + used.ru_stime.tv_sec + used.ru_stime.tv_usec / 1e6;
}

static int take(int channel, char *text)
{
    volatile char *flag = channels + channel * CHANNEL;
    if (channels == NULL || *flag == 0) {
        return 0;
    }

    __sync_synchronize();
    snprintf(text, CHANNEL, "%s", channels + channel * CHANNEL + 1);
    __sync_synchronize();
    *flag = 0;
    return 1;
}

static int put(int channel, const char *text)
{
    volatile char *flag = channels + channel * CHANNEL;
    if (channels == NULL || *flag != 0) {
        return 0;
    }

    strncpy(channels + channel * CHANNEL + 1, text, CHANNEL - 2);
    __sync_synchronize();
    *flag = 1;
    return 1;
}

// The name itself, or where the soft link leads that stands under it.
static const char *resolved(const char *name)
{
    char line[512] = "", *path = (char *)malloc(512);
    FILE *file = fopen(name, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL || sscanf(line, "<soft_link>%511[^<]</soft_link>", path) != 1) {
        snprintf(path, 512, "%s", name);
    }

    if (file != NULL) {
        fclose(file);
    }

    return path;
}

static void leave(int code)
{
    unlink("boinc_lockfile");
    exit(code);
}

static void finish(int code)
{
    FILE *file = fopen("boinc_finish_called", "w");
    if (file != NULL) {
        fprintf(file, "%d\n", code);
        fclose(file);
    }

    leave(code);
}

// In one step, as the client demands: the delay, and a reason.
static void postpone(void)
{
    FILE *file = fopen("boinc_temporary_exit", "w");
    if (file != NULL) {
        fprintf(file, "8\nthe task waits for a moment\n\n");
        fclose(file);
    }

    leave(0);
}

static void tell(const struct task *t, const struct task_options *o)
{
    char text[512];
    snprintf(text, sizeof text, "<current_cpu_time>%e</current_cpu_time>\n<checkpoint_cpu_time>%e</checkpoint_cpu_time>\n<fraction_done>%e</fraction_done>\n",
        cpu_time(), checkpoint_cpu, (double)t->step / o->steps);
    put(STATUS, text);
    last_status = task_now();
}

static int read_facts(void)
{
    FILE *file = fopen("init_data.xml", "r");
    if (file == NULL) {
        return 0;
    }

    facts[fread(facts, 1, sizeof facts - 1, file)] = 0;
    fclose(file);
    period = fact("checkpoint_period", 60);
    return 1;
}

// What the client lets it know of the network, once for each change.
static void hear_of_network(const char *text)
{
    int now = strstr(text, "<network_suspended/>") != NULL;
    if (now != is_forbidden) {
        is_forbidden = now;
        fprintf(stderr, "task: the network is %s\n", now ? "forbidden" : "allowed");
    }
}

static void hear(const struct task *t, const struct task_options *o)
{
    char text[CHANNEL], line[256];
    FILE *file;
    do {
        while (take(HEARTBEAT, text)) {
            last_beat = task_now();
            hear_of_network(text);
        }

        if (task_now() - last_beat > 30 || (client > 0 && kill(client, 0) != 0 && errno == ESRCH)) {
            fprintf(stderr, "task: the client is lost\n");
            leave(0);
        }

        if (take(CONTROL, text)) {
            fprintf(stderr, "task: hears %s\n", text);
            if (strstr(text, "<quit/>") != NULL) {
                leave(0);
            }

            if (strstr(text, "<abort/>") != NULL) {
                leave(194);
            }

            if (strstr(text, "<reread_app_info/>") != NULL && read_facts()) {
                fprintf(stderr, "task: read again, a checkpoint each %.0f s\n", period);
            }

            is_suspended = strstr(text, "<suspend/>") != NULL ? 1 : strstr(text, "<resume/>") != NULL ? 0 : is_suspended;
        }

        if (take(TRICKLE_DOWN, text)) {
            if (strstr(text, "<upload_file_status/>") != NULL && access("boinc_ufs_part", F_OK) == 0) {
                is_uploading = 0;
                fprintf(stderr, "task: the part is uploaded\n");
            }

            // The name holds a time in a real slot; the shell knows how to look.
            if (strstr(text, "<have_trickle_down/>") != NULL && (file = popen("cat *trickle_down* && rm -f *trickle_down*", "r")) != NULL) {
                while (fgets(line, sizeof line, file) != NULL) {
                    fprintf(stderr, "task: trickle down %s", line);
                }

                pclose(file);
            }
        }

        if (!is_suspended && task_now() - last_status >= 1) {
            tell(t, o);
        }

        if (is_suspended) {
            task_sleep(100);
        }
    } while (is_suspended);
}

static void send_trickle(int step)
{
    FILE *file = fopen("trickle_up.xml", "w");
    fprintf(file, "<variety>progress</variety>\n<step>%d</step>\n", step);
    fclose(file);
    fprintf(stderr, "task: trickle up %d\n", put(TRICKLE_UP, "<have_new_trickle_up/>\n") ? 0 : -1);
}

static void upload_what_there_is(const struct task *t)
{
    FILE *request;
    if (task_write_output(t, resolved("part"), 0) == 0 && (request = fopen("boinc_ufr_part", "w")) != NULL) {
        fclose(request);
        is_uploading = 1;
        fprintf(stderr, "task: upload of a part %d\n", put(TRICKLE_UP, "<have_new_upload_file/>\n") ? 0 : -1);
    }
}

static void begin(void)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int lock = open("boinc_lockfile", O_WRONLY | O_CREAT, 0664), map;
    if (lock < 0 || fcntl(lock, F_SETLK, &whole) != 0) {
        fprintf(stderr, "task: another holds the slot\n");
        exit(1);
    }

    if (read_facts()) {
        cpu_before = checkpoint_cpu = fact("wu_cpu_time", 0);
        client = (int)fact("client_pid", 0);
    }

    map = open("boinc_mmap_file", O_RDWR);
    if (map >= 0) {
        channels = (char *)mmap(NULL, 8 * CHANNEL, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
        channels = channels == MAP_FAILED ? NULL : channels;
    }

    last_beat = last_checkpoint = task_now();
}

int main(int count, char **words)
{
    struct task_options o = task_parse(count, words);
    struct task t = {0, 0, 0, 0};
    double end;
    begin();
    if (task_read_input(&t, resolved(o.input)) != 0) {
        finish(3);
    }

    task_load(&t, o.state);
    task_burden(&o);
    while (t.step < o.steps) {
        task_step(&t, &o);
        if (task_now() - last_checkpoint >= period) {
            if (task_save(&t, o.state, o.checkpoint_ms) != 0) {
                finish(4);
            }

            last_checkpoint = task_now();
            checkpoint_cpu = cpu_time();
        }

        if (t.step == o.trickle_at) {
            send_trickle(t.step);
        }

        if (t.step == o.upload_at) {
            upload_what_there_is(&t);
        }

        // Without a client nobody beats.
        if (channels != NULL) {
            hear(&t, &o);
        }

        if (task_wants_pause(&t, &o)) {
            postpone();
        }
    }

    for (end = task_now() + 30; channels != NULL && is_uploading && task_now() < end; task_sleep(100)) {
        hear(&t, &o);
    }

    task_end(&o);
    if (task_write_output(&t, resolved(o.output), o.pad) != 0) {
        finish(5);
    }

    tell(&t, &o);
    task_sleep(2000);
    finish(o.exit_code);
}
