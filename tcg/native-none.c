/* For hosts without a back end: units run on the interpreter. */
/* SPDX-License-Identifier: MIT */
#include "tcg/tcg.h"

const TCGBackend *const tcg_native_backend = NULL;

bool tcg_x87_exec(void *env, X87Id id)
{
    return false;
}
