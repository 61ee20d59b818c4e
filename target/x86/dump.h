/* Text of registers and mappings, as QEMU prints them: -d cpu, the monitor. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_DUMP_H
#define TARGET_X86_DUMP_H

#include "target/x86/cpu.h"

/* CPUOps. */
void x86_dump_regs(CPUState *cpu, unsigned flags, GString *to);
void x86_dump_mappings(CPUState *cpu, CPUMappings what, GString *to);

#endif
