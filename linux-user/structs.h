/* The C types that structs.def names. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_STRUCTS_H
#define LINUX_USER_STRUCTS_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <utime.h>

#include "linux-user/guest-abi.h"
#include "linux-user/signals.h"

#endif
