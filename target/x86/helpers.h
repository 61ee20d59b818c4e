/* Prototypes and descriptors of the helpers in helpers.def. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_HELPERS_H
#define TARGET_X86_HELPERS_H

#include "target/x86/cpu.h"

#define HELPER_RET_0    void
#define HELPER_RET_1    uint64_t
#define HELPER_ARGS_0_0 void
#define HELPER_ARGS_0_1 uint64_t
#define HELPER_ARGS_0_2 uint64_t, uint64_t
#define HELPER_ARGS_0_3 uint64_t, uint64_t, uint64_t
#define HELPER_ARGS_0_4 uint64_t, uint64_t, uint64_t, uint64_t
#define HELPER_ARGS_1_0 CPUX86State *
#define HELPER_ARGS_1_1 CPUX86State *, uint64_t
#define HELPER_ARGS_1_2 CPUX86State *, uint64_t, uint64_t
#define HELPER_ARGS_1_3 CPUX86State *, uint64_t, uint64_t, uint64_t
#define HELPER_ARGS_1_4 CPUX86State *, uint64_t, uint64_t, uint64_t, uint64_t

#define HELPER(name, result, env, nargs, flags, reads, writes)                \
    UNDIVIDED HELPER_RET_##result helper_##name(HELPER_ARGS_##env##_##nargs); \
    extern const HelperInfo helper_info_##name;
#include "target/x86/helpers.def"
#undef HELPER

#endif
