/* What reading the command line is divided into. */
/* SPDX-License-Identifier: MIT */
#ifndef SOFTMMU_OPTIONS_INTERNAL_H
#define SOFTMMU_OPTIONS_INTERNAL_H

#include "softmmu/options.h"
#include "util/option-table.h"

/* options-board.c */
OptFn opt_rtc, opt_smbios, opt_uuid;

#endif
