/* What the files of the aarch64 back end share: the state of an emission, operands,
 * flags.
 */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_AARCH64_INTERNAL_H
#define TCG_AARCH64_INTERNAL_H

#include "tcg/aarch64-enc.h"
#include "tcg/backend-internal.h"
#include "tcg/loop.h"
#include "tcg/recipe.h"

/*
 * Calling convention of units (translator.md, 3):
 *   x28 env; x27 TLB table of the current mode, or guest_base
 *   rax ... rdi (in the order of their numbers) in x8-x15, r8 ... r15 in x19-x26
 *   x0-x7 scratch; x16, x17 and x30 belong to the op that is being emitted
 *   sp is 16-byte aligned, with the frame below; x18 and x29 are not touched
 *   vectors: aarch64-vec.c
 * Between ops NZCV hold what A64.cc.host says; the x87 lives in env.
 *
 *   aarch64.c         units, branches, calls
 *   aarch64-exit.c    exits, heads, links
 *   aarch64-thunks.c  what units share
 *   aarch64-int.c     integer ops
 *   aarch64-cc.c      the guest's flags
 *   aarch64-mem.c     guest memory
 *   aarch64-align.c   checks of alignment
 *   aarch64-atomic.c  locked operations
 *   aarch64-string.c  repeated string instructions
 *   aarch64-vec.c     vectors: residency, moves, memory
 *   aarch64-simd.c    vector operations
 *   aarch64-gather.c  gathers
 *   aarch64-x87.c     x87
 *   aarch64-loop.c    units that lead to themselves
 */
enum { ENV = X28, MEM = X27, T0 = X16, T1 = X17, T2 = LR };

/* The frame at sp. */
enum {
    FRAME_BUF = 0,   /* what a slow load has loaded, a slow store stores: 32 bytes */
    FRAME_SAVE = 32, /* scratch registers over a call in a thunk */
    FRAME_LR = 96,
    FRAME_NZCV = 104,
    FRAME_OI = 112,   /* of slow atomics: b, c and op_oi */
    FRAME_ARGS = 136, /* what an op in C works on: 8 values */
    FRAME_VEC_LOADED = 200,
    FRAME_VECS = 208, /* v0-v7 over a call in a thunk */
    FRAME_SLOTS = FRAME_VECS + 128,
    FRAME_SIZE = FRAME_SLOTS + 8 * RA_MAX_SLOTS,
};
static_assert(FRAME_SIZE % 16 == 0 && FRAME_BUF % 16 == 0 && FRAME_SLOTS % 16 == 0,
              "sp is aligned, vectors are");

/* ---- flags ---- */

enum { CC_NZCV = CC_C | CC_Z | CC_S | CC_O };

/* How the host finds out whether a condition holds. */
typedef struct Test {
    enum { TEST_NZCV, TEST_ZERO, TEST_BIT } kind;
    ACond cond;  /* TEST_NZCV */
    IRType type; /* TEST_ZERO: of reg */
    uint8_t reg;
    uint8_t bit; /* TEST_BIT */
    bool invert; /* holds if the register, or bit, is not zero; else: if it is */
} Test;

/* ---- the emission of a unit ---- */

/* base + (index << scale) + disp is a multiple of 1 << bits; base, index: or IR_NONE. */
typedef struct AlignFact {
    IRRef base, index;
    uint8_t scale, bits, disp; /* disp: its low bits */
} AlignFact;
typedef struct AlignFacts {
    unsigned n;
    AlignFact f[8];
} AlignFacts;

/* What one of v0-v7 holds: half of a temp, half of a global that is in env besides, or a
 * constant. */
enum { NR_VTEMPS = 8 };
typedef struct VHeld {
    bool used;
    bool stored; /* it is in its slot, too, or need not be anywhere */
    bool keep;   /* the loop's next round wants it there */
    uint8_t half;
    IRRef ref;     /* or IR_NONE: what `word` makes */
    uint32_t word; /* without its register; V_LITERAL: `quad` twice */
    uint64_t quad;
    unsigned when; /* it was used last, by A64.vclock */
} VHeld;

typedef struct Label {
    LABEL_STATE;
    bool met; /* some path leads here; what all of them so far have in common: */
    uint8_t vec_state;
    uint16_t vmask[2];
    VHeld vheld[NR_VTEMPS];
    AlignFacts align;
} Label;

enum { VEC_UNKNOWN, VEC_IN_ENV, VEC_IN_REGS };

typedef struct SlowPath SlowPath;
typedef struct Exit {
    uint8_t *jump;               /* the branch */
    uint8_t *guard, *guard_jump; /* LDR of the token, and the branch behind it, or NULL */
    uint64_t pc;
    uint8_t slot;
    uint8_t edge; /* LoopEdge */
} Exit;

/* Globals that scratch registers have, but env has not. */
typedef struct Dirty {
    unsigned n;
    struct {
        uint8_t reg;
        int32_t offset;
    } at[RA_MAX_SCRATCH];
} Dirty;

/* A head of the unit that its own exits lead to. */
typedef struct LoopHead {
    uint8_t *at;   /* exit_request is tested here */
    uint8_t *jump; /* it is set */
    uint8_t vec_state;
} LoopHead;
typedef struct A64Loop {
    Loop u;
    LoopHead heads[2];
    CCInfo cc; /* at heads[1], and what the stubs of edges to there store */
    AlignFacts align;
    VHeld held[NR_VTEMPS]; /* there, in v0-v7 */
} A64Loop;

/* Bytes that code of the unit refers to by ADR, or loads by a literal's LDR. */
typedef struct Data Data;
struct Data {
    Data *next;
    uint8_t *adr; /* that instruction */
    const void *bytes;
    size_t size;
};

typedef struct A64 {
    EMISSION_STATE;
    const IROp *op;  /* being emitted */
    uint32_t needed; /* flags that somebody or a fault wants at it, or after it */
    bool fused;      /* the op in front of it does its work, too */
    AlignFacts align;
    IRRef own[4];
    Data *data;
    unsigned slot_base; /* of exits of the copy that is being emitted */
    A64Loop loop;
    uint8_t *head_token; /* LDR of the guard's token */
    uint8_t vec_state;   /* VEC_* */
    X87Note x87_note;
    VHeld vheld[NR_VTEMPS];
    uint8_t vlocked, vnext; /* registers that the op uses; the last one taken */
    unsigned vclock;
    uint16_t vmask[2]; /* lower and upper halves whose bytes are 0 or 0xff, by ymm */
    Dirty *dirty;      /* being noted */
    struct VecCold *vec_cold;
    struct VExact *vec_exact;
    struct StringCold *string_cold;
    struct GatherCold *gather_cold;
} A64;
typedef A64 Emission;

/* env has the flags, in a form not known here. */
void cc_set_env(A64 *x);
#include "tcg/emission.h"

/* Code made once, by rx address. */
typedef struct A64Thunks {
    /* by TCGContext.relative */
    const uint8_t *unlinked[2][TCG_MAX_EXITS], *head[2][2];
    const uint8_t *call_c, *div[2];
    /* pinned vectors from env and to it; the same around C in thunks */
    const uint8_t *vec_load, *vec_to_c, *vec_slow_begin, *vec_slow_end;
    /* around a C function that a cold part calls, which sees and may change caller-saved
     * pinned registers; scratch registers stay. to_c: x0 is env then */
    const uint8_t *to_c, *from_c;
    const uint8_t *vec_exact;  /* T0: a VecOp; its operands are in the frame */
    const uint8_t *short_call; /* the helper's argument is there; NULL: there is none */
    const uint8_t *x87;        /* T0: id and i of an X87Op in FRAME_ARGS; its result */
    int32_t vec_at[16];        /* env offset of ymm0 ..., or NOT_PINNED */
    const uint8_t *fp_look[2][2]; /* v_thunks_look() */
    bool has_vecs; /* there are some; FPCR and FPSR are MXCSR while they are loaded */
    bool afp;      /* and by FEAT_AFP all of it */
} A64Thunks;
extern A64Thunks a64_thunks;

/* --- aarch64-thunks.c --- */

enum { A64_THUNK_ROOM = 16 << 10 };
/* Thunks for the globals of `s`, if there are none yet: where globals live is known from
 * the first unit on. */
bool a64_make_thunks(TCGContext *s, CodeBuf *b, const uint8_t *pinned);
/* The register that the global there is pinned to, or NO_REG. */
unsigned a64_pin_of(int32_t at);

/* --- aarch64.c --- */

/* A call or jump to host code anywhere; a call destroys x30, and x16 if it is far. */
void a64_call(A64 *x, const void *rx);
void a64_jmp(A64 *x, const void *rx);
/* reg = address of host code or data. */
void a64_address(A64 *x, unsigned reg, const void *rx);
/* Access `opc` (ls_opc()) to env + offset; may destroy x30. */
void a64_env(A64 *x, uint32_t opc, unsigned reg, int32_t offset);
/* reg = base + offset. Destroys reg alone. */
void a64_add_imm(A64 *x, unsigned reg, unsigned base, int64_t offset);
/* reg = address of `size` bytes that are put behind the unit. */
void a64_data(A64 *x, unsigned reg, const void *bytes, size_t size);
/* Vector register `reg` = the 16 bytes, which are put there. */
void a64_vec_literal(A64 *x, unsigned reg, const void *bytes);
/* Frees what the op does not need any more; done once an op, at its end or before. */
void a64_end_op(A64 *x, const IROp *op);
/* Calls a C function that looks at no guest registers; its arguments are in x0 ... The
 * scratch registers have been evicted, the result is in x0. */
void a64_call_c(A64 *x, const void *fn);
/* False: no room. */
bool a64_emit_ops(A64 *x);

/* --- aarch64-exit.c --- */

typedef void EmitFn(A64 *x, const IROp *op);
EmitFn a64_emit_exit_link, a64_emit_exit_tb, a64_emit_exit_ind;
/* The branch to the label where t holds, if that is an exit and the branch can be it:
 * then the label is not emitted. False: nothing was done. */
bool a64_branch_exits(A64 *x, Label *l, Test t);
/* A branch, to be patched, that is taken when exit_request is set. */
uint8_t *a64_test_exit_request(A64 *x);
void a64_emit_head(A64 *x);
/* Out of line: leaves from the unit's head, for the reason of thunk `n`. */
void a64_head_exit(A64 *x, unsigned n);
/* Out-of-line parts. */
void a64_emit_head_exits(A64 *x);
void a64_emit_unlinked(A64 *x, TCGCode *out, const Exit *e);
/* The member of TCGBackend. */
void a64_link(CodeBuf *b, const TCGCode *from, unsigned slot, const void *to);

/* --- aarch64-loop.c --- */

/* With loop.u.is_loop: the head. */
void a64_loop_head(A64 *x);
/* How the exit leads on; of EDGE_LAZY the flags are not to be stored, and globals are to
 * be in env all the same. May emit moves between scratch registers. */
LoopEdge a64_loop_edge(A64 *x, const IROp *exit);
/* Control leaves by the exit, in that way. */
void a64_loop_take_edge(A64 *x, const IROp *exit, LoopEdge edge);
/* Offset of where the exit leads when it is linked to the unit itself, or 0. */
uint32_t a64_loop_target(const A64 *x, const Exit *e);
/* Emits the ops once more if an edge wants that; false: no room. */
bool a64_loop_copy(A64 *x);
/* In front of the part of the exit that runs while it is not linked. */
void a64_loop_stub(A64 *x, const Exit *e);
void a64_loop_cold(A64 *x);

/* --- aarch64-int.c --- */

EmitFn a64_emit_mov, a64_emit_zext, a64_emit_sext, a64_emit_extract, a64_emit_deposit;
EmitFn a64_emit_bswap, a64_emit_lea, a64_emit_alu, a64_emit_carry, a64_emit_incdec;
EmitFn a64_emit_neg, a64_emit_not, a64_emit_mul, a64_emit_mul2, a64_emit_div;
EmitFn a64_emit_shift, a64_emit_double_shift, a64_emit_bit, a64_emit_scan;
EmitFn a64_emit_count, a64_emit_crc32;
EmitFn a64_emit_setcond, a64_emit_select, a64_emit_setcc, a64_emit_selcc;
EmitFn a64_emit_getcc, a64_emit_putcc, a64_emit_in_c;

/* The register of a ref: XZR for a constant whose bits of type t are 0. Locked. */
unsigned a64_in(A64 *x, IRRef ref, IRType t);
/* Loads what the op reads, before its output gets a register: a global may be both. */
void a64_use_inputs(A64 *x, const IROp *op);
/*
 * Output k: a register to compute it in, and its way home. The register may be that of an
 * input: it is asked for when all inputs are in registers, and written when they have
 * been read. Of a part of a global it is T0 or T1.
 */
unsigned a64_out(A64 *x, const IROp *op, unsigned k);
void a64_out_done(A64 *x, const IROp *op, unsigned k, unsigned reg);
/* What op adds to the global, if that is what it does to it. */
bool a64_adds(const A64 *x, const IROp *op, IRRef global, int64_t *n);
/* reg = ref, wherever it is. */
void a64_load_fixed(A64 *x, unsigned reg, IRRef ref);
/* d = n opc v, of ADD ... SUBS, by way of T1 where v is no immediate. */
void a64_addsub_const(A64 *x, uint32_t opc, IRType t, uint32_t d_n, uint64_t v);
/* In a thunk: 128 by 64 bits; in: low, high, divisor; out: quotient, remainder. */
void a64_divs(uint64_t *args);
/* Finds out how two integers compare; destroys NZCV, T0 and T1. */
Test a64_compare(A64 *x, IRType t, Cond c, IRRef a, IRRef b);
/* A branch where the test holds, or does not; to be patched. */
uint8_t *a64_test_branch(A64 *x, Test t, bool holds);

/* --- aarch64-cc.c --- */

/* NZCV are about to be destroyed. */
static inline void cc_clobber(A64 *x)
{
    x->cc.host = 0;
}
/* An op is going to write the global. */
void cc_global_write(A64 *x, IRRef global);
/* Nobody wants the flags. */
void cc_drop(A64 *x);
/* Temps that end with the op are no longer operands of the recipe. */
void cc_end_op(A64 *x, const IROp *op);
/* The operands of the recipe are then no temps, and with `globals` no globals either. */
void cc_own(A64 *x, bool globals);
/* Whether the guest's condition holds; destroys NZCV, T0 and T1. */
Test cc_test_of(A64 *x, Cond c);
/* C of NZCV is CF, or with `borrow` its inverse. */
void cc_load_carry(A64 *x, bool borrow);
/* env holds the recipe (the exact six flags, as far as they are wanted). */
void cc_store(A64 *x);
/* The present recipe, for the side table: cc_own() was before it. */
void cc_describe(const A64 *x, TCGRestore *r);
/* The same at an access that faults by itself: operands may be in scratch registers,
 * which stay as they are until the access has been made. No other global is dirty then.
 */
void cc_describe_fault(A64 *x, TCGRestore *r);
/* An operand of the recipe is the global, or that and a constant. */
bool cc_refers_to(const A64 *x, IRRef global);
/* The flags as a value of CC_* bits (and maybe others), as recipe and in the register
 * returned. */
unsigned cc_to_value(A64 *x);
/* From now on the flags are those of the comparison of two scratch registers, in which
 * bits above the type are 0. */
void cc_set_compared(A64 *x, IRType t, unsigned a, unsigned b);
/* From now on the flags are the value in `reg`, which is a scratch register. */
void cc_set_value(A64 *x, unsigned reg);
/* NZCV have them, C as CF's inverse, and nobody wants them after the next op. */
void cc_set_nzcv(A64 *x);

/* The same for an op that writes all flags it does not leave undefined. a, b: operands of
 * the recipe, IR_NONE for none; REF_ONE: the constant 1. Before the op is emitted. */
#define REF_ONE ((IRRef)0xfffe)
typedef struct CCPlan {
    bool on; /* somebody wants the flags */
    CCInfo next;
    uint8_t own[4]; /* registers with copies of operands, or NO_REG */
} CCPlan;
void cc_plan(A64 *x, CCPlan *p, unsigned kind, IRRef a, IRRef b);
/* Behind the op. nz: flags that NZCV have, with C as `borrow` says. */
void cc_done(A64 *x, const CCPlan *p, uint32_t nz, bool borrow);
/* Operand i is what the scratch register holds. */
void cc_operand_reg(A64 *x, CCPlan *p, unsigned i, unsigned reg);
/* inc and dec, whose CF stays. */
void cc_overlay(A64 *x, bool inc, IRRef result);

/* --- aarch64-mem.c --- */

EmitFn a64_emit_probe, a64_emit_ld, a64_emit_st;

/* SLOW_ELSE: a store that is made elsewhere then, see a64_access_else(). */
typedef enum SlowKind {
    SLOW_LD,
    SLOW_ST,
    SLOW_PROBE,
    SLOW_ATOMIC,
    SLOW_ELSE,
} SlowKind;
/*
 * An access being emitted. `reg`, set before, is where the loaded value or the host
 * address of a probe goes, or what is stored; of a vector access the first of one or two
 * vector registers; of one of 10 bytes the low part, and reg2 the other.
 */
typedef struct Access {
    const IROp *op;
    unsigned memop;
    uint8_t reg, reg2;
    uint8_t value, desired; /* of an atomic: registers of its operands */
    bool vec;
    bool ordered; /* set before: by an instruction that keeps x86's order by itself */
    bool is_write;
    bool faults;         /* the access itself: a signal tells */
    uint8_t base, index; /* of the host's operand; index: or NO_REG */
    bool scaled;
    int32_t disp; /* without index */
    TCGRestore state;
    SlowPath *slow; /* or NULL */
} Access;
/*
 * Emits all of an access but the access itself. T0 and T2 may be part of its operand. Up
 * to a64_access_done() nothing may be spilled.
 */
void a64_access_begin(A64 *x, Access *acc, const IROp *op, SlowKind kind);
/* The access at `offset`, by an instruction of ls_opc(). */
void a64_access(A64 *x, const Access *acc, uint32_t opc, unsigned reg, unsigned offset);
/* The access by one instruction of PAIR_*, whose registers are reg and reg2. */
void a64_access_pair(A64 *x, const Access *acc, uint32_t opc);
/* What comes next is an instruction that makes the access, if it may fault. */
void a64_access_side(A64 *x, const Access *acc);
/* The slow path comes back here. */
void a64_access_done(A64 *x, Access *acc);
/* Instead: code at `to`, which is there already, does all of the op. */
void a64_access_else(Access *acc, uint8_t *to);
/* The out-of-line parts of all accesses. */
void a64_emit_slow(A64 *x);
/* The dirty globals, and code that stores them. */
void a64_note_dirty(A64 *x, Dirty *d);
void a64_store_dirty(A64 *x, const Dirty *d);
/* base + (index << scale) + imm of an op in a register. Locked. */
unsigned a64_guest_address(A64 *x, const IROp *op);
/* With GuestDesc.ordered: what stands before a store and behind a load. */
void a64_before_store(A64 *x);
void a64_after_load(A64 *x);
/* A thunk that makes the whole access, with arguments in T0 and T1. */
void a64_call_slow(A64 *x, const uint8_t *thunk);

/* --- aarch64-align.c --- */

/* The address of a load or store is known to be aligned as the op wants it. */
bool a64_is_aligned(const A64 *x, const IROp *op);
/* It has been checked. */
void a64_note_aligned(A64 *x, const IROp *op);
/* op is going to write the global. */
void a64_align_write(A64 *x, const IROp *op, IRRef global);
/* Keeps of `facts` what is known, too. */
void a64_meet_facts(const A64 *x, AlignFacts *facts);
/* Of what is known, what no op of the unit changes. */
AlignFacts a64_lasting_facts(const A64 *x);
bool a64_knows_all(const A64 *x, const AlignFacts *facts);

/* --- aarch64-atomic.c --- */

EmitFn a64_emit_atomic;

/* --- aarch64-string.c --- */

/* A call of a HELPER_STRING one by code that does the same. False: nothing was done. */
bool a64_emit_string(A64 *x, const IROp *op);
void a64_string_cold(A64 *x);

/* --- aarch64-gather.c --- */

/* A call of a HELPER_GATHER one by code that does the same. False: nothing was done. */
bool a64_emit_gather(A64 *x, const IROp *op);
void a64_gather_cold(A64 *x);

/* --- aarch64-vec.c --- */

EmitFn a64_emit_vmov, a64_emit_vec_ld, a64_emit_vec_st;

/* Marks the globals of a context that vector registers are pinned to. */
void a64_vec_pins(TCGContext *s);
/* at[16]: their env offsets, or NOT_PINNED. */
void a64_vec_homes(const TCGContext *s, int32_t *at);
void a64_vec_thunks(A64 *x);
/* C code comes next, that of an op: pinned registers are stored, temps in slots. */
void a64_vec_in_env(A64 *x);
/* Temps are in slots, too. */
void v_spill_temps(A64 *x);
/* Halves of globals that live in env are there. */
void v_store_globals(A64 *x);
/* Nothing is in v0-v7. */
void v_forget_temps(A64 *x);
/* A path leads to the label: it keeps what this has in v0-v7, too, but for temps. */
void v_meet(const A64 *x, Label *l);
/* to[NR_VTEMPS]: what of v0-v7 the unit's next round finds there, and nothing else: what
 * no op changes; whether there is something. */
bool v_lasting(const A64 *x, VHeld *to);
/* What is derived in the list is there. */
bool v_can_make(const A64 *x, const VHeld *list);
/* v0-v7 hold what the list says, with code where they do not yet. Nothing in other
 * registers than theirs is lost, and temps have been spilled. */
void v_make_held(A64 *x, const VHeld *list);
void v_end_op(A64 *x, const IROp *op);
/* What is known of the vectors that op writes. */
void v_note_masks(A64 *x, const IROp *op);
/* The cold parts of v_need(). */
void a64_vec_cold(A64 *x);

/* --- aarch64-fp.c --- */

/* What is computed again in C. */
void a64_vec_exact_cold(A64 *x);

/* --- aarch64-simd.c --- */

EmitFn a64_emit_vop, a64_emit_vcmpcc, a64_emit_vtoi, a64_emit_itov;

/* --- aarch64-x87.c --- */

EmitFn a64_emit_x87, a64_emit_x87_mem, a64_emit_x87_note;
/* The note of the last x87 instruction goes to env. Destroys T0. */
void a64_x87_flush(A64 *x);
/* In thunks: what a slow x87 store calls. */
uint64_t a64_x87_store(void *env, uint64_t addr, uint64_t id, uintptr_t ra);

#endif
