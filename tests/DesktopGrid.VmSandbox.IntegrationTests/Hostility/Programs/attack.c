// Tries what only the guest's root may do. One line for each attempt: its name, and "refused" or "ALLOWED".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <unistd.h>

static void tell(const char *name, int allowed) {
    printf("%s: %s\n", name, allowed ? "ALLOWED" : "refused");
    fflush(stdout);
}

static int opens(const char *path, int flags) {
    int file = open(path, flags | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0) close(file);
    return file >= 0;
}

int main(void) {
    char path[64];
    for (int i = 0; i < 8; i++) {
        snprintf(path, sizeof path, "/dev/vport0p%d", i);
        tell(path, opens(path, O_RDWR) || opens(path, O_RDONLY) || opens(path, O_WRONLY));
        snprintf(path, sizeof path, "/dev/vport1p%d", i);
        tell(path, opens(path, O_RDWR));
    }
    const char *files[] = {"/dev/vda", "/dev/mem", "/dev/port", "/dev/kmsg", "/dev/console", "/dev/ttyS0", "/dev/tty0", "/dev/hvc0", "/dev/nvram", "/dev/rtc0", "/dev/snapshot",
        "/proc/kcore", "/proc/kmsg", "/proc/sysrq-trigger", "/proc/1/mem", "/proc/1/oom_score_adj", "/proc/sys/kernel/core_pattern", "/proc/sys/user/max_user_namespaces",
        "/sys/kernel/uevent_helper", "/sys/power/state", "/sbin/vmsandboxd", "/bin/busybox", "/etc/passwd", "/run/vmsandbox/x"};
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) tell(files[i], opens(files[i], O_WRONLY));
    const char *secrets[] = {"/dev/vda", "/proc/1/environ", "/proc/1/maps", "/proc/1/mem", "/proc/1/fd/0", "/var/lib/vmsandbox", "/var/lib/vmsandbox/stdout", "/proc/1/root/etc", "/proc/kcore", "/dev/kmsg", "/proc/kallsyms_"};
    for (unsigned i = 0; i < sizeof secrets / sizeof *secrets; i++) { printf("read "); tell(secrets[i], opens(secrets[i], O_RDONLY)); }

    const char *folders[] = {"/", "/bin", "/sbin", "/etc", "/dev", "/run", "/run/vmsandbox", "/var/lib", "/lib", "/usr/bin", "/root", "/proc", "/sys", "/lib64"};
    for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/intruder", folders[i]);
        printf("create "); tell(path, opens(path, O_CREAT | O_WRONLY));
    }
    tell("remove the message socket", unlink("/run/vmsandbox/messages") == 0);
    tell("rename the inbox", rename("/run/vmsandbox/inbox", "/run/vmsandbox/other") == 0);
    tell("rename the work directory", rename("/work", "/work2") == 0);

    tell("setuid", setuid(0) == 0);
    tell("setgid", setgid(0) == 0);
    tell("setgroups", setgroups(0, NULL) == 0);
    tell("gain privileges again", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
    tell("lack no-new-privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1);
    tell("mount", mount("none", "/work", "tmpfs", 0, "") == 0);
    tell("bind mount", mount("/etc", "/work", "", MS_BIND, "") == 0);
    tell("umount", umount2("/run", MNT_DETACH) == 0);
    tell("chroot", chroot("/work") == 0);
    tell("pivot_root", syscall(SYS_pivot_root, "/work", "/work") == 0);
    tell("user namespace", unshare(CLONE_NEWUSER) == 0);
    tell("network namespace", unshare(CLONE_NEWNET) == 0);
    tell("mount namespace", unshare(CLONE_NEWNS) == 0);
    tell("mknod", mknod("/work/vda", S_IFBLK | 0666, makedev(254, 0)) == 0);
    tell("reboot", reboot(RB_AUTOBOOT) == 0);
    tell("power off", reboot(RB_POWER_OFF) == 0);
    tell("swapon", swapon("/work/none", 0) == 0 || errno != EPERM);
    tell("sethostname", sethostname("x", 1) == 0);
    struct timeval day = {.tv_sec = 86400};
    tell("settimeofday", settimeofday(&day, NULL) == 0);
    struct timex adjust = {.modes = ADJ_FREQUENCY, .freq = 1};
    tell("adjtimex", adjtimex(&adjust) >= 0);
    tell("iopl", iopl(3) == 0);
    tell("ioperm", ioperm(0x80, 1, 1) == 0);
    tell("init_module", syscall(SYS_init_module, "", 0, "") == 0 || errno != EPERM);
    tell("kexec", syscall(SYS_kexec_load, 0, 0, NULL, 0) == 0 || errno != EPERM);
    tell("bpf", syscall(SYS_bpf, 0, NULL, 0) == 0 || errno != EPERM);
    tell("perf", syscall(SYS_perf_event_open, NULL, 1, -1, -1, 0) >= 0);
    tell("userfaultfd", syscall(SYS_userfaultfd, 0) >= 0);
    tell("syslog", syscall(SYS_syslog, 3, path, (int)sizeof path) >= 0);
    tell("kill the daemon", kill(1, SIGKILL) == 0 || kill(1, SIGTERM) == 0 || kill(1, 0) == 0);
    tell("trace the daemon", ptrace(PTRACE_ATTACH, 1, NULL, NULL) == 0 || ptrace(PTRACE_SEIZE, 1, NULL, NULL) == 0);
    char byte;
    struct iovec here = {&byte, 1}, there = {(void *)0x400000, 1};
    tell("read the daemon's memory", process_vm_readv(1, &here, 1, &there, 1, 0) >= 0);
    int daemon = (int)syscall(SYS_pidfd_open, 1, 0);
    tell("take the daemon's descriptors", daemon >= 0 && syscall(SYS_pidfd_getfd, daemon, 0, 0) >= 0);
    struct rlimit none = {0, 0};
    tell("limit the daemon", prlimit(1, RLIMIT_NOFILE, &none, NULL) == 0);
    tell("raise own limits", setrlimit(RLIMIT_NPROC, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}) == 0);
    tell("renice the daemon", setpriority(PRIO_PROCESS, 1, 19) == 0);
    tell("raise own priority", setpriority(PRIO_PROCESS, 0, -1) == 0);
    struct sched_param first = {.sched_priority = 1};
    tell("real time", sched_setscheduler(0, SCHED_FIFO, &first) == 0);
    return 0;
}
