/* The monitor's input line: editing, history, completion. */
/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_READLINE_H
#define MONITOR_READLINE_H

#include "util/common.h"

/*
 * The line is echoed as it is typed. Keys: those of a terminal for moving and deleting,
 * Ctrl-A (where it comes through) B D E F H K N P U W, Tab.
 */

typedef struct ReadlineOps {
    void (*print)(void *opaque, const char *text, size_t len);
    void (*line)(void *opaque, const char *line);
    /* Words that may stand where `start` begins; the caller frees them. NULL: none. */
    char **(*complete)(void *opaque, const char *start);
} ReadlineOps;

typedef struct Readline {
    const ReadlineOps *ops;
    void *opaque;
    const char *prompt;
    GString *text;
    size_t cursor;
    GPtrArray *history; /* oldest first */
    unsigned at;        /* in history; its length: the line that is being typed */
    enum { KEY_PLAIN, KEY_ESCAPE, KEY_CSI } state;
    char csi_number;
    bool after_return; /* the \n of \r\n is no line */
} Readline;

void readline_init(Readline *r, const ReadlineOps *ops, void *opaque, const char *prompt);
void readline_clear(Readline *r);
/* A new line, with its prompt. */
void readline_start(Readline *r);
void readline_byte(Readline *r, uint8_t c);

#endif
