/* The boards of x86. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_X86_PC_H
#define HW_X86_PC_H

#include "hw/core/machine.h"

extern const MachineClass pc_machine;

#endif
