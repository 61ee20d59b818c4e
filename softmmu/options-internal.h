/* What reading the command line is divided into. */
/* SPDX-License-Identifier: MIT */
#ifndef SOFTMMU_OPTIONS_INTERNAL_H
#define SOFTMMU_OPTIONS_INTERNAL_H

#include "softmmu/options.h"
#include "util/error.h"

/* options-board.c: the value of one option each. */
bool take_rtc(Options *o, const char *arg, GError **errp) USER_CHECKED;
bool take_smbios(Options *o, const char *arg, GError **errp) USER_CHECKED;
bool take_uuid(Options *o, const char *arg, GError **errp) USER_CHECKED;

#endif
