/* The accelerators of the program that runs machines. */
/* SPDX-License-Identifier: MIT */
#include "accel/accel.h"

#define ACCEL(name)         extern const AccelOps name;
#define MACHINE_ACCEL(name) ACCEL(name)
#include "accel/accels.def"

const AccelOps *const accel_list[] = {
#define ACCEL(name)         &name,
#define MACHINE_ACCEL(name) ACCEL(name)
#include "accel/accels.def"
    NULL,
};
