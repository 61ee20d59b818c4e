/* The IR of one translation unit: ops, temps, globals, labels, and the builder. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_IR_H
#define TCG_IR_H

#include "tcg/cc.h"
#include "tcg/guest-desc.h"
#include "tcg/types.h"
#include "util/arena.h"

/*
 * A unit is an array of ops over temps. A *global* is a piece of guest state with a home
 * in env (a register); ops read and write globals directly. A *temp* is written once,
 * before its uses. A *constant* is a temp with a value. Control enters at the first op
 * and only goes forward: a branch goes to a label further down (verified). A label with
 * one branch to it and no fall-through continues the block of its branch: temps stay
 * usable there. At any other label only globals survive. cc (tcg/cc.h) is one more
 * global, implicit in the ops.
 *
 * State is precise at FAULT ops and at calls of helpers marked so: when such an op raises
 * an exception, every global, cc and the pc of the op's instruction have the values which
 * they have at that point of the op sequence. So a generator that puts checks and loads
 * of an instruction before its writes of globals gives precise exceptions for free.
 */
typedef enum OpCode {
#define OP(name, outs, ins, class, flags, ccr, ccw) OP_##name,
#include "tcg/ops.def"
    NR_OPS,
} OpCode;

enum { /* op flags */
       OPF_PURE = 1 << 0,
       OPF_COMM = 1 << 1,
       OPF_FAULT = 1 << 2,
       OPF_BB_END = 1 << 3,
       OPF_BRANCH = 1 << 4,
       OPF_SIDE = 1 << 5,
       OPF_LABEL = 1 << 6,
       OPF_CC = 1 << 7,
       OPF_CONTROL = OPF_BB_END | OPF_BRANCH | OPF_LABEL,
};
enum { /* in ccr and ccw of OpInfo, beside the CC_* bits */
       OPCC_COND = 1 << 15,
       OPCC_VAR = 1 << 14,
};
typedef enum OpClass { CLASS_INT, CLASS_VEC, CLASS_MEM, CLASS_CTL } OpClass;

typedef struct OpInfo {
    /* most that it can have: some may be IR_NONE where ops.def says so */
    uint8_t outs, ins;
    uint8_t class, flags;
    uint16_t ccr, ccw;
} OpInfo;
static_assert(sizeof(OpInfo) == 8, "what all passes look at is found without arithmetic");
extern const OpInfo op_info[NR_OPS];
extern const char *const op_names[NR_OPS];

#define IR_MAX_GLOBALS 63 /* a set of them is a word */
#define IR_MAX_OUTS    2
#define IR_MAX_INS     5
#define IR_MAX_OPS     8000  /* of a unit: ir_room() */
#define IR_MAX_TEMPS   32000 /* globals and constants, too */

typedef struct IROp {
    uint8_t code;  /* OpCode */
    uint8_t type;  /* IRType */
    uint8_t cond;  /* Cond   */
    bool setcc;    /* writes cc; liveness clears it when nobody reads those flags */
    uint8_t scale; /* 0..3, of ld, st, lea and atomics */
    uint8_t memop; /* MemOp */
    uint8_t slot;  /* of exit_link */
    uint8_t dead;  /* from liveness: bit i: in[i] is not read again on this path (temps,
                      and globals that are overwritten  first, maybe by this op). Never set
                      for constants; set for both inputs when they are the same ref */
    IRRef out[IR_MAX_OUTS];
    IRRef in[IR_MAX_INS];
    uint16_t vec;    /* row of vec.def; of x87 ops: of x87.def */
    uint16_t label;  /* of label, br, brcc, brcond */
    uint16_t ccmask; /* exit_link: flags live at the target, as the front end knows them.
                        Others, from liveness: flags read by somebody after this op */
    /* from liveness: flags that only a fault between here and their next definition would
     * show */
    uint16_t ccfault;
    bool vzero : 1;  /* v128 to a global: clears bits 255:128 of it */
    bool unread : 1; /* from liveness: an output is a temp that nobody reads */
    int8_t sp;    /* what the stack pointer lacks where the op faults: see ir_insn_sp() */
    int32_t insn; /* pc of the guest instruction that it belongs to, from the unit's */
    uint32_t imm2;
    int64_t imm;
} IROp;

typedef enum IRTempKind { TEMP_GLOBAL, TEMP_SSA, TEMP_CONST } IRTempKind;

typedef struct IRTemp {
    uint8_t kind; /* IRTempKind */
    uint8_t type; /* IRType     */
    /* the rest of the first line is the back end's while it allocates */
    uint8_t loc;
    int8_t reg;
    int16_t slot;
    /* from liveness: number of reads, an op's two of the same ref counted twice */
    uint16_t uses;
    int32_t env_offset; /* of a global */
    bool live; /* liveness: a temp is read below where the pass is; a constant: always */
    /* of a constant; sign-extended from its use's type or not: only the low bits count */
    uint64_t val;
    const char *name; /* of a global */
} IRTemp;

/*
 * What a helper needs of guest state in env, and what it changes there. A back end
 * synchronises just that. writes of GPR or VEC: some of these globals may change (so all
 * of them have to be in env before). writes of CC without reads of CC: the helper always
 * leaves six new flags in env.
 */
enum {
    HS_NONE = 0,
    HS_GPR = 1 << 0, /* integer globals */
    HS_CC = 1 << 1,
    HS_VEC = 1 << 2, /* vector globals  */
    HS_ALL = HS_GPR | HS_CC | HS_VEC,
};
enum { /* helper flags */
       /* result depends on arguments only (and on `reads`); no side effect */
       HELPER_PURE = 1 << 0,
       /* may raise an exception: state must be precise; reads counts as HS_ALL then */
       HELPER_FAULT = 1 << 1,
       HELPER_NORETURN = 1 << 2, /* always raises or leaves */
       /* has effects outside env and guest RAM: not run twice by -d lockstep */
       HELPER_IO = 1 << 3,
       HELPER_STRING = 1 << 4,  /* a repeated string instruction: tcg/string-op.h */
       HELPER_GATHER = 1 << 5,  /* a gather: tcg/gather-op.h */
       HELPER_STRCMP = 1 << 6,  /* PCMPxSTRx: tcg/strcmp-op.h */
       HELPER_LEAVES = 1 << 7,  /* may leave when the instruction is complete */
       HELPER_SHORT = 1 << 8,   /* GuestDesc.short_call does it in common cases */
       HELPER_MASKMOV = 1 << 9, /* a masked move: tcg/gather-op.h */
};

typedef struct HelperInfo {
    const char *name;
    /* C function: (void *env, uint64_t args...) -> uint64_t or void; env only if
     * takes_env */
    void *fn;
    uint16_t flags; /* HELPER_* */
    uint8_t reads;  /* HS_* */
    uint8_t writes; /* HS_* */
    uint8_t nargs;  /* without env */
    bool takes_env;
    bool has_result; /* a uint64_t */
} HelperInfo;

/* From liveness, of a label. */
typedef struct IRLabel {
    uint16_t preds; /* branches, and the fall-through */
    uint16_t at;    /* op number */
} IRLabel;

/*
 * One translation at a time; a thread has its own. Reset by tcg_start(). IR_MAX_TEMPS
 * and IR_MAX_OPS bound a unit; ir_room() tells the front end to stop early, and the
 * builder never overruns.
 */
typedef struct TCGContext TCGContext;
struct TCGContext {
    const GuestDesc *guest;
    IROp *ops;
    unsigned nops;
    IRTemp *temps;
    unsigned ntemps, nglobals;
    IRTemp *globals; /* as a unit begins with them; what a back end notes of them once is
                        noted here, too */
    unsigned nlabels;
    unsigned nexits; /* exit_link slots used */
    /* from liveness: */
    IRLabel *labels;
    unsigned nfaults;     /* ops that may fault, calls among them */
    bool leads_to_itself; /* by an exit_link */
    uint64_t pc;          /* guest pc of the unit */
    int32_t insn;         /* IROp.insn of the ops that come next */
    int8_t insn_sp;       /* ... and their sp */
    bool has_insns;       /* somebody has said which instruction ops belong to */
    unsigned insn_op;     /* number of the first op that `insn` holds for */
    /* Of the engine, after tcg_start(); see guest-desc.h. */
    bool guard_links, head_guard;
    bool unaligned;    /* the guest's accesses are often not aligned */
    bool fp_flushes;   /* MXCSR has FTZ or DAZ, so what rounds may go to C */
    bool whole_writes; /* a write of a register in part costs more than one of all */
    bool movable;      /* the unit is to be one for TCGMover, if it can */
    bool late_sp;      /* additions to the stack pointer are put off: ir_insn_sp() */
    bool share;        /* the pass "share" may make probes: who runs the unit can begin an
                          instruction again */
    bool fp_traps;     /* ops that round raise what MXCSR leaves unmasked: see fp_point */
    bool adx;          /* adcx and adox are better than what they replace */
    bool relative;     /* the unit is free of its address: guest-desc.h, ir_pc() */
    uint32_t head_token;
    uint64_t head_pc;
    Arena arena; /* reset per unit */
    IRRef const_cache[64];
    uint32_t dump;    /* passes to print after: bit (key - 'a') */
    uint64_t opt_off; /* optimisations switched off: OPT_* of tcg.h */
    void *backend;    /* the host back end's own; g_free()d with the context */
    bool pinned;      /* `globals` tell which host registers are theirs: regalloc.c */
    unsigned id;      /* no other context of the process has it; not 0 */
};

/* A context for guests described by `g` (kept by reference). Freed with
 * tcg_context_free(). */
TCGContext *tcg_context_new(const GuestDesc *g);
void tcg_context_free(TCGContext *s);

/* Begin a unit at guest pc: only the globals remain. */
void tcg_start(TCGContext *s, uint64_t pc);

/* Registers a global; only before the first tcg_start(). `name` is kept by reference. */
IRRef ir_global(TCGContext *s, IRType type, int32_t env_offset, const char *name);

IRRef ir_temp(TCGContext *s, IRType type);
IRRef ir_const(TCGContext *s, int64_t val);
unsigned ir_label_new(TCGContext *s);

/* True while a guest instruction of ordinary size (400 ops) still fits. */
#define IR_ROOM_OPS   400
#define IR_ROOM_TEMPS 1200
static inline bool ir_room(const TCGContext *s)
{
    return s->nops <= IR_MAX_OPS - IR_ROOM_OPS &&
           s->ntemps <= IR_MAX_TEMPS - IR_ROOM_TEMPS;
}

static inline IRTemp *ir_t(const TCGContext *s, IRRef r)
{
    return &s->temps[r];
}
static inline bool ir_is_const(const TCGContext *s, IRRef r)
{
    return r != IR_NONE && s->temps[r].kind == TEMP_CONST;
}
static inline bool ir_is_global(const TCGContext *s, IRRef r)
{
    return r < s->nglobals;
}

/* Appends an op with everything else zero or IR_NONE; the caller fills in the rest at
 * once. */
IROp *ir_emit(TCGContext *s, OpCode code, IRType type);

/* The ordinary shapes. `out` is a global, or a temp not written before; sub, and: IR_NONE
 * for cmp, test. */
IROp *ir_op1(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a);
IROp *ir_op2(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a, IRRef b);
IROp *ir_op3(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a, IRRef b, IRRef c);
/* The same with flags. */
IROp *ir_op1f(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a);
IROp *ir_op2f(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a, IRRef b);
IROp *ir_op3f(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a, IRRef b, IRRef c);

void ir_mov(TCGContext *s, IRType t, IRRef out, IRRef a);
void ir_movi(TCGContext *s, IRType t, IRRef out, int64_t val);
void ir_zext(TCGContext *s, IRType to, IRRef out, IRRef a, IRType from);
void ir_sext(TCGContext *s, IRType to, IRRef out, IRRef a, IRType from);
void ir_extract(TCGContext *s, IRType t, IRRef out, IRRef a, unsigned pos, unsigned len);
void ir_deposit(TCGContext *s, IRType t, IRRef out, IRRef a, IRRef b, unsigned pos,
                unsigned len);
void ir_lea(TCGContext *s, IRType t, IRRef out, IRRef base, IRRef index, unsigned scale,
            int64_t disp);
void ir_setcond(TCGContext *s, IRType t, Cond c, IRRef out, IRRef a, IRRef b);
void ir_select(TCGContext *s, IRType t, Cond c, IRRef out, IRRef a, IRRef b, IRRef x,
               IRRef y);
void ir_brcond(TCGContext *s, IRType t, Cond c, IRRef a, IRRef b, unsigned label);
void ir_br(TCGContext *s, unsigned label);
void ir_label(TCGContext *s, unsigned label);
void ir_setcc(TCGContext *s, Cond c, IRRef out);
void ir_selcc(TCGContext *s, IRType t, Cond c, IRRef out, IRRef x, IRRef y);
void ir_brcc(TCGContext *s, Cond c, unsigned label);
void ir_getcc(TCGContext *s, IRRef out);
void ir_putcc(TCGContext *s, IRRef a, uint32_t mask);

typedef struct IRAddr {
    IRRef base, index; /* or IR_NONE */
    uint8_t scale;     /* 0..3 */
    int64_t disp;
} IRAddr;
IROp *ir_ld(TCGContext *s, IRType t, IRRef out, IRAddr addr, unsigned memop);
void ir_st(TCGContext *s, IRType t, IRRef val, IRAddr addr, unsigned memop);
/* out = the host address of `bytes` that may be read. */
void ir_probe(TCGContext *s, IRRef out, IRAddr addr, unsigned bytes);
/* x87 operation `id` on memory; on the stack, where i is that of ST(i). */
void ir_x87_mem(TCGContext *s, OpCode code, X87Id id, IRAddr addr, unsigned memop);
IROp *ir_x87(TCGContext *s, X87Id id, unsigned i);
void ir_x87_note(TCGContext *s, uint64_t pc, unsigned opcode);
/* code: OP_at_*; b: operand (expected value of cmpxchg), c: new value of cmpxchg or
 * IR_NONE */
void ir_atomic(TCGContext *s, OpCode code, IRRef out, IRAddr addr, IRRef b, IRRef c,
               unsigned memop);
void ir_ld_env(TCGContext *s, IRType t, IRRef out, int32_t offset);
void ir_st_env(TCGContext *s, IRType t, IRRef val, int32_t offset);
/* args: as many as h->nargs; out: IR_NONE unless h->has_result */
void ir_call(TCGContext *s, const HelperInfo *h, IRRef out, const IRRef *args);

/* The ops that come next belong to the guest instruction at pc, which is less than 2 GiB
 * from the unit's. */
void ir_insn_start(TCGContext *s, uint64_t pc);
/* Behind it: the stack pointer (GuestDesc.sp) as the instruction finds it is `ahead` more
 * than the global has, which gets it later in the unit. Only faults of ops show that. */
static inline void ir_insn_sp(TCGContext *s, int8_t ahead)
{
    s->insn_sp = ahead;
}
static inline uint64_t ir_insn_pc(const TCGContext *s, const IROp *op)
{
    return s->pc + op->insn;
}
/* The address `pc` as a value: a constant, or in a relative unit what it is where the
 * unit runs. */
IRRef ir_pc(TCGContext *s, uint64_t pc);
/* The same as base and displacement; IR_NONE and pc where it is a constant. */
IRRef ir_pc_base(TCGContext *s, uint64_t pc, int64_t *disp);
void ir_exit_link(TCGContext *s, uint64_t pc, uint32_t ccmask);
void ir_exit_ind(TCGContext *s, IRRef pc);
/* The same with a note (not 0) for who finds that there is no code: GuestDesc.exit_note.
 */
void ir_exit_ind_note(TCGContext *s, IRRef pc, int64_t note);
void ir_exit_tb(TCGContext *s, int64_t reason);

/* ---- what passes and back ends ask of an op ---- */

static inline const HelperInfo *ir_helper(const IROp *op)
{
    return (const HelperInfo *)(intptr_t)op->imm;
}

/* Guest state (HS_*) that has to be in env when the helper is called. */
unsigned ir_helper_reads(const HelperInfo *h);

/* The op may raise a guest exception. */
static inline bool ir_op_faults(const IROp *op)
{
    return (op_info[op->code].flags & OPF_FAULT) && !(op->memop & MO_HOST);
}

/* What GuestDesc.probe is told of the probe. */
static inline uint32_t ir_probe_what(const IROp *op)
{
    return op->imm2 | (op->memop & MO_RMW ? PROBE_WRITE : 0) |
           (op->memop & MO_ALIGN ? (uint32_t)(op->memop & MO_SIZE) << 28 : 0);
}

/* Which input of a shift or rotate (a VAR op) is the count; the masked count, or -1: no
 * constant; whether it is 0 for certain. */
unsigned ir_count_index(OpCode code);
int ir_count(const TCGContext *s, const IROp *op);
static inline bool ir_count_is_zero(const TCGContext *s, const IROp *op)
{
    return unlikely(op_info[op->code].ccw & OPCC_VAR) && ir_count(s, op) == 0;
}

/* CC_* bits that the op reads; that it writes or leaves undefined, setcc considered; that
 * it certainly writes. */
static inline uint32_t ir_cc_reads(const IROp *op)
{
    uint32_t r = op_info[op->code].ccr;
    if (r == 0) {
        return op->code == OP_call && (ir_helper(op)->reads & HS_CC) ? CC_ALL : 0;
    }
    return r & OPCC_COND ? cc_of_cond(op->cond) : r;
}
static inline uint32_t ir_cc_writes(const IROp *op)
{
    if (!op->setcc) {
        return op->code == OP_call && (ir_helper(op)->writes & HS_CC) ? CC_ALL : 0;
    }
    return op->code == OP_putcc ? op->imm & CC_ALL : op_info[op->code].ccw & CC_ALL;
}
static inline uint32_t ir_cc_kills(const TCGContext *s, const IROp *op)
{
    bool var = unlikely(op_info[op->code].ccw & OPCC_VAR);
    return var && ir_count(s, op) <= 0 ? 0 : ir_cc_writes(op);
}

/* The op looks only at the low bits of this type of input i. */
IRType ir_in_type(const IROp *op, unsigned i);

/* How the op writes a global (see IRType): mostly as its own type says. */
extern const bool ir_has_own_out_type[NR_OPS];
IRType ir_own_out_type(const IROp *op);
static inline IRType ir_out_type(const IROp *op)
{
    return unlikely(ir_has_own_out_type[op->code]) ? ir_own_out_type(op)
                                                   : (IRType)op->type;
}

/* The widest type at which its output temp has defined bits. */
static inline IRType ir_out_valid(const IROp *op)
{
    switch (op->code) {
    case OP_setcc:
    case OP_ld_env:
    case OP_at_xchg ... OP_at_cmpxchg:
        return IR_I64;
    default: {
        IRType t = ir_out_type(op);
        bool zero_extended = op->code == OP_ld && !(op->memop & MO_SIGN) && t < IR_I64;
        return t == IR_I32 || zero_extended ? IR_I64 : t;
    }
    }
}

/* Text. The form round-trips: ir_parse(ir_print(unit)) prints the same bytes. docs/ir.md
 * describes it. */
void ir_print(const TCGContext *s, GString *to);
bool ir_parse(TCGContext *s, const char *text, GError **errp);

/* Checks types, arity, definitions before uses, label rules. False with the op's number
 * and reason. */
bool ir_verify(const TCGContext *s, GError **errp);

#endif
