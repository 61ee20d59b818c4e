/* For perf: the map of generated code, and its dump. Private to accel/tcg. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_PERF_H
#define ACCEL_TCG_PERF_H

#include "accel/tcg/tb.h"

/* /tmp/perf-PID.map and jit-PID.dump; opening one again does nothing. */
bool tcg_perf_open_map(GError **errp);
bool tcg_perf_open_dump(GError **errp);
void tcg_perf_close(void);
/* A unit was made; with the engine's lock held. */
void tcg_perf_unit(const TranslationBlock *tb);

#endif
