/* What back ends share: code memory, thunks, the state of an emission. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_BACKEND_INTERNAL_H
#define TCG_BACKEND_INTERNAL_H

#include "tcg/regalloc.h"
#include "tcg/side-table.h"

/*
 * The same memory is mapped at rw (to write) and at rx (to run, and to read). Thunks come
 * first; a unit is written at rw + used by its back end, which then moves `used`. One
 * writer at a time: the engine sees to it.
 */
struct CodeBuf {
    uint8_t *rw, *rx;
    size_t size, used;
    size_t ready;  /* bytes whose pages are there */
    size_t thunks; /* bytes that code_buf_reset() keeps: init() of a back end sets it */
};

static inline void *code_buf_rw(const CodeBuf *b, const void *rx)
{
    return b->rw + ((const uint8_t *)rx - b->rx);
}

static inline void *code_buf_rx(const CodeBuf *b, const void *rw)
{
    return b->rx + ((const uint8_t *)rw - b->rw);
}

/* Bytes that are left. */
static inline size_t code_buf_room(const CodeBuf *b)
{
    return b->size - b->used;
}

/* A unit wants UNIT_SLACK; what an op emits does not go beyond OP_SLACK. */
enum { UNIT_SLACK = 8 << 10, OP_SLACK = 1 << 10 };
/* Makes `used` the place of the next unit. Its rw address, or NULL: no room. */
uint8_t *code_buf_next(CodeBuf *b);

/*
 * The last x87 instruction, as long as it is not noted in env: notes are gathered until
 * somebody could see them, and for faults go to the side table.
 */
typedef struct X87Note {
    bool pending;
    uint16_t fop;
    uint64_t fip;
} X87Note;

/* ---- globals in host registers ---- */

/* A global of 64 bits that has a register of its own. */
typedef struct HostPin {
    const char *name;
    uint8_t reg;
} HostPin;
/* pinned[g]: host register of global g, or 0xff. */
void pin_globals(const TCGContext *s, const HostPin *pins, unsigned n, uint8_t *pinned);
/* The same, found out once a context and kept as its `backend`. */
const uint8_t *pinned_globals(TCGContext *s, const HostPin *pins, unsigned n);

/* ---- thunks ---- */

#define NOT_PINNED INT32_MIN

/* Code made once, by rx address; what all hosts have. */
typedef struct Thunks {
    const uint8_t *enter, *exit, *exit_lookup, *jump_miss, *fault, *head[2];
    const uint8_t *save_all, *save_caller, *load_all, *load_caller;
    const uint8_t *ld[64], *st[32]; /* by MemOp, MO_SIGN excluded */
    const uint8_t *atomic, *probe, *x87_st, *cc_load;
    bool use_tlb; /* a host register is the TLB base */
    const GuestDesc *guest;
    size_t room;           /* offset of the thunks in code memory */
    unsigned context;      /* TCGContext.id of who was the last to ask for them */
    int32_t pinned_at[32]; /* env offset of what each host register has, or NOT_PINNED */
} Thunks;
extern Thunks tcg_thunks;
/* Of TCGBackend.init: there are none yet, and `room` bytes for them. */
void thunks_init(const GuestDesc *g, CodeBuf *b, size_t room);
/* Notes where globals of `s` are pinned. True: there are thunks, made for just that. */
bool thunks_fit(TCGContext *s, const uint8_t *pinned);

/* The argument of the call of a HELPER_STRING one is such that code can do the same:
 * there is no TLB, and these host registers have rCX, rSI, rDI and rAX. */
bool string_is_plain(const TCGContext *s, const IROp *call, const uint8_t regs[4]);

/* ---- what generated code calls ---- */

/* The six flags that the recipe in env stands for. */
uint32_t flags_in_env(const char *env);
/* Does an op; args: its inputs, then, from IR_MAX_INS on, its outputs. */
void eval_in_env(const IROp *op, uint64_t *args, char *env);
/* Does a VecOp on these vectors. */
uint64_t vec_op_in_env(void *env, void *r, const void *a, const void *b, const void *c,
                       const VecOp *op);

/* ---- members of TCGBackend ---- */

TCGExit backend_enter(void *env, const void *entry);
bool backend_restore_point(const TCGCode *code, const void *ra, TCGRestore *out);
const void *backend_fault_entry(void);
void backend_disas(const TCGCode *code, GString *to);
/* .guard where the token is data. */
void backend_guard(CodeBuf *b, const TCGCode *from, unsigned slot, uint32_t token);
#define BACKEND_MEMBERS                                                             \
    .probes = true, .enter = backend_enter, .restore_point = backend_restore_point, \
    .fault_entry = backend_fault_entry, .disas = backend_disas

/* ---- the emission of a unit ---- */

/*
 * What a Label and the state of an emission, `Emission`, begin with. The rest of them is
 * the host's, as are the types Asm, CCInfo, Exit and SlowPath. tcg/emission.h works on
 * these.
 */
typedef struct Fixup {
    struct Fixup *next;
    uint8_t *at; /* of a branch, as asm_patch() takes it */
} Fixup;

#define LABEL_STATE                                                \
    uint16_t preds; /* branches, and the fall-through */           \
    uint16_t at;    /* op number */                                \
    bool is_exit;   /* the branch was the exit that stands here */ \
    Fixup *fixups;  /* branches to patch */                        \
    RAState *ra;    /* of the only branch */                       \
    CCInfo cc

#define EMISSION_STATE                                                        \
    RegAlloc ra; /* first: the allocator's hooks cast */                      \
    Asm a;                                                                    \
    TCGContext *s;                                                            \
    const GuestDesc *g;                                                       \
    CodeBuf *buf;                                                             \
    uint8_t *entry;  /* rw address of the unit */                             \
    unsigned at;     /* number of the op that is being emitted */             \
    uint32_t wanted; /* flags that somebody or a fault wants after it */      \
    uint64_t pc;     /* of the guest instruction */                           \
    int8_t sp;       /* IROp.sp */                                            \
    bool ended;      /* control does not reach the next op */                 \
    CCInfo cc;                                                                \
    Label *labels;                                                            \
    SlowPath *slow, **slow_tail;                                              \
    Exit *exits; /* TCG_MAX_EXITS */                                          \
    unsigned nexits;                                                          \
    uint8_t body, direct;  /* of TCGCode */                                   \
    uint8_t *head_jump[2]; /* exit_request is set; the guard does not hold */ \
    SideWriter side        /* to memory of the unit's arena */

/* Initializes one that writes from `start` (rw) up to `limit`. */
#define EMISSION_AT(s_, b_, start, limit)                                                \
    .s = (s_), .g = (s_)->guest, .buf = (b_), .entry = (start), .a = {(start), (limit)}, \
    .pc = (s_)->pc

#endif
