/* Descriptors of the helpers: how generated code calls them. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/helpers.h"

#define HELPER(id, res, env, n, hflags, hreads, hwrites) \
    const HelperInfo helper_info_##id = {                \
        .name = #id,                                     \
        .fn = (void *)helper_##id,                       \
        .flags = (hflags),                               \
        .reads = (hreads),                               \
        .writes = (hwrites),                             \
        .nargs = (n),                                    \
        .takes_env = (env),                              \
        .has_result = (res),                             \
    };
#include "target/x86/helpers.def"
