/* The terminal on standard input: raw mode, and the way back on every exit. */
/* SPDX-License-Identifier: MIT */
#include "backends/terminal.h"

#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* The terminal is one a process, so this state is as well. */
static struct termios found, raw;
static volatile bool known; /* `found` and `raw` are valid */
static volatile bool is_raw;

static void apply_raw(void)
{
    /* A background process would be stopped for it; SIGCONT calls us again. */
    if (tcgetpgrp(STDIN_FILENO) == getpgrp()) {
        is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
    }
}

void terminal_set_raw(bool signals)
{
    if (!known) {
        if (tcgetattr(STDIN_FILENO, &found) != 0) {
            return;
        }
        atexit(terminal_restore);
    }
    raw = found;
    raw.c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.c_lflag &= ~(ECHO | ECHONL | ICANON | IEXTEN);
    if (!signals) {
        raw.c_lflag &= ~ISIG;
    }
    raw.c_cflag = (raw.c_cflag & ~(CSIZE | PARENB)) | CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    known = true;
    apply_raw();
}

void terminal_restore(void)
{
    if (known && is_raw) {
        tcsetattr(STDIN_FILENO, TCSANOW, &found);
        is_raw = false;
    }
}

void terminal_resume(void)
{
    if (known) {
        apply_raw();
    }
}
