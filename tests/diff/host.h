/* A child process that runs cases on the host's CPU. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DIFF_HOST_H
#define TESTS_DIFF_HOST_H

#include "tests/diff/gen.h"

#define HOST_BATCH 32

typedef struct HostSlot {
    Case c;
    Snapshot out;
} HostSlot;

/* False: this host cannot. The child is made anew when a case has killed it. */
typedef struct Host Host;
Host *host_new(const Gen *g);
void host_free(Host *h);
/* The slots to fill and to read. */
HostSlot *host_slots(Host *h);
/* Runs slots 0 .. n - 1. Returns how many are done: fewer when slot [result] has killed
 * the child. */
unsigned host_run(Host *h, unsigned n);

#endif
