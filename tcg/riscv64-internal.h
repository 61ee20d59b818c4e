/* What the files of the riscv64 back end share: the state of an emission, operands. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_RISCV64_INTERNAL_H
#define TCG_RISCV64_INTERNAL_H

#include "tcg/backend-internal.h"
#include "tcg/riscv64-enc.h"

/*
 * Calling convention of units:
 *   x27 (s11) env; x26 (s10) TLB table of the current mode, or guest_base
 *   rax ... rdi (in the order of their numbers), r12 and r13 in x8, x9, x18-x25, which C
 *   functions preserve; r8-r11, r14 and r15 in x16, x17, x28-x31
 *   x10-x15 (a0-a5) scratch; x1, x5, x6 and x7 belong to the op that is being emitted
 *   sp is 16-byte aligned, with the frame below; x3 (gp) and x4 (tp) are not touched
 * The guest's flags are a recipe in env between any two ops (riscv64-cc.c). Vector
 * registers and the x87 live in env.
 *
 *   riscv64.c         units, branches, calls, exits
 *   riscv64-thunks.c  what units share
 *   riscv64-int.c     integer ops
 *   riscv64-cc.c      the guest's flags
 *   riscv64-mem.c     guest memory
 *   riscv64-vec.c     vectors and x87: calls of C functions
 */
enum { ENV = 27, MEM = 26, T0 = X5, T1 = X6, T2 = X7 };
enum { SCRATCH = 0x3f << A0 };

/* The frame at sp. */
enum {
    FRAME_BUF = 0,   /* what a slow load has loaded, a slow store stores: 32 bytes */
    FRAME_SAVE = 32, /* scratch registers over a call in a thunk */
    FRAME_LR = 80,
    FRAME_OI = 88,    /* of atomics: b, c and op_oi */
    FRAME_ARGS = 112, /* what an op in C works on: 8 values */
    FRAME_SLOTS = 176,
    FRAME_SIZE = FRAME_SLOTS + 8 * RA_MAX_SLOTS,
};
static_assert(FRAME_SIZE % 16 == 0, "sp is aligned");

/* Which recipe env has, as far as it is known. */
typedef struct CCInfo {
    bool known;
    uint8_t kind, type;
    uint8_t ov, ov_type; /* the overlay, or CC_OV_NONE */
} CCInfo;

/* A condition as the host's branches have it: it holds if a opc b. */
typedef struct Test {
    uint32_t opc;
    uint8_t a, b;
} Test;

typedef struct Label {
    LABEL_STATE;
} Label;

typedef struct Exit {
    uint64_t pc;
    uint8_t *target;             /* the eight bytes that the jump goes by */
    uint8_t *guard, *guard_jump; /* the token, and the branch where it is another */
    uint8_t slot;
} Exit;

typedef struct SlowPath SlowPath;
typedef struct Data Data;

typedef struct RV64 {
    EMISSION_STATE;
    bool op_ended; /* rv_end_op() has been called for the op */
    Data *data;
} RV64;
typedef RV64 Emission;

/* env has the flags, in a form not known here. */
void cc_set_env(RV64 *x);
#include "tcg/emission.h"

/* Code made once, by rx address. */
typedef struct RVThunks {
    const uint8_t *unlinked, *call_c;
} RVThunks;
extern RVThunks rv_thunks;

/* --- riscv64-thunks.c --- */

enum { RV_THUNK_ROOM = 32 << 10 };
/* Thunks for the globals of `s`, if there are none yet: where globals live is known from
 * the first unit on. */
void rv_make_thunks(TCGContext *s, CodeBuf *b, const uint8_t *pinned);

/* --- riscv64.c --- */

/* A call or jump to host code anywhere; a call destroys LR alone, a jump T2. */
void rv_call(RV64 *x, const void *rx);
void rv_jmp(RV64 *x, const void *rx);
/* reg = address of host code. */
void rv_address(RV64 *x, unsigned reg, const void *rx);
/* Access `opc` to base + offset, of env and sp; may destroy T2. */
void rv_ls(RV64 *x, uint32_t opc, unsigned reg, unsigned base, int64_t offset);
/* reg = base + offset; destroys reg alone. */
void rv_add_imm(RV64 *x, unsigned reg, unsigned base, int64_t offset);
/* reg = address of `size` bytes that are put behind the unit. */
void rv_data(RV64 *x, unsigned reg, const void *bytes, size_t size);
/* Records that a fault at the host address that comes next has the present state. */
void rv_side(RV64 *x);
/* Frees what the op does not need any more; done once an op, at its end or before. */
void rv_end_op(RV64 *x, const IROp *op);
/* Calls a C function that looks at no guest registers; its arguments are in a0 ... The
 * scratch registers have been evicted, the result is in a0. */
void rv_call_c(RV64 *x, const void *fn);

/* --- riscv64-int.c --- */

typedef void EmitFn(RV64 *x, const IROp *op);
EmitFn rv_emit_mov, rv_emit_ext, rv_emit_extract, rv_emit_deposit, rv_emit_lea;
EmitFn rv_emit_alu, rv_emit_incdec, rv_emit_neg, rv_emit_not, rv_emit_mul, rv_emit_shift;
EmitFn rv_emit_setcond, rv_emit_select, rv_emit_setcc, rv_emit_selcc, rv_emit_getcc;
EmitFn rv_emit_in_c;

/* The register of a ref: ZERO for a constant whose bits of type t are 0. Locked. */
unsigned rv_in(RV64 *x, IRRef ref, IRType t);
/* Loads what the op reads, before its output gets a register: a global may be both. */
void rv_use_inputs(RV64 *x, const IROp *op);
/*
 * Output k: a register to compute it in, and its way home. The register may be that of an
 * input: it is written when all have been read. Of a part of a global it is T0 or T1.
 */
unsigned rv_out(RV64 *x, const IROp *op, unsigned k);
void rv_out_done(RV64 *x, const IROp *op, unsigned k, unsigned reg);
/* Finds out how two integers compare; in T0, T1 and registers of the operands. */
Test rv_compare(RV64 *x, IRType t, Cond c, IRRef a, IRRef b);

/* --- riscv64-cc.c --- */

/* Whether somebody wants the flags of the op. */
bool cc_on(const RV64 *x, const IROp *op);
/* Operand i (a, b, c) of the recipe to come is what the register holds now. */
void cc_operand(RV64 *x, unsigned i, unsigned reg);
/* The operands have been stored: these are the flags from now on. May destroy T0. */
void cc_set(RV64 *x, unsigned kind, IRType t);
/* inc and dec, whose CF stays: their result. May destroy T0. */
void cc_overlay(RV64 *x, bool inc, IRType t, unsigned result);
/* Whether the guest's condition holds; in T0 and T1. */
Test cc_test_of(RV64 *x, Cond c);
/* T0 = the six flags. */
void cc_load(RV64 *x);

/* --- riscv64-mem.c --- */

EmitFn rv_emit_probe, rv_emit_ld, rv_emit_st, rv_emit_atomic;

typedef enum SlowKind { SLOW_LD, SLOW_ST, SLOW_PROBE } SlowKind;
/*
 * An access being emitted. The host's operand is `disp` bytes behind the register `base`,
 * which may be T0. Up to rv_access_done() nothing may be spilled.
 */
typedef struct Access {
    const IROp *op;
    uint8_t reg; /* set before: what is loaded or stored; not of wide ones */
    bool wide;   /* set before: of more than 8 bytes, or a vector: by pieces */
    bool faults; /* the access itself: a signal tells */
    uint8_t base;
    int32_t disp;
    IRRef value; /* set before: the stored vector */
    SlowPath *slow;
} Access;
void rv_access_begin(RV64 *x, Access *acc, SlowKind kind);
void rv_access(RV64 *x, const Access *acc, uint32_t opc, unsigned reg, unsigned offset);
void rv_access_done(RV64 *x, Access *acc);
/* The out-of-line parts of all accesses. */
void rv_emit_slow(RV64 *x);
/* base + (index << scale) + imm of an op in a register. Locked. */
unsigned rv_guest_address(RV64 *x, const IROp *op);
/* With GuestDesc.ordered: what stands before a store and behind a load. */
void rv_before_store(RV64 *x);
void rv_after_load(RV64 *x);
/* A thunk that makes the whole access, with arguments in T0 and T1. */
void rv_call_slow(RV64 *x, const uint8_t *thunk);

/* --- riscv64-vec.c --- */

EmitFn rv_emit_vmov, rv_emit_vop, rv_emit_vcmpcc, rv_emit_vtoi, rv_emit_itov;
EmitFn rv_emit_vec_ld, rv_emit_vec_st, rv_emit_x87, rv_emit_x87_mem, rv_emit_x87_note;
/* Bytes of a vector between memory and frame: of slow stores. */
void rv_vec_to_buf(RV64 *x, IRRef value, unsigned size);
/* In thunks: what a slow x87 store calls. */
uint64_t rv_x87_store(void *env, uint64_t addr, uint64_t id, uintptr_t ra);

#endif
