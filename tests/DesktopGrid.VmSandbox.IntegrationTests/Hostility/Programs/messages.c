// Floods the socket of msg_to_host. "messages send COUNT [SIZE]": as many messages as fast as they are taken, each its number in so many
// digits; "messages hold COUNT": opens so many connections and says nothing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int reach(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, getenv("VMSANDBOX_MESSAGES"), sizeof address.sun_path - 1);
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) { perror("connect"); exit(1); }
    return connection;
}

int main(int argc, char **argv) {
    int count = atoi(argv[2]);
    if (strcmp(argv[1], "hold") == 0) {
        while (count-- > 0) reach();
        puts("held");
        fflush(stdout);
        for (;;) pause();
    }
    for (int i = 1; i <= count; i++) {
        static char text[1 << 20];
        char answer[128] = "";
        int connection = reach(), length = snprintf(text, sizeof text, "flood\n%0*d", argc > 3 ? atoi(argv[3]) : 1, i);
        if (write(connection, text, length) != length || shutdown(connection, SHUT_WR) != 0 || read(connection, answer, sizeof answer - 1) <= 0 || strcmp(answer, "ok\n") != 0) {
            fprintf(stderr, "message %d: %s\n", i, answer);
            return 1;
        }
        close(connection);
    }
    return 0;
}
