/* The command line, parsed: what the user asked for, checked as far as words go. */
/* SPDX-License-Identifier: MIT */
#ifndef SOFTMMU_OPTIONS_H
#define SOFTMMU_OPTIONS_H

#include <stdio.h>

#include "hw/core/machine.h"
#include "hw/rtc/mc146818.h"
#include "hw/x86/smbios.h"
#include "util/common.h"
#include "util/error.h"

/* What is to be printed instead of starting a machine. */
typedef enum HelpTopic {
    HELP_NONE,
    HELP_OPTIONS,
    HELP_VERSION,
    HELP_MACHINE,
    HELP_CPU,
    HELP_ACCEL,
    HELP_DEVICE,
    HELP_LOG,
} HelpTopic;

/* Strings belong to argv, unless they are said to be owned. NULL: not given. */
typedef struct Options {
    const char *version;     /* of the program; set by it */
    HelpTopic help;          /* the first one asked for */
    const char *help_device; /* of HELP_DEVICE: one device; NULL: all (owned) */

    const char *machine; /* name of the board (owned) */
    /* values of -accel, or what -machine accel= and -enable-kvm name; owned strings */
    GPtrArray *accels;
    const char *machine_accel;  /* NAME[:NAME]... (owned) */
    const char *kernel_irqchip; /* on, split or off; NULL: not given */
    const char *cpu;            /* the whole value */
    const char *name;           /* (owned) */
    const char *uuid;           /* as a text in lower case; NULL: not given */
    RTCChoice rtc;
    SmbiosChoice smbios;
    GPtrArray *owned;  /* texts that the two of them point to */
    uint64_t ram_size; /* bytes; 0: not given */
    const char *ram_text;
    unsigned ncpus;
    GPtrArray *devices; /* values of -device (owned) */

    const char *kernel, *initrd, *append, *bios;
    bool no_reboot, no_shutdown;

    bool nographic, display_none;
    const char *serial[MACHINE_SERIALS];
    unsigned nserial;
    GPtrArray *monitors; /* where monitors are: values of -monitor, and "chardev:ID" of
                            -mon; owned strings */
    GPtrArray *chardevs; /* values of -chardev (owned) */

    const char *gdb; /* where gdb is waited for */
    bool stopped;

    bool daemonize;
    const char *pidfile; /* an absolute path (owned) */

    bool perfmap, jitdump;
    const char *symbols;

    char *log_items; /* joined by commas (owned) */
    const char *log_file, *log_filter;
} Options;

/* Reads argv[1] on. False with *errp set to "-option value: message". */
bool options_parse(Options *o, int argc, char **argv, GError **errp) USER_CHECKED;
void options_clear(Options *o);

/* Prints `-help`. */
void options_print_help(FILE *out);

#endif
