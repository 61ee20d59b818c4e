/* Helpers of the integer instructions, and of leaving an instruction. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/excp.h"
#include "target/x86/helpers.h"

void helper_raise(CPUX86State *env, uint64_t vector)
{
    x86_raise(env, vector, GETPC());
}

/*
 * An instruction under TF, RF or an interrupt shadow is complete: the shadow ends, and TF
 * traps (SDM vol. 3, 17.3.1.4) if it was set when the instruction began.
 */
void helper_insn_done(CPUX86State *env, uint64_t next, uint64_t tf)
{
    cpu_restore_state(env_cpu(env), GETPC());
    env->rip = next;
    env->eflags &= ~EFL_RF;
    env->inhibit_irq = false;
    x86_update_hflags(env);
    x86_recheck_interrupts(env);
    if (tf) {
        x86_raise_debug(env, DR6_BS, 0);
    }
}

static bool seg_allows(const X86Seg *seg, uint64_t ea, unsigned bytes, bool write,
                       bool real)
{
    uint64_t last = ea + bytes - 1;
    unsigned type = seg->attr & (SEG_CODE | SEG_W);

    if (real) {
        return last <= seg->limit;
    }
    if (!(seg->attr & SEG_P) || (write ? type != SEG_W : type == SEG_CODE)) {
        return false;
    }
    if ((seg->attr & (SEG_CODE | SEG_E)) == SEG_E) {
        uint64_t top = seg->attr & SEG_DB ? UINT32_MAX : UINT16_MAX;
        return ea > seg->limit && last <= top;
    }
    return last <= seg->limit;
}

void helper_check_seg(CPUX86State *env, uint64_t ea, uint64_t how)
{
    unsigned n = how & 7;
    bool real = (env->hflags & (HF_PE | HF_VM)) != HF_PE;

    if (!seg_allows(&env->seg[n], ea, how >> 8, how >> 3 & 1, real)) {
        x86_raise(env, n == R_SS ? EXCP_SS : EXCP_GP, GETPC());
    }
}
