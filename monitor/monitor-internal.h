/* What the monitor's commands get, and what they share. */
/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_MONITOR_INTERNAL_H
#define MONITOR_MONITOR_INTERNAL_H

#include "cpu/regs.h"
#include "monitor/monitor.h"

/* "/COUNT FORMAT SIZE" of x, xp, print, i and o. */
typedef struct MonFormat {
    int count;
    char format; /* x d u o c i */
    int size;    /* bytes: 1, 2, 4, 8 */
} MonFormat;

#define MON_MAX_ARGS 3

/* One command that is being carried out. */
typedef struct MonCall {
    const MonitorProgram *p;
    CPUState *cpu; /* the current one */
    GString *out;
    MonFormat fmt;
    int64_t num[MON_MAX_ARGS]; /* expressions, in order */
    unsigned nnum;
    char *text; /* the word or the rest of the line; NULL: left out */
    bool flag;  /* the -x of the row was given */
    GError *error;
} MonCall;

typedef void MonFn(MonCall *c);

typedef enum MonPlace {
    MON_HERE, /* in the main thread       */
    MON_CPU,  /* in the thread of the vCPU */
} MonPlace;

/*
 * args says what follows the name: f a format, e an expression, w a word (in quotes if
 * need be), r the rest of the line, -X a flag; ? behind one says that it may be left out.
 */
typedef struct MonCommand {
    const char *name, *alias, *args, *params, *help;
    MonPlace place;
    MonFn *fn;
} MonCommand;

void mon_printf(MonCall *c, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Names of commands that begin with `start`, or of info topics if it begins with "info ".
 */
char **mon_complete(const char *start);
void mon_run_line(const MonitorProgram *p, const char *line, GString *out);

#define CMD(name, alias, args, params, place, fn, help) MonFn hmp_##fn;
#define INFO(name, args, params, place, fn, help)       MonFn hmp_info_##fn;
#include "monitor/commands.def"

#endif
