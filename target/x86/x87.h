/* The x87 FPU: its state and, as functions on it, its instructions. */
/* SPDX-License-Identifier: MIT */
/*
 * Each instruction of D8..DF that is not a mere access to the control word is one
 * function here, complete: stack faults, masked responses, what an unmasked exception
 * leaves undone, condition bits, tags. Memory operands are passed as values. Registers
 * are named by their place in the stack: i is ST(i). SDM vol. 1, chapter 8.
 *
 * An unmasked exception is reported by the ES bit of the status word alone: the next
 * waiting instruction asks x87_exception_pending() and raises #MF.
 */
#ifndef TARGET_X86_X87_H
#define TARGET_X86_X87_H

#include "fpu/fpu.h"
#include "target/x86/vop.h"

/* Physical registers: ST(i) is r[(top + i) & 7]. An MMX register MMi is r[i].lo. SDM vol.
 * 1, 8.1. */
typedef struct X87State {
    floatx80 r[8];
    /* from here to cw: what x87-fast.c works on at one go */
    uint16_t sw;   /* without TOP (bits 13:11) */
    uint8_t top;   /* 0..7 */
    uint8_t empty; /* bit i: physical register i is empty */
    uint16_t cw;
    uint16_t fop;
    uint16_t fcs, fds;
    uint64_t fip, fdp;
} X87State;

/* The control word: bits that there are (SDM vol. 1, 8.1.5). */
enum {
    X87_CW_BITS = 0x1f3f,
    X87_CW_FIXED = 1 << 6, /* always set */
};

/* The status word above the exception flags, which are FLOAT_* (SDM vol. 1, 8.1.3). */
enum {
    X87_SW_SF = 1 << 6, /* the invalid operation was a stack fault */
    X87_SW_ES = 1 << 7, /* an unmasked exception is pending        */
    X87_SW_C0 = 1 << 8,
    X87_SW_C1 = 1 << 9,
    X87_SW_C2 = 1 << 10,
    X87_SW_TOP_SHIFT = 11,
    X87_SW_C3 = 1 << 14,
    X87_SW_B = 1 << 15, /* the same as ES */
    X87_SW_CONDITIONS = X87_SW_C0 | X87_SW_C1 | X87_SW_C2 | X87_SW_C3,
};

/* FNINIT: the state after it; the registers keep their contents. */
void x87_init(X87State *x);

/* FNCLEX */
void x87_clear_exceptions(X87State *x);

/* FLDCW: a mask that is lifted makes a recorded exception pending. */
void x87_set_cw(X87State *x, uint16_t cw);

/* FNSTSW: the status word with TOP. */
static inline uint16_t x87_sw(const X87State *x)
{
    return x->sw | x->top << X87_SW_TOP_SHIFT;
}

/* Whether the next waiting instruction has to raise #MF. */
static inline bool x87_exception_pending(const X87State *x)
{
    return x->sw & X87_SW_ES;
}

/* Before every MMX instruction but EMMS: TOP is 0 and all registers are valid. SDM vol.
 * 1, 9.5. */
static inline void x87_enter_mmx(X87State *x)
{
    x->top = 0;
    x->empty = 0;
}

/* Leaves the bytes between registers alone: states are compared as a whole. */
static inline void x87_put(floatx80 *r, floatx80 v)
{
    r->lo = v.lo;
    r->hi = v.hi;
}

/* A write to MMi. SDM vol. 1, 9.5.2: the exponent becomes all ones. */
static inline void x87_set_mmx(X87State *x, unsigned i, uint64_t v)
{
    x87_put(&x->r[i], (floatx80){v, 0xffff});
}

/*
 * Loads.
 */
void x87_fld(X87State *x,
             floatx80 v); /* FLD m80, FILD (fx80_from_i64), FBLD (fx80_from_bcd) */
void x87_fld_f32(X87State *x, f32 v);
void x87_fld_f64(X87State *x, f64 v);
void x87_fld_sti(X87State *x, unsigned i);
void x87_fld_const(X87State *x, X86X87Const c);

/*
 * Stores of ST(0) to memory. False: an unmasked exception, nothing is to be stored, and a
 * popping form does not pop. Else *v is the value, and the popping forms pop with
 * x87_pop() behind the store to memory. All that changes here is the status word: a
 * caller whose store faults puts it back.
 */
bool x87_fst_f32(X87State *x, f32 *v);
bool x87_fst_f64(X87State *x, f64 *v);
bool x87_fst_f80(X87State *x, floatx80 *v);
bool x87_fist_i16(X87State *x, bool truncate, int16_t *v); /* truncate: FISTTP */
bool x87_fist_i32(X87State *x, bool truncate, int32_t *v);
bool x87_fist_i64(X87State *x, bool truncate, int64_t *v);
bool x87_fbst(X87State *x, uint8_t bcd[10]);
void x87_pop(X87State *x);

/* FST ST(i), with `pop` FSTP */
void x87_fst_sti(X87State *x, unsigned i, bool pop);
void x87_fstp1(X87State *x, unsigned i);

/*
 * Arithmetic. X87_SUBR and X87_DIVR exchange the operands.
 */
/* ST(dst) = ST(dst) op ST(src), then perhaps a pop; op is none of X87_COM, X87_COMP. */
void x87_arith(X87State *x, X86X87Op op, unsigned dst, unsigned src, bool pop);
/* ST(0) = ST(0) op v; X87_COM and X87_COMP compare. */
void x87_arith_f32(X87State *x, X86X87Op op, f32 v);
void x87_arith_f64(X87State *x, X86X87Op op, f64 v);
void x87_arith_int(X87State *x, X86X87Op op, int32_t v);

/* FCOM, FUCOM (`quiet`) of ST(0) with ST(i), then `pops` pops: the conditions. */
void x87_fcom(X87State *x, unsigned i, bool quiet, unsigned pops);
/* FCOMI, FUCOMI: returns ZF, PF, CF in the places of EFLAGS; OF, SF, AF become 0. */
unsigned x87_fcomi(X87State *x, unsigned i, bool quiet, bool pop);
void x87_ftst(X87State *x);
void x87_fxam(X87State *x);

void x87_fchs(X87State *x);
void x87_fabs(X87State *x);

/* ST(0) = f(ST(0)) */
void x87_fsqrt(X87State *x);
void x87_frndint(X87State *x);
void x87_f2xm1(X87State *x);
void x87_fsin(X87State *x);
void x87_fcos(X87State *x);
/* ST(0) = f(ST(0), ST(1)) */
void x87_fscale(X87State *x);
void x87_fprem(X87State *x);
void x87_fprem1(X87State *x);
/* ST(1) = f(ST(0), ST(1)), pop */
void x87_fyl2x(X87State *x);
void x87_fyl2xp1(X87State *x);
void x87_fpatan(X87State *x);
/* Two results of ST(0): one replaces it, the other is pushed. */
void x87_fxtract(X87State *x);
void x87_fsincos(X87State *x);
void x87_fptan(X87State *x);

/*
 * The stack.
 */
void x87_fxch(X87State *x, unsigned i);
void x87_fcmov(X87State *x, unsigned i, bool condition);
void x87_ffree(X87State *x, unsigned i, bool pop); /* pop: FFREEP */
void x87_fincstp(X87State *x);
void x87_fnop(X87State *x);
void x87_fdecstp(X87State *x);

/*
 * Images of the state in memory, little-endian. SDM vol. 1, figures 8-9 to 8-12.
 */
typedef struct X87Format {
    bool wide; /* operand size 32: 28 bytes of environment, else 14 */
    bool real; /* real-address or virtual-8086 mode                 */
} X87Format;

#define X87_ENV_SIZE(wide) ((wide) ? 28 : 14)
#define X87_REGS_SIZE      80
#define X87_MAX_IMAGE      108

/* FNSTENV, FLDENV: the environment. FNSTENV then masks all exceptions: x87_mask_all(). */
void x87_store_env(const X87State *x, X87Format format, uint8_t *image);
void x87_load_env(X87State *x, X87Format format, const uint8_t *image);
void x87_mask_all(X87State *x);
/* FNSAVE, FRSTOR: the registers behind it, ST(0) first. FNSAVE ends with x87_init(). */
void x87_store_regs(const X87State *x, uint8_t image[X87_REGS_SIZE]);
void x87_load_regs(X87State *x, const uint8_t image[X87_REGS_SIZE]);

/*
 * FXSAVE, FXRSTOR and the XSAVE legacy area: bytes 0..23 and 32..159. With `wide` (REX.W)
 * the instruction pointers have 64 bits. SDM vol. 1, 10.5.1.
 */
#define X87_FXSAVE_REGS 32
#define X87_FXSAVE_END  160
void x87_fxsave(const X87State *x, bool wide, uint8_t image[X87_FXSAVE_END]);
void x87_fxrstor(X87State *x, bool wide, const uint8_t image[X87_FXSAVE_END]);

#endif
