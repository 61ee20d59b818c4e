/* Units in, host code out: passes, code memory, back ends, the way back to guest state.
 */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_TCG_H
#define TCG_TCG_H

#include "tcg/ir.h"

/* Optimisations with an off switch, -accel tcg,opt-NAME=off. OPT(name, what it does) */
#define TCG_OPTS(OPT)                                                                   \
    OPT(fold, "constants, identities and copies in the IR")                             \
    OPT(coalesce, "op t; mov G,t becomes op G")                                         \
    OPT(dce, "removes ops whose results nobody reads, and unread flags")                \
    OPT(lookahead, "drops flags that the next unit overwrites")                         \
    OPT(hostflags, "uses the host's flags where they still hold the guest's")           \
    OPT(recipes, "a recipe that only env knows goes through a table of host code")      \
    OPT(fuse, "memory operands and compare-and-branch fused into one host instruction") \
    OPT(halves, "v0-v7 keep constants, and halves of ymm registers that have none")     \
    OPT(spare, "r12 of programs on x86_64 is where machines have the TLB")              \
    OPT(pairs, "words of the flags' recipe are stored two at a time")                   \
    OPT(pushes, "pushes and pops in a row move the stack pointer once")                 \
    OPT(exits, "conditional branches that are a direct jump themselves")                \
    OPT(jumps, "exits that lead to a jump go where that goes")                          \
    OPT(operands, "flags stay in host registers where an access may fault")             \
    OPT(align, "alignment of vectors in memory is checked once an address")             \
    OPT(loops, "units that lead to themselves keep flags and vectors where they are")   \
    OPT(carries, "EFLAGS go round a loop as they are, in programs on x86_64")           \
    OPT(chain, "direct jumps between units")                                            \
    OPT(forward, "direct jumps forward do not look at exit_request")                    \
    OPT(jumptable, "inline probe of the indirect-jump table")                           \
    OPT(share, "one TLB check for several accesses off one base")                       \
    OPT(strings, "string instructions by runs")                                         \
    OPT(hoststrings, "string instructions as the host's own, where there is no TLB")    \
    OPT(reload, "code that is patched loads its immediates where they stand")           \
    OPT(sleep, "code that may not be run for a while keeps its units")                  \
    OPT(syscalls, "system calls of programs without leaving the code")                  \
    OPT(forks, "what a forked child has translated is there for the next one")          \
    OPT(trace, "units that go on behind a branch not taken")                            \
    OPT(join, "branches inside a unit, forward to an instruction that it reaches")      \
    OPT(relative,                                                                       \
        "machines: code that is mapped at several addresses has units for all")         \
    OPT(early, "... from the first, once there is much of such code")                   \
    OPT(select, "jumps around a few moves as conditional moves")                        \
    OPT(recent, "loops of selects look for an address in the page that they read last") \
    OPT(search, "loops that look for a value do some rounds by conditional moves")      \
    OPT(adx, "ADCX, ADOX and MULX as the host's own, the carries in its flags")         \
    OPT(sums, "a load's base and displacement are added before its TLB addend comes")   \
    OPT(vector, "SIMD as the host's own instructions")                                  \
    OPT(fpchecks, "SSE on Arm without FEAT_AFP: host instructions, and checks")         \
    OPT(fptraps, "SIMD exceptions that are not masked are raised by the host's traps")  \
    OPT(avx, "256-bit registers and VEX instructions on the host")                      \
    OPT(x87, "x87 as the host's own instructions")                                      \
    OPT(x87fast, "x87 that the host has not: common cases by functions of their own")   \
    OPT(x87cw, "x87 control words are loaded when something is rounded")

/* clang-format off */
enum {
#define OPT(name, what) OPTBIT_##name,
    TCG_OPTS(OPT)
#undef OPT
    NR_TCG_OPTS,
};
/* clang-format on */
#define TCG_OPT_OFF(s, name) ((s)->opt_off >> OPTBIT_##name & 1)

/* Bit number of the optimisation `name`, or -1. */
int tcg_opt_find(const char *name);

/* What a back end's gen_code() made. All pointers are into executable memory (rx side).
 */
typedef struct TCGBackend TCGBackend;
typedef struct TCGCode {
    /* whose code it is, set by gen_code(); for tcg_restore_point() */
    const TCGBackend *backend;
    const void *entry;  /* from chained jumps and from tcg_enter() */
    uint32_t size;      /* bytes, cold parts and side table included */
    uint32_t code_size; /* bytes of host code; behind it the side table */
    uint32_t hot_size;  /* bytes from entry on that run when all goes well */
    uint16_t nplaces;   /* of a movable unit: entries at its end, the back end's own */
    bool movable;       /* TCGBackend.mover takes it */
    uint8_t nexits;
    uint8_t body; /* offset from entry of what is behind the test of exit_request, or 0 */
    uint8_t direct; /* offset from entry of what links go to: a relative unit's not 0 */
    struct {        /* last, so that who keeps a copy needs no more than nexits of them */
        /* offset from entry of the patchable jump of exit slot i, 0: none */
        uint32_t jump;
        uint32_t unlinked; /* offset of what it goes to while it is not linked */
        uint32_t guard;    /* offset of the guard's token, 0: no guard (guest-desc.h) */
        uint32_t again; /* offset that a link to the unit itself goes to, 0: its entry */
        int32_t leads; /* pc that it leads to, from the unit's; TCG_LEADS_FAR: not told */
    } exits[8];
} TCGCode;
#define TCG_MAX_EXITS 8

/* For TCGCode.exits[].leads, of a unit at pc `from`. */
#define TCG_LEADS_FAR INT32_MIN
static inline int32_t tcg_leads(uint64_t from, uint64_t to)
{
    int64_t d = to - from;
    return d == (int32_t)d ? (int32_t)d : TCG_LEADS_FAR;
}

/*
 * Code memory: one region mapped twice, writable and executable (W^X). All units and
 * thunks of a process live in it. `size` in bytes. NULL when the host refuses. private:
 * mapped once, so that a fork has its own.
 */
typedef struct CodeBuf CodeBuf;
CodeBuf *code_buf_new(size_t size, bool is_private, GError **errp);
void code_buf_free(CodeBuf *b);
size_t code_buf_used(const CodeBuf *b);
size_t code_buf_size(const CodeBuf *b);
bool code_buf_contains(const CodeBuf *b, const void *rx);
/* Another unit is going to be made: has pages for it there. */
void code_buf_prepare(CodeBuf *b);
/* Its first byte, rx side. */
const void *code_buf_start(const CodeBuf *b);
/* Forget all units, keep the thunks. Only while no thread runs generated code. */
void code_buf_reset(CodeBuf *b);

/* Why generated code was left. */
enum {
    /* exit_request was not zero at a unit's head */
    TCG_EXIT_REQUEST = 0,
    /* the pc has no code yet (after exit_ind, or GuestDesc.lookup) */
    TCG_EXIT_LOOKUP = 1,
    /* + i: exit_link of slot i is not linked; `unit` says of which unit */
    TCG_EXIT_LINK = 16,
    /* + n: exit_tb with imm n, n >= 0 */
    TCG_EXIT_TB = 256,
};
typedef struct TCGExit {
    uintptr_t reason;
    /* an address in the unit that was left by an unlinked exit_link; else NULL */
    const void *unit;
} TCGExit;

/*
 * Units that are kept for another process of the same build: made with
 * TCGContext.movable, taken out as bytes that do not tell where they were, and put in
 * elsewhere. What the unit was made from (guest code, mode, options) is the caller's
 * affair.
 */
typedef struct TCGMover {
    /* A number for all else that units depend on: the host's CPU, the shared code in b.
     * Where it differs, units of the other process are of no use. */
    uint64_t (*basis)(TCGContext *s, CodeBuf *b);
    /* code->size bytes to `to`: the unit as it is when no exit is linked. */
    void (*take)(const CodeBuf *b, const TCGCode *code, void *to);
    /*
     * Puts such bytes into b. `code` is what gen_code() once made of them, and gets its
     * new entry. False: no room, or they do not fit here.
     */
    bool (*put)(TCGContext *s, CodeBuf *b, const void *from, TCGCode *code);
} TCGMover;

/* One of the two engines that run units: a host back end, or the interpreter. */
typedef struct TCGRestore TCGRestore;
struct TCGBackend {
    const char *name;
    bool probes; /* has probe and MO_HOST accesses */
    bool weak;   /* looks at GuestDesc.ordered: units made before are to be dropped */
    bool whole_writes; /* for TCGContext.whole_writes */
    bool relative;     /* takes TCGContext.relative */
    uint64_t reach;    /* links lead no farther than this, in bytes; 0: anywhere */
    uint64_t needs;    /* bits HostFeature that its code cannot do without */
    /* After init(): for TCGContext.adx; NULL: no. */
    bool (*has_adx)(void);
    /* After the first unit: for TCGContext.fp_traps. Every operation of vec.def that
     * rounds is an instruction that traps. NULL: no. */
    bool (*fp_traps)(void);
    /* For TCGContext.late_sp: no access moves its base register along. */
    bool late_sp;
    /* Emits the thunks into b; called once per process. */
    bool (*init)(const GuestDesc *g, CodeBuf *b, GError **errp);
    /* Translates the unit in s. False: no room in b (the caller flushes and tries again).
     */
    bool (*gen_code)(TCGContext *s, CodeBuf *b, TCGCode *out);
    /*
     * Runs generated code from `entry` until something leaves it. env holds all state
     * then; env's pc is set for TCG_EXIT_REQUEST, TCG_EXIT_LOOKUP and TCG_EXIT_LINK, and
     * by the unit itself for TCG_EXIT_TB.
     */
    TCGExit (*enter)(void *env, const void *entry);
    /* Makes exit slot `i` of the unit `from` go to `to` (entry), or back to unlinked when
     * `to` is NULL. Any thread may run it meanwhile. */
    void (*link)(CodeBuf *b, const TCGCode *from, unsigned slot, const void *to);
    /* Sets the token of a guarded exit, while it is not linked. NULL: this back end makes
     * no guards. */
    void (*guard)(CodeBuf *b, const TCGCode *from, unsigned slot, uint32_t token);
    /* tcg_restore_point() for code of this back end. */
    bool (*restore_point)(const TCGCode *code, const void *ra, TCGRestore *out);
    /*
     * Where a thread goes on whose access has faulted, or whose operation has trapped
     * (see GuestDesc.fault), with all registers as they are but the pc of the fault in a
     * scratch register (x86_64: r10, aarch64: x16). NULL: accesses of this back end are
     * made by C code.
     */
    const void *(*fault_entry)(void);
    /* Host code as text, for -d out_asm. */
    void (*disas)(const TCGCode *code, GString *to);
    /* NULL: units of this back end stay where they were made. */
    const TCGMover *mover;
};

/* The native back end of this host, or NULL if there is none. */
extern const TCGBackend *const tcg_native_backend;
extern const TCGBackend tcg_interp_backend;

/* Runs the passes of the table on the unit: fold, liveness ... Liveness always runs: back
 * ends rely on what it writes. */
void tcg_optimize(TCGContext *s);

/*
 * The precise state at host address `ra` inside the unit (a return address of a slow path
 * or helper call, or the pc of a faulting instruction). pc: the guest instruction; cc:
 * where the recipe is.
 */
typedef struct TCGValue {
    bool is_const;
    uint64_t val;       /* the constant; of a global: what is to be added to it */
    int32_t env_offset; /* of a global's home, or in fault_regs: it is in env by now */
} TCGValue;
static inline uint64_t tcg_value(const TCGValue *v, const void *env)
{
    return v->val +
           (v->is_const ? 0 : *(const uint64_t *)((const char *)env + v->env_offset));
}
struct TCGRestore {
    uint64_t pc;
    int8_t sp; /* to be added to the stack pointer in env, once */
    /* store bits 15:0 of cc_op (clearing the overlay) and a, b, c to env */
    bool base_pending;
    bool overlay_pending; /* then store bits 31:16 of cc_op and r */
    uint32_t cc_op;
    TCGValue a, b, c, r;
    /* store fip and fop to the x87 state */
    bool x87_pending;
    uint16_t fop;
    uint64_t fip;
    /* offset from the unit's entry of code that a fault of generated code leads to, which
     * does the same in C and faults there, if at all; 0: the guest faults here */
    uint32_t resume;
};
/* False when ra is not a point that can fault. */
bool tcg_restore_point(const TCGCode *code, const void *ra, TCGRestore *out);

/*
 * Runs one of the operations X87_f2xm1 ... X87_fcos, of which GuestDesc.x87_op() is but
 * near the host's, on the state in env, as native units do. False: there are none.
 */
bool tcg_x87_exec(void *env, X87Id id);

#endif
