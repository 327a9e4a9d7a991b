// Tries to reach anything outside by every kind of socket. One line for each attempt: its name, "refused" or "REACHED", and milliseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// Opens a socket and sends a byte; with nothing that carries it away, one of the calls must fail by itself.
static void attempt(const char *what, const char *where, int family, int type, int protocol, const struct sockaddr *address, socklen_t length) {
    long start = now();
    const char *outcome = "refused";
    int handle = socket(family, type, protocol);
    if (handle >= 0) {
        int yes = 1;
        setsockopt(handle, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes);
        int failed = type == SOCK_STREAM ? connect(handle, address, length) : sendto(handle, "12345678", 8, 0, address, length) < 0;
        if (!failed) outcome = "REACHED";
        close(handle);
    }
    printf("%s to %s: %s (%s) %ld\n", what, where, outcome, strerror(errno), now() - start);
    fflush(stdout);
}

int main(void) {
    // A public resolver, QEMU's user network's gateway, resolver and host, a cloud's metadata, private networks, multicast, broadcast.
    const char *four[] = {"8.8.8.8", "10.0.2.2", "10.0.2.3", "10.0.2.15", "169.254.169.254", "192.168.0.1", "172.17.0.1", "224.0.0.1", "255.255.255.255"};
    for (unsigned i = 0; i < sizeof four / sizeof *four; i++) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
        inet_pton(AF_INET, four[i], &to.sin_addr);
        const struct sockaddr *address = (const struct sockaddr *)&to;
        attempt("TCP", four[i], AF_INET, SOCK_STREAM, 0, address, sizeof to);
        attempt("UDP", four[i], AF_INET, SOCK_DGRAM, 0, address, sizeof to);
        attempt("ICMP", four[i], AF_INET, SOCK_DGRAM, IPPROTO_ICMP, address, sizeof to);
        attempt("raw ICMP", four[i], AF_INET, SOCK_RAW, IPPROTO_ICMP, address, sizeof to);
        attempt("raw IP", four[i], AF_INET, SOCK_RAW, IPPROTO_RAW, address, sizeof to);
        attempt("SCTP", four[i], AF_INET, SOCK_STREAM, IPPROTO_SCTP, address, sizeof to);
    }
    const char *six[] = {"2001:4860:4860::8888", "fe80::1", "fec0::2", "fd00::1", "ff02::1", "::ffff:8.8.8.8"};
    for (unsigned i = 0; i < sizeof six / sizeof *six; i++) {
        struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(80), .sin6_scope_id = 1};
        inet_pton(AF_INET6, six[i], &to.sin6_addr);
        const struct sockaddr *address = (const struct sockaddr *)&to;
        attempt("TCP", six[i], AF_INET6, SOCK_STREAM, 0, address, sizeof to);
        attempt("UDP", six[i], AF_INET6, SOCK_DGRAM, 0, address, sizeof to);
        attempt("ICMP", six[i], AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, address, sizeof to);
        attempt("raw ICMP", six[i], AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, address, sizeof to);
    }
    for (int index = 0; index < 4; index++) {
        struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = index, .sll_halen = 6, .sll_addr = {255, 255, 255, 255, 255, 255}};
        char where[32];
        snprintf(where, sizeof where, "interface %d", index);
        attempt("packet", where, AF_PACKET, SOCK_RAW, htons(ETH_P_ALL), (const struct sockaddr *)&to, sizeof to);
        attempt("cooked packet", where, AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL), (const struct sockaddr *)&to, sizeof to);
    }
    for (unsigned cid = 0; cid < 4; cid++) {
        struct sockaddr_vm to = {.svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = 1024};
        char where[32];
        snprintf(where, sizeof where, "context %u", cid);
        attempt("vsock", where, AF_VSOCK, SOCK_STREAM, 0, (const struct sockaddr *)&to, sizeof to);
        attempt("vsock datagram", where, AF_VSOCK, SOCK_DGRAM, 0, (const struct sockaddr *)&to, sizeof to);
    }
    struct sockaddr other = {0};
    int families[] = {AF_X25, AF_AX25, AF_IPX, AF_APPLETALK, AF_BLUETOOTH, AF_CAN, AF_TIPC, AF_RDS, AF_LLC, AF_NFC, AF_XDP, AF_ALG, AF_PPPOX, AF_IEEE802154, AF_QIPCRTR, AF_SMC};
    for (unsigned i = 0; i < sizeof families / sizeof *families; i++) {
        char where[32];
        snprintf(where, sizeof where, "family %d", families[i]);
        other.sa_family = families[i];
        attempt("stream", where, families[i], SOCK_STREAM, 0, &other, sizeof other);
        attempt("datagram", where, families[i], SOCK_DGRAM, 0, &other, sizeof other);
        attempt("raw", where, families[i], SOCK_RAW, 0, &other, sizeof other);
    }
    return 0;
}
