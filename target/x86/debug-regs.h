/* The registers that debuggers see: the tables of CPUOps. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_DEBUG_REGS_H
#define TARGET_X86_DEBUG_REGS_H

#include "cpu/regs.h"

enum {
#define FEATURE(id, name, scope, types) X86_FEATURE_##id,
#define PLAIN(feature, name, size, type, group, field)
#define REG(feature, name, size, type, group, access, arg)
#include "target/x86/debug-regs.def"
    X86_NREG_FEATURES
};

enum {
#define FEATURE(id, name, scope, types)
#define PLAIN(feature, name, size, type, group, field)     +1
#define REG(feature, name, size, type, group, access, arg) +1
    X86_NREGS = 0
#include "target/x86/debug-regs.def"
};

extern const RegDesc x86_regs[X86_NREGS];
extern const RegFeature x86_reg_features[X86_NREG_FEATURES];
extern const RegAlias x86_reg_aliases[];

#endif
