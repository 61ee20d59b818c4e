/* Hosts whose kernel's restartable sequences are of no use to us. */
/* SPDX-License-Identifier: MIT */
#include "accel/tcg/user-rseq.h"

#include "accel/tcg/user.h"

const bool user_rseq_host = false;

bool user_rseq_copy(uint64_t *pointer, uint64_t d, void *to, const void *from,
                    unsigned size)
{
    return false;
}
