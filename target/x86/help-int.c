/* Helpers of the integer instructions, and of leaving an instruction. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/help-int.h"

#include "target/x86/debug.h"
#include "target/x86/excp.h"
#include "target/x86/helpers.h"
#include "target/x86/seg.h"
#include "util/int128.h"

void helper_raise(CPUX86State *env, uint64_t vector)
{
    x86_raise(env, vector, GETPC());
}

/*
 * An instruction under TF, RF or an interrupt shadow is complete: RF and the shadow end,
 * and TF traps (SDM vol. 3, 17.3.1.4) if it was set when the instruction began, together
 * with the breakpoints that were hit.
 */
void helper_insn_done(CPUX86State *env, uint64_t next, uint64_t tf, uint64_t keep_rf)
{
    cpu_restore_state(env_cpu(env), GETPC());
    uint64_t dr6 = x86_take_debug_hits(env) | (tf ? DR6_BS : 0);

    env->rip = next;
    env->eflags &= keep_rf ? ~0u : ~(uint32_t)EFL_RF;
    x86_end_shadow(env);
    x86_update_hflags(env);
    x86_recheck_interrupts(env);
    if (dr6) {
        x86_raise_debug(env, dr6, 0);
    }
}

bool x86_seg_allows(const CPUX86State *env, unsigned n, uint64_t ea, uint64_t bytes,
                    bool write)
{
    return seg_allows(&env->seg[n], x86_real_or_vm86(env), ea, bytes, write);
}

void x86_check_seg(CPUX86State *env, unsigned seg, uint64_t ea, unsigned bytes,
                   bool write, uintptr_t ra)
{
    if (!x86_seg_allows(env, seg, ea, bytes, write)) {
        x86_raise(env, seg == R_SS ? EXCP_SS : EXCP_GP, ra);
    }
}

void helper_check_seg(CPUX86State *env, uint64_t ea, uint64_t how)
{
    x86_check_seg(env, how & 7, ea, how >> 8, how >> 3 & 1, GETPC());
}

/* --- division where the quotient may not fit --- */

void helper_idiv32(CPUX86State *env, uint64_t divisor)
{
    int64_t a = (int64_t)(env->regs[R_RDX] << 32 | (uint32_t)env->regs[R_RAX]);
    int64_t b = (int32_t)divisor;

    if (b == 0 || (a == INT64_MIN && b == -1) || a / b != (int32_t)(a / b)) {
        x86_raise(env, EXCP_DE, GETPC());
    }

    env->regs[R_RAX] = (uint32_t)(a / b);
    env->regs[R_RDX] = (uint32_t)(a % b);
}

void helper_idiv64(CPUX86State *env, uint64_t divisor)
{
    i128 a = (i128)u128_make(env->regs[R_RAX], env->regs[R_RDX]);
    int64_t quotient, rest;

    if (!divs128(&quotient, &rest, a, (int64_t)divisor)) {
        x86_raise(env, EXCP_DE, GETPC());
    }

    env->regs[R_RAX] = (uint64_t)quotient;
    env->regs[R_RDX] = (uint64_t)rest;
}

/* --- bits --- */

uint64_t helper_bextr(uint64_t a, uint64_t control)
{
    unsigned start = control & 0xff, len = control >> 8 & 0xff;

    if (start > 63 || len == 0) {
        return 0;
    }
    a >>= start;
    return len > 63 ? a : a & (BIT64(len) - 1);
}

/* --- BCD (SDM vol. 2): AX and flags in, AX | flags << 16 out --- */

static uint64_t bcd_result(uint16_t ax, uint32_t cf_af)
{
    uint8_t al = ax;
    uint32_t fl = cf_af | (al & 0x80 ? CC_S : 0) | (al ? 0 : CC_Z) |
                  (__builtin_parity(al) ? 0 : CC_P);

    return ax | (uint64_t)fl << 16;
}

static uint64_t decimal_adjust(uint64_t rax, uint64_t cc, int sign)
{
    uint8_t al = rax, old = al;
    bool cf = cc & CC_C, low = (al & 15) > 9 || cc & CC_A, high = old > 0x99 || cf;
    bool carry = high;

    if (low) {
        carry = carry || (sign > 0 ? al > 0xf9 : al < 6);
        al += 6 * sign;
    }
    if (high) {
        al += 0x60 * sign;
    }
    return bcd_result((rax & 0xff00) | al, (carry ? CC_C : 0) | (low ? CC_A : 0));
}

uint64_t helper_daa(uint64_t rax, uint64_t cc)
{
    return decimal_adjust(rax, cc, 1);
}

uint64_t helper_das(uint64_t rax, uint64_t cc)
{
    return decimal_adjust(rax, cc, -1);
}

static uint64_t ascii_adjust(uint16_t ax, uint64_t cc, int by)
{
    bool adjust = (ax & 15) > 9 || cc & CC_A;

    if (adjust) {
        ax += by;
    }
    return bcd_result(ax & 0xff0f, adjust ? CC_C | CC_A : 0);
}

uint64_t helper_aaa(uint64_t rax, uint64_t cc)
{
    return ascii_adjust(rax, cc, 0x106);
}

uint64_t helper_aas(uint64_t rax, uint64_t cc)
{
    return ascii_adjust(rax, cc, -0x106);
}

uint64_t helper_aam(uint64_t rax, uint64_t base)
{
    uint8_t al = rax;

    return bcd_result((al / base) << 8 | al % base, 0);
}

uint64_t helper_aad(uint64_t rax, uint64_t base)
{
    return bcd_result((rax + (rax >> 8 & 0xff) * base) & 0xff, 0);
}

/* --- memory --- */

/* RDX:RAX is what memory must hold, RCX:RBX what it shall. Returns whether it was equal.
 */
uint64_t helper_cmpxchg16b(CPUX86State *env, uint64_t addr)
{
    uint64_t expected[2] = {env->regs[R_RAX], env->regs[R_RDX]};
    const uint64_t desired[2] = {env->regs[R_RBX], env->regs[R_RCX]};
    uintptr_t ra = GETPC();

    if (addr & 15) {
        x86_raise(env, EXCP_GP, ra);
    }
    if (cpu_cmpxchg16(env_cpu(env), addr, expected, desired, ra)) {
        return 1;
    }
    env->regs[R_RAX] = expected[0];
    env->regs[R_RDX] = expected[1];
    return 0;
}

/* The linear address of a stack slot, checked against the limit of SS. */
static vaddr frame_slot(const SegStack *st, uint64_t sp, bool write)
{
    CPUX86State *env = st->env;

    sp &= st->mask;
    if (env->hflags & HF_CS64) {
        return sp;
    }
    if (env->hflags & HF_LIMITS) {
        x86_check_seg(env, R_SS, sp, st->size, write, st->ra);
    }
    return (uint32_t)(st->base + sp);
}

static uint64_t load_frame(const SegStack *st, uint64_t bp)
{
    uint64_t v = 0;
    vaddr va = frame_slot(st, bp, false);

    cpu_ld_bytes(env_cpu(st->env), va, &v, st->size, MMU_CURRENT, st->ra);
    return TO_LE(64, v);
}

static void push_frame(SegStack *st, uint64_t v)
{
    frame_slot(st, st->sp - st->size, true);
    seg_push(st, v);
}

/* ENTER with a nesting level above 0 (SDM vol. 2): copies the display of the enclosing
 * frames. */
void helper_enter(CPUX86State *env, uint64_t alloc, uint64_t level, uint64_t size)
{
    SegStack st = seg_stack(env, size, GETPC());
    uint64_t bp = env->regs[R_RBP], frame;

    push_frame(&st, bp);
    frame = st.sp;
    for (uint64_t n = 1; n < level; n++) {
        bp -= size;
        push_frame(&st, load_frame(&st, bp));
    }
    push_frame(&st, frame);

    st.sp -= alloc;
    /* The new top is checked for a write. */
    vaddr top = frame_slot(&st, st.sp, true);
    cpu_probe(env_cpu(env), top, size, MMU_WRITE, MMU_CURRENT, st.ra);

    seg_stack_commit(&st);
    env->regs[R_RBP] = size == 8   ? frame
                       : size == 4 ? (uint32_t)frame
                                   : deposit64(env->regs[R_RBP], 0, 16, frame);
}
