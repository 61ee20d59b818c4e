/* The host: CPUs of which no optional feature is used. */
/* SPDX-License-Identifier: MIT */
#include "util/host.h"

uint64_t host_ticks(void)
{
    return clock_monotonic_ns();
}

uint64_t host_probe_features(void)
{
    return 0;
}
