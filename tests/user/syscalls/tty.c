/* ioctl() on terminals: a pseudo terminal of the program's own. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "calls.h"

/* What was written arrives in its own time. */
static void readable(int fd)
{
    struct pollfd p = {fd, POLLIN, 0};

    CALL(poll(&p, 1, 5000));
}

int main(void)
{
    struct termios t;
    struct winsize w = {24, 80, 0, 0};
    char buf[100] = "", name[64];
    int m, s, value = 0;

    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    m = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    if (m < 0) {
        printf("no pseudo terminals here\n");
        return 0;
    }
    CALL(ioctl(m, TIOCSPTLCK, &value));
    CALL(ioctl(m, TIOCGPTN, &value) < 0);
    snprintf(name, sizeof name, "/dev/pts/%d", value);
    s = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    if (s < 0) {
        s = open(name, O_RDWR | O_NOCTTY);
    }
    SHOW(s >= 0);
    CALL(ioctl(s, TCGETS, &t));
    SHOW(t.c_lflag & (ICANON | ECHO | ISIG));
    t.c_lflag &= ~(ICANON | ECHO);
    CALL(ioctl(s, TCSETS, &t));
    CALL(ioctl(s, TCSETSW, &t));
    CALL(ioctl(s, TIOCSWINSZ, &w));
    w.ws_row = 0;
    CALL(ioctl(m, TIOCGWINSZ, &w));
    SHOW(w.ws_row);
    CALL(write(m, "input\n", 6));
    readable(s);
    CALL(ioctl(s, FIONREAD, &value));
    SHOW(value);
    CALL(read(s, buf, sizeof buf));
    CALL(write(s, "output\n", 7));
    readable(m);
    CALL(read(m, buf, sizeof buf));
    CALL(ioctl(s, TCSBRK, 1));
    CALL(ioctl(s, TCFLSH, TCIOFLUSH));
    CALL(ioctl(s, TIOCOUTQ, &value));
    CALL(ioctl(s, TIOCGPGRP, &value));
    CALL(ioctl(s, TIOCGSID, &value));
    CALL(ioctl(m, TCGETS, (void *)8));
    CALL(ioctl(1000, TCGETS, &t));
    CALL(ioctl(s, TIOCGETD, &value));
    SHOW(value);
    CALL(tcgetattr(0, &t) == 0 && 0);
    close(s);
    CALL(ioctl(m, TIOCGPTPEER, -1) > 0 && 0);
    return 0;
}
