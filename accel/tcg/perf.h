/* For perf: the map of generated code, and its dump. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_PERF_H
#define ACCEL_TCG_PERF_H

#include "accel/tcg/tb.h"

/* /tmp/perf-PID.map and jit-PID.dump; opening one again does nothing. */
bool tcg_perf_open_map(GError **errp);
bool tcg_perf_open_dump(GError **errp);
void tcg_perf_close(void);
/* Somebody wants names: symbols_add_file() is worth its time. */
bool tcg_perf_active(void);
/* In the child of a fork(): its map is a file of its own, the dump stays the parent's. */
void tcg_perf_forked(void);
/* A unit was made; with the engine's lock held. */
void tcg_perf_unit(const TranslationBlock *tb);

#endif
