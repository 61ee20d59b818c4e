/* A child process that runs cases on the host's CPU. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DIFF_HOST_H
#define TESTS_DIFF_HOST_H

#include "tests/diff/outcome.h"

#define HOST_BATCH 512 /* slots; there is one more, for a single case between batches */

typedef struct HostSlot {
    Case c;
    Outcome out;
} HostSlot;

/* False: this host cannot. The child is made anew when a case has killed it. */
typedef struct Host Host;
Host *host_new(const Gen *g);
void host_free(Host *h);
/* The slots to fill and to read. */
HostSlot *host_slots(Host *h);
/* Runs slots first .. end - 1. Returns the first that is not done: when it is not `end`,
 * it has killed the child. */
unsigned host_run(Host *h, unsigned first, unsigned end);

#endif
