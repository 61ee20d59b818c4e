/* The terminal on standard input: raw mode, and the way back on every exit. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKENDS_TERMINAL_H
#define BACKENDS_TERMINAL_H

#include "util/common.h"

/*
 * Puts the terminal into raw mode, if standard input is one: no echo, no line editing.
 * With signals, Ctrl-C and Ctrl-Z keep their meaning for us; without, they are input for
 * the guest. exit() restores it; so must whatever else ends the process.
 */
void terminal_set_raw(bool signals);

/* Back to how it was found. Safe in signal handlers and when raw mode was never set. */
void terminal_restore(void);

/* Raw again after the process was stopped and goes on (SIGCONT). */
void terminal_resume(void);

#endif
