/* Talks to a gdb stub: gdb-client PORT PACKET:REPLY...: each reply begins as it should.
 */
/* SPDX-License-Identifier: MIT */
/*
 * For the lab, which has no gdb.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int connect_to(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int tries = 0; tries < 300; tries++) { /* until it listens */
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        if (!connect(fd, (struct sockaddr *)&a, sizeof a)) {
            return fd;
        }
        close(fd);
        usleep(100000);
    }
    perror("gdb-client: connect");
    exit(1);
}

static char next_byte(int fd)
{
    char c;

    if (read(fd, &c, 1) != 1) {
        fprintf(stderr, "gdb-client: the stub has gone\n");
        exit(1);
    }
    return c;
}

/* The next packet's text. */
static void receive(int fd, char *to, size_t max)
{
    size_t n = 0;
    char c;

    while (next_byte(fd) != '$') {
    }
    while ((c = next_byte(fd)) != '#') {
        if (n + 1 < max) {
            to[n++] = c;
        }
    }
    to[n] = 0;
    next_byte(fd); /* the sum */
    next_byte(fd);
    if (write(fd, "+", 1) != 1) {
        exit(1);
    }
}

static void send_packet(int fd, const char *text)
{
    char buf[512];
    unsigned sum = 0;

    for (const char *p = text; *p; p++) {
        sum += (unsigned char)*p;
    }
    int n = snprintf(buf, sizeof buf, "$%s#%02x", text, sum & 0xff);

    if (write(fd, buf, n) != n) {
        exit(1);
    }
}

static int ask(int fd, char *packet)
{
    char *want = strchr(packet, ':'), got[1024];

    if (!want) {
        return 1;
    }
    *want++ = 0;
    send_packet(fd, packet);
    receive(fd, got, sizeof got);
    if (strncmp(got, want, strlen(want)) != 0) {
        printf("%s: got %s, wanted %s\n", packet, got, want);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int fd = argc > 1 ? connect_to(atoi(argv[1])) : -1, failed = fd < 0;

    for (int i = 2; i < argc && !failed; i++) {
        failed = ask(fd, argv[i]);
    }
    return failed;
}
