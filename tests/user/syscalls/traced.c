/* The calls whose lines test-strace.py looks for. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <termios.h>
#include <time.h>

#include "calls.h"

int main(void)
{
    struct timespec ts = {0, 1000}, now;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct iovec iov[2] = {
        {(void *)"one", 3},
        {(void *)"two", 3}
    };
    struct termios t;
    char many[100], buf[8];
    int p[2];

    memset(many, 'a', sizeof many);
    close(3); /* what was inherited would change the numbers */
    RAW(openat, AT_FDCWD, "/dev/null", O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    RAW(write, 3, "some\n\tdata\"\1", 12);
    RAW(write, 3, many, sizeof many);
    RAW(openat, AT_FDCWD, "/nothing/here", O_RDONLY, 0);
    if (pipe2(p, 0) < 0 || write(p[1], "abc", 3) != 3) {
        return 1;
    }
    RAW(read, p[0], buf, 3);
    close(p[1]);
    RAW(mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    RAW(kill, getpid(), 0);
    RAW(clock_gettime, CLOCK_MONOTONIC, &now);
    RAW(nanosleep, &ts, NULL);
    a.sin_addr.s_addr = inet_addr("127.0.0.1");
    RAW(socket, AF_INET, SOCK_DGRAM, 0);
    RAW(connect, 5, &a, sizeof a);
    RAW(writev, 3, iov, 2);
    RAW(fcntl, 3, F_GETFD, 0);
    RAW(ioctl, 3, TCGETS, &t);
    RAW(openat, AT_FDCWD, 8, O_RDONLY, 0);
    syscall(999);
    RAW(exit_group, 7);
    return 0;
}
