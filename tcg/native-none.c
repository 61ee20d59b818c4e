/* For hosts without a back end: units run on the interpreter. */
/* SPDX-License-Identifier: MIT */
#include "tcg/tcg.h"

const TCGBackend *const tcg_native_backend = NULL;
