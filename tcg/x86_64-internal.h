/* What the files of the x86_64 back end share: the state of an emission, operands, flags.
 */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_X86_64_INTERNAL_H
#define TCG_X86_64_INTERNAL_H

#include "tcg/backend-internal.h"
#include "tcg/loop.h"
#include "tcg/recipe.h"
#include "tcg/x86_64-enc.h"

/*
 * Calling convention of units (translator.md, 3):
 *   r14 env + ENV_BIAS
 *   r15 TLB table of the current mode; guest_base where that is not 0
 *   pinned globals: rax rcx rdx rbx rbp rsi rdi r8 r9 in the registers of these names,
 *       rsp in r13; r12 in r15 where that is free
 *   r10 r11 r12 scratch
 *   rsp is the host's, 16-byte aligned, with the frame below
 * Between ops the host's DF is clear and EFLAGS hold what X64.cc.host says.
 *
 *   x86_64.c      units, branches, calls, exits
 *   x86_64-exit.c    exits and links
 *   x86_64-loop.c    units that lead to themselves
 *   x86_64-move.c    units that are taken to another place
 *   x86_64-thunks.c  what units share
 *   x86_64-int.c  integer ops
 *   x86_64-cc.c   the guest's flags
 *   x86_64-mem.c  guest memory
 *   x86_64-vec.c  vectors
 *   x86_64-x87.c  x87
 */
enum { ENV = R14, TLB = R15 };

/* What generated code touches most is in reach of a displacement of one byte: from the
 * fields in front of env to the flags' recipe behind the registers. */
enum { ENV_BIAS = 0x38 };

/* The frame at rsp; thunks that are called see it 8 bytes further up, and more with what
 * was pushed. */
enum {
    FRAME_VAL = 0,     /* values of slow paths: what is stored; b and c of atomics */
    FRAME_OI = 16,     /* of atomics */
    FRAME_BUF = 32,    /* what a slow load has loaded */
    FRAME_SAVE = 64,   /* scratch registers over a call in a thunk */
    FRAME_VECS = 80,   /* whether vectors were loaded before a call in a thunk */
    FRAME_X87 = 84,    /* ... and the x87 state */
    FRAME_FLAGS = 88,  /* EFLAGS over a slow store */
    FRAME_ARGS = 96,   /* inputs, then outputs of an op that C computes */
    FRAME_SLOTS = 160, /* spill slots, 8 bytes each */
    FRAME_SIZE = FRAME_SLOTS + 8 * RA_MAX_SLOTS + 8,
};
static_assert(FRAME_SIZE % 16 == 8,
              "with six pushes and the return address a multiple of 16");

/* Pinned registers that C functions do not preserve. */
#define CALLER_SAVED \
    (1u << RAX | 1u << RCX | 1u << RDX | 1u << RSI | 1u << RDI | 1u << R8 | 1u << R9)
#define ALL_PINNED (CALLER_SAVED | 1u << RBX | 1u << RBP | 1u << R13 | 1u << R15)

/* ---- the emission of a unit ---- */

typedef struct Label {
    LABEL_STATE;
    uint8_t vec_state, x87_state; /* what all branches agree on */
    bool x87_lazy;                /* of the only branch */
} Label;

/* A value as an operand of a host instruction. */
enum { VAL_REG, VAL_MEM, VAL_IMM };
typedef struct Opnd {
    uint8_t kind, reg;
    Mem mem;
    int32_t imm;
} Opnd;
/* What x64_in() may return beside a register. */
enum { MAY_MEM = 1, MAY_IMM = 2 };

typedef struct SlowPath SlowPath;
typedef struct Exit {
    uint8_t *jump;               /* the rel32 */
    uint8_t *guard, *guard_jump; /* token, and the rel32 behind it, or NULL */
    uint64_t pc;
    uint8_t slot;
    uint8_t edge; /* LoopEdge */
    CCInfo cc;    /* EDGE_LAZY: what its stub has to store */
} Exit;

/* Where the pinned vector registers are: x86_64-vec.c */
enum { VEC_UNKNOWN, VEC_IN_REGS, VEC_IN_ENV };

/* A probe whose output is to be added to a guest register's value. */
typedef struct Addend {
    IRRef out, base;
    uint16_t probe, last; /* numbers of the ops: it, and the last that uses its output */
    int32_t disp;
} Addend;

/* A head of the unit that its own exits lead to: x86_64-loop.c */
typedef struct LoopHead {
    uint8_t *at;   /* exit_request is tested here */
    uint8_t *jump; /* rel32: it is set */
    uint8_t vec_state, x87_state;
} LoopHead;
typedef struct X64Loop {
    Loop u;
    LoopHead heads[2];
    CCInfo cc; /* at heads[1] */
} X64Loop;

typedef struct X64 {
    EMISSION_STATE;
    const IROp *op;     /* being emitted */
    uint32_t cc_locked; /* registers that were locked before flags were asked for */
    uint8_t vec_state;
    IRRef vec_last,
        vec_made;       /* temp in register LAST: made by the op before, by this one */
    uint8_t vec_stored; /* of a store being emitted: register of the value, or NO_REG */
    struct VecCold *vec_cold;
    uint8_t x87_state; /* VEC_*, of the x87 state */
    bool x87_lazy;     /* the host's control word may be an older one of the guest */
    X87Note x87_note;
    struct X87Cold *x87_cold;
    struct StringCold *string_cold;
    bool has_addends;
    Addend addend[4];
    X64Loop loop;
    TCGRestore fp_point;   /* state of the last one */
    bool eflags_at_faults; /* cc_faults_bring_eflags() */
    bool use_recent;       /* x86_64-mem.c */
    uint8_t nrecent;       /* in use by this copy of the ops */
    uint8_t slot_base;     /* of the ops' second copy: added to their slots */
    uint16_t *places;      /* x86_64-move.c; NULL: the unit stays where it is */
    unsigned nplaces;
} X64;
typedef X64 Emission;

/* env has the flags, in a form not known here. */
void cc_set_env(X64 *x);
#include "tcg/emission.h"

/* Where the globals of a context are. */
typedef struct X64Globals {
    uint8_t pinned[IR_MAX_GLOBALS]; /* by global, the host register, or 0xff */
    int32_t vec_at[16]; /* by host vector register, env offset, or NOT_PINNED */
    const RAHost *host;
} X64Globals;

/* Code made once, by rx address. */
typedef struct X64Thunks {
    uint64_t opt_off; /* what was off in Thunks.context */
    /* from here to x87_exec: nothing but addresses; see basis() of x86_64-move.c */
    const uint8_t *unlinked[TCG_MAX_EXITS];
    const uint8_t *flags_load, *recipe_load, *vec_load, *vec_save, *x87_load, *x87_save,
        *x87_control;
    const uint8_t
        *x87_exec[X87_fcos - X87_f2xm1 + 1]; /* of functions that are but near */
    bool bmi1, bmi2, adx, popcnt, lzcnt, sse3, sse4_2;
    bool has_vecs;      /* vector registers are pinned */
    bool avx;           /* all 256 bits of them, and VEX instructions are used */
    int32_t vec_at[16]; /* as Thunks.pinned_at, of vector registers */
} X64Thunks;
extern X64Thunks x64_thunks;

static inline Mem env_mem(int32_t offset)
{
    return mem_at(ENV, offset - ENV_BIAS);
}
/* reg = the env pointer, as C functions take it, and back. */
static inline void x64_env_to(X64 *x, unsigned reg)
{
    asm_lea(&x->a, IR_I64, reg, env_mem(0));
}
static inline void x64_env_from(X64 *x, unsigned reg)
{
    asm_lea(&x->a, IR_I64, ENV, mem_at(reg, ENV_BIAS));
}
static inline Mem slot_mem(unsigned slot)
{
    return mem_at(RSP, FRAME_SLOTS + 8 * slot);
}
/* --- x86_64-thunks.c --- */

enum { X64_THUNK_ROOM = 16 << 10 };
/* Thunks for the globals of `s`, if they are not there yet: where globals live is known
 * from the first unit on. */
void x64_make_thunks(TCGContext *s, CodeBuf *b, const X64Globals *globals);

/* --- x86_64.c --- */

/* rw address of the unit that is made next, once there are thunks; NULL: no room. */
uint8_t *x64_next_unit(TCGContext *s, CodeBuf *b);
/* A call or jump to host code anywhere. */
void x64_call(X64 *x, const void *rx);
void x64_jmp(X64 *x, const void *rx);
/* reg = the address rx in the unit itself. */
void x64_lea_code(X64 *x, unsigned reg, const uint8_t *rx);
/* Host code, in env homes: `mov [env + offset], value` without flags. */
void x64_store_imm(X64 *x, IRType t, Mem m, uint64_t v);
/* Makes op number `at` the one that is emitted: saves flags that it shows at a fault or
 * is going to lose. */
void x64_begin_op(X64 *x, unsigned at);
/* Emits all ops, from the unit's first on. False: no room. */
bool x64_emit_ops(X64 *x);

/* --- x86_64-move.c --- */

/* The unit is going to have places, if s->movable. */
void x64_begin_places(X64 *x);
/* The rel32 at `field` leads to `to`, which is not in the unit. */
void x64_note_place(X64 *x, const uint8_t *field, const void *to);
static inline void x64_leads_out(X64 *x, const uint8_t *field, const void *to)
{
    if (x->places) {
        x64_note_place(x, field, to);
    }
}
/* The unit cannot be moved. */
void x64_fixed(X64 *x);
/* Behind the side table. False: no room. */
bool x64_end_places(X64 *x, TCGCode *out);
extern const TCGMover x64_mover;

/* --- x86_64-int.c --- */

/* The register that a ref is pinned to, or -1. */
static inline int x64_pinned(const X64 *x, IRRef ref)
{
    int reg = ra_reg(&x->ra, ref);
    return reg >= 0 && !ra_is_scratch(&x->ra, reg) ? reg : -1;
}
/* The value of a ref for an op of type t. May: MAY_*. Registers are locked. */
Opnd x64_in_other(X64 *x, IRRef ref, IRType t, unsigned may);
static inline Opnd x64_in(X64 *x, IRRef ref, IRType t, unsigned may)
{
    int reg = x64_pinned(x, ref);
    return reg < 0 ? x64_in_other(x, ref, t, may) : (Opnd){.kind = VAL_REG, .reg = reg};
}
/* Same, always in a register. */
static inline unsigned x64_in_reg(X64 *x, IRRef ref)
{
    return ra_use(&x->ra, ref);
}
/* dst = v, all bits of type t and maybe more. */
void x64_mov_in(X64 *x, IRType t, unsigned dst, Opnd v);
/* Output k: a register to compute it in, and its way home. `busy`: registers that must
 * not be written yet. */
unsigned x64_out(X64 *x, const IROp *op, unsigned k, uint32_t busy);
void x64_out_home(X64 *x, const IROp *op, unsigned k, unsigned reg);
static inline void x64_out_done(X64 *x, const IROp *op, unsigned k, unsigned reg)
{
    if (ir_is_global(x->s, op->out[k]) && ra_reg(&x->ra, op->out[k]) != (int)reg) {
        x64_out_home(x, op, k, reg);
    }
}
/* reg = ref at type t, without keeping it elsewhere in a register. */
void x64_load_fixed(X64 *x, IRType t, unsigned reg, IRRef ref);
/*
 * A register that holds in[i] at type t, may be changed, and becomes output 0: the caller
 * ends with x64_out_done(). busy: registers that are still to be read.
 */
unsigned x64_out_from(X64 *x, const IROp *op, unsigned i, IRType t, uint32_t busy);
/* The op is `op G, G, ...`: G can be changed in place. */
bool x64_in_place(const X64 *x, const IROp *op, unsigned i);
/* G itself, as a register or, where the op's type allows it, as memory. It counts as
 * written. */
Opnd x64_place_other(X64 *x, const IROp *op, bool may_mem);
static inline Opnd x64_place(X64 *x, const IROp *op, bool may_mem)
{
    int reg = x64_pinned(x, op->out[0]);
    return reg < 0 ? x64_place_other(x, op, may_mem)
                   : (Opnd){.kind = VAL_REG, .reg = reg};
}
/* d = d op v; not both in memory. */
void x64_alu_to(X64 *x, AluOp alu, IRType t, Opnd d, Opnd v);
/* inc, dec, not, neg of d. */
void x64_unary_to(X64 *x, OpCode code, IRType t, Opnd d);
/* Compares two integers: EFLAGS then hold what the returned condition looks at. */
Cond x64_compare_ints(X64 *x, IRType t, Cond c, IRRef a, IRRef b);

typedef void EmitFn(X64 *x, const IROp *op);
EmitFn x64_emit_mov, x64_emit_extend, x64_emit_extract, x64_emit_deposit;
EmitFn x64_emit_bswap, x64_emit_lea, x64_emit_alu, x64_emit_andn;
EmitFn x64_emit_unary, x64_emit_mul, x64_emit_rdx_rax, x64_emit_shift;
EmitFn x64_emit_double_shift, x64_emit_bit_test, x64_emit_scan, x64_emit_count;
EmitFn x64_emit_scatter, x64_emit_crc32, x64_emit_adx;
/* mulu2 by MULX, which leaves EFLAGS alone. */
bool x64_is_mulx(const X64 *x, const IROp *op);
EmitFn x64_emit_setcond, x64_emit_select, x64_emit_setcc, x64_emit_selcc;
EmitFn x64_emit_getcc, x64_emit_putcc, x64_emit_in_c;

/* --- x86_64-exit.c --- */

EmitFn x64_emit_exit_link, x64_emit_exit_ind, x64_emit_exit_tb;
/* A branch on condition c of the host to `l`, where an exit stands, as that exit. False:
 * nothing was done. */
bool x64_branch_exits(X64 *x, Label *l, Cond c);
/* ... which is possible. */
bool x64_may_exit(const X64 *x, const Label *l);
/* The head of a unit, and where it goes instead of into the unit. */
void x64_emit_head(X64 *x);
/* Leaves if somebody wants attention; returns the rel32. */
uint8_t *x64_test_exit_request(X64 *x);
/* Where that leads; reason: 0 that, 1 the head's guard does not hold. */
void x64_emit_head_exit(X64 *x, unsigned reason);
void x64_emit_head_exits(X64 *x);
/* The part of an exit that runs while it is not linked. */
void x64_emit_unlinked(X64 *x, TCGCode *out, const Exit *e);
/* TCGBackend.link and .guard */
void x64_link(CodeBuf *b, const TCGCode *from, unsigned slot, const void *to);
void x64_guard(CodeBuf *b, const TCGCode *from, unsigned slot, uint32_t token);

/* --- x86_64-loop.c --- */

/* Before the head is emitted: is the unit a loop? */
void x64_loop_begin(X64 *x);
/* In a loop: the head that its exits lead to. */
void x64_loop_head(X64 *x);
/* How the exit would lead to the unit itself. */
LoopEdge x64_loop_edge(const X64 *x, const IROp *exit);
/* It does so; `e` has just been made for it. */
void x64_loop_take_edge(X64 *x, Exit *e, const IROp *exit, LoopEdge edge);
/* The ops once more, if an edge wants that. False: no room. */
bool x64_loop_copy(X64 *x);
/* Out of line: where an edge goes that is not linked stores what is not stored. */
void x64_loop_stub(X64 *x, const Exit *e);
/* ... and what the heads lead to instead of into the unit. */
void x64_loop_cold(X64 *x);
/* Offset in the unit where the exit goes once it is linked to the unit itself, or 0. */
uint32_t x64_loop_target(const X64 *x, const Exit *e);

/* --- x86_64-cc.c --- */

/* EFLAGS are about to be destroyed by an op that is not about flags. */
void cc_clobber(X64 *x);
/* A fault of an access leaves EFLAGS for who wants to see them. */
bool cc_faults_bring_eflags(const X64 *x);
/* A fault of the op, if any, finds in EFLAGS what they held before it. */
static inline bool cc_shows_eflags(const X64 *x, const IROp *op)
{
    return (op->code == OP_ld || op->code == OP_st) && x->eflags_at_faults &&
           op->type <= IR_I64 && !(op->memop & MO_ALIGN);
}
/* State must be precise here: the six flags must exist outside EFLAGS. */
void cc_fault_point(X64 *x);
/* An op that does not set all flags is going to write the global. */
void cc_global_write(X64 *x, IRRef global);
/* EFLAGS hold these flags of the guest afterwards. */
void cc_require(X64 *x, uint32_t mask);
/* EFLAGS from the recipe in env, all six; nothing else changes. */
void cc_load(X64 *x);
/* A condition of the host that holds iff the guest's does; may change EFLAGS. */
Cond cc_condition(X64 *x, Cond c);
/* env holds the recipe (the exact six flags, as far as they are wanted). */
void cc_store(X64 *x);
/* The present recipe, for the side table. */
void cc_describe(const X64 *x, TCGRestore *r);
/* The operands of the recipe no longer depend on globals. */
void cc_own_operands(X64 *x);

/* What an op's flags are made of, found out before it is emitted. */
typedef struct CCPlan {
    uint32_t writes;
    uint32_t others; /* wanted, not defined by the op: EFLAGS have them before it */
    CCInfo next;
    int8_t keep; /* the result has to be stored as this operand after the op; -1: not */
    bool of;     /* OF has to be stored as operand 1 */
} CCPlan;
/* Kinds beyond CCKind: flags that only EFLAGS have afterwards. */
enum { CC_HOST_ONLY = 0x80 };
/*
 * Prepares: stores what the op would destroy of the recipe's operands, loads flags that
 * pass through. ref_a, ref_b: refs of the recipe's operands (out of the op where it is
 * the result), IR_NONE for none. The op's inputs are still as they were.
 */
void cc_plan(X64 *x, CCPlan *p, unsigned kind, IRRef a, IRRef b);
/* The same for inc and dec, which leave CF as it is; overlay: EFLAGS do not have CF
 * before it and will not. */
void cc_plan_incdec(X64 *x, CCPlan *p, bool inc, bool overlay);
/* As operand b of cc_plan(): the constant 1. */
#define REF_ONE ((IRRef)0xfffe)
/* After the op: its flags are in EFLAGS; result: register that holds it, or NO_REG. */
void cc_done(X64 *x, CCPlan *p, unsigned result);
/* Whether flags set by op number `at` have to survive a clobber or show at a fault. */
bool cc_must_survive(X64 *x, unsigned at, uint32_t mask);

/* --- x86_64-mem.c --- */

/* Whether the unit's loads go by recent pages (guest-desc.h). */
bool x64_wants_recent(const X64 *x);
void x64_emit_probe(X64 *x, const IROp *op);
void x64_emit_ld(X64 *x, const IROp *op);
void x64_emit_st(X64 *x, const IROp *op);
void x64_emit_atomic(X64 *x, const IROp *op);

/* SLOW_X87: a store that GuestDesc.x87_op() does as a whole. */
typedef enum SlowKind {
    SLOW_LD,
    SLOW_ST,
    SLOW_RMW,
    SLOW_ATOMIC,
    SLOW_PROBE,
    SLOW_X87,
} SlowKind;
/* An access being emitted. */
typedef struct Access {
    const IROp *op;
    unsigned memop;
    bool is_write, is_const;
    bool direct;   /* no probe: a and t are not there, nor is a slow path */
    bool no_fault; /* nor can it fault: MO_HOST */
    uint64_t addr; /* guest address, if constant */
    Mem ea;        /* guest address: base and disp */
    Mem host;      /* operand of the access */
    unsigned a, t; /* scratch registers, if there is a TLB */
    TCGRestore state;
    SlowPath *slow;
} Access;
/* mulu2 as MULX of v; acc: the access that v is, or NULL. */
void x64_mulx(X64 *x, const IROp *op, Opnd v, const Access *acc);
/*
 * Emits all of an access but the access itself, which is at acc->host. With a TLB,
 * registers a and t are then the caller's, until the end of the op (host may contain
 * them), and what the op stores may be in a register, in memory or a constant.
 */
void x64_access_begin(X64 *x, Access *acc, const IROp *op, SlowKind kind);
/* Between the two: a register that the host's operand does not need. */
unsigned x64_access_scratch(X64 *x, Access *acc);
/* An instruction that accesses the memory follows: the place where it faults, when there
 * is no TLB. */
void x64_access_here(X64 *x, const Access *acc);
/* The store has been emitted: its slow path comes back here. */
void x64_access_done(X64 *x, Access *acc);
/* The out-of-line parts of all accesses. */
void x64_emit_slow(X64 *x);
/* base + (index << scale) + imm of an op; registers are locked, flags stay. */
Mem x64_address(X64 *x, const IROp *op, bool *is_const, uint64_t *val);

/*
 * The same for instructions of SLOW_RMW, from `insn` to here: the slow path does a copy
 * of them on the loaded value, and stores that. They may use register t. flags: theirs
 * count.
 */
void x64_access_rmw(X64 *x, Access *acc, const uint8_t *insn, bool flags);

/* --- x86_64-fuse.c --- */

/* The load, and one or two ops behind it, as one instruction; x->at is then the last of
 * them. False: nothing was done. */
bool x64_fuse(X64 *x, const IROp *ld);
/* The op behind number `at`, which becomes its number, or NULL. */
const IROp *x64_next_op(const X64 *x, unsigned *at);
/* The ref is a temp that is read once. */
bool x64_used_once(const X64 *x, IRRef ref);

/* --- x86_64-vec.c --- */

void x64_emit_vmov(X64 *x, const IROp *op);
void x64_emit_vop(X64 *x, const IROp *op);
void x64_emit_itov(X64 *x, const IROp *op);
void x64_emit_vtoi(X64 *x, const IROp *op);
void x64_emit_vcmpcc(X64 *x, const IROp *op);
void x64_emit_vec_ld(X64 *x, const IROp *op);
void x64_emit_vec_st(X64 *x, const IROp *op);
/* A call of a HELPER_GATHER one as the host's instruction. False: nothing was done. */
bool x64_emit_gather(X64 *x, const IROp *op);
bool x64_emit_maskmov(X64 *x, const IROp *op); /* HELPER_MASKMOV */
/* The same of a HELPER_STRCMP one that makes an index. */
bool x64_emit_strcmp(X64 *x, const IROp *op);
/* x64_fuse() for a load of a vector. */
bool x64_vec_fuse(X64 *x, const IROp *ld);
/* `ld_env` of 64 bits that become a vector, with the ops behind it. False: nothing done.
 */
bool x64_vec_ld_env(X64 *x, const IROp *ld);
/* Vectors are in registers from here on, if the unit's first ops want them. */
void x64_vec_want(X64 *x);
/* TCGBackend.fp_traps */
bool x64_vec_fp_traps(void);
/* Env gets MXCSR from where it is, or that from env. */
void x64_vec_mxcsr(X64 *x, bool to_env);
/* In a slow path: what is stored, from its register or its home, to FRAME_VAL. */
void x64_vec_to_frame(X64 *x, unsigned reg, Mem from, unsigned bytes);
/* Out-of-line parts. */
void x64_vec_cold(X64 *x);
/* at[n]: env offset of what is pinned to vector register n. Notes it in the globals, too:
 * once a context. */
void x64_vec_pins(const TCGContext *s, int32_t *at);
/* Thunks, and what others are made of: before C code, and behind it. */
void x64_vec_thunks(X64 *x);
void x64_vec_to_c(X64 *x);
void x64_vec_to_c_noting(X64 *x, Mem was);
void x64_vec_from_c(X64 *x, Mem was);

/* --- x86_64-string.c --- */

/* A call of a HELPER_STRING one as the host's instruction. False: nothing was done. */
bool x64_emit_string(X64 *x, const IROp *op);
/* Out-of-line parts. */
void x64_string_cold(X64 *x);

/* --- x86_64-x87.c --- */

EmitFn x64_emit_x87, x64_emit_x87_ld, x64_emit_x87_st, x64_emit_x87_note;
/* The x87 state is in the host's from here on. */
void x64_x87_want(X64 *x);
/* Puts the last instruction in env: somebody may look at it, or paths part or meet. */
void x64_x87_flush(X64 *x);
/* Where control goes on behind C code, or at a label: nothing is known of the x87 state.
 */
static inline void x64_x87_unknown(X64 *x)
{
    x->x87_state = VEC_UNKNOWN;
    x->x87_lazy = false;
}
/* The host's control word is the guest's from here on, which code that cannot know of
 * another relies on. */
void x64_x87_control(X64 *x);
/* Out-of-line parts. */
void x64_x87_cold(X64 *x);
/* Thunks; in thunks: C code comes next (x64_vec_to_c() does that), and back from it. */
void x64_x87_thunks(X64 *x);
void x64_x87_to_c(X64 *x);
void x64_x87_note_loaded(X64 *x, Mem was);
void x64_x87_from_c(X64 *x, Mem was);
/* In thunks: what a slow x87 store calls. */
uint64_t x64_x87_store(void *env, uint64_t addr, uint64_t id, uintptr_t ra);

#endif
