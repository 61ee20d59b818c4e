/* What generators share: the state of a translation, operands as values, exits. */
/* SPDX-License-Identifier: MIT */
/*
 * x86_translate_insn() decodes one instruction, checks the gates of its row, and calls
 * the row's generator. A generator takes operands as values:
 *
 *     IRRef b = x86_op_load(s, 1);
 *     IRRef a = x86_op_load_rmw(s, 0);
 *     IRRef d = x86_op_dest(s, 0);                  the register itself, or a temp
 *     ir_op2f(s->tcg, OP_add, s->insn.opsize, d, a, b);
 *     x86_op_store(s, 0, d);                        nothing to do if d is the register
 *
 * so that `add rax, rbx` is one op. Loads and checks come first, then memory is written,
 * then registers and flags: a fault finds the state before the instruction.
 *
 * A value is right in the low bits of its size; what is above is unspecified (I32: zero).
 * A value may be a global: it changes when the global is written.
 *
 * Instruction pointers in the IR (ir_insn_start(), exit_link, exit_ind) are RIP, EIP or
 * IP as the architecture has them: without the base of CS. DisasContextBase counts in
 * linear addresses.
 */
#ifndef TARGET_X86_TRANSLATE_H
#define TARGET_X86_TRANSLATE_H

#include "cpu/rseq.h"
#include "target/x86/cpu.h"
#include "target/x86/decode.h"
#include "target/x86/gen.h"
#include "target/x86/helpers.h"
#include "tcg/tcg.h"
#include "util/bitops.h"

/* Work that the unit's straight path does not need: done at its end, at `label`. */
typedef struct ColdPath {
    enum {
        COLD_EXIT,
        COLD_JCC,
        COLD_RAISE,
        COLD_CALL_RETRY,
        COLD_CALL_NEXT,
        COLD_NONE,
    } kind;
    uint16_t label;
    uint8_t len;            /* of the instruction         */
    uint8_t cond;           /* COLD_JCC: a Cond           */
    bool apart;             /* COLD_EXIT: x86_join() leaves it an exit */
    uint64_t pc, next;      /* of the instruction, and of the one behind it */
    uint64_t target;        /* COLD_EXIT, COLD_JCC        */
    int vector;             /* COLD_RAISE                 */
    const HelperInfo *call; /* COLD_CALL_*                */
    IRRef args[4];
} ColdPath;

/* Under one of these the instruction is a unit of its own. */
#define HF_ONE_SHOT (HF_TF | HF_INHIBIT | HF_RF)

#define X86_MAX_COLD      40 /* per unit; the last eight while they are emitted */
#define X86_COLD_PER_INSN 12 /* PUSHA checks eight addresses */

struct DisasContext {
    DisasContextBase base; /* first: all that the engine knows */
    TCGContext *tcg;
    const CPUX86State
        *env; /* model and constants of the unit only, never values of registers */
    uint32_t hflags;
    X86Mode mode;
    bool code64;
    uint8_t cpl, iopl;
    IRType stack_type; /* size of the stack pointer: I16, I32, I64 */
    uint64_t cs_base;  /* 0 in 64-bit code */
    uint64_t ip_mask;  /* of linear address - cs_base: RIP or EIP */
    bool check_fetch;  /* code may end before an instruction does */
    int sp_ahead;      /* RSP is so much more than the global: IROp.sp */
    uint64_t pc, next; /* RIP of this instruction and of the one behind it */
    Insn insn;
    IRRef regs[16]; /* globals */
    IRRef vec[16], vec_tmp;
    bool
        have_addr; /* `addr` is the memory operand's, checked for a write if addr_write */
    bool addr_write;
    IRAddr addr;
    unsigned nexits;     /* exit_links that have been made or promised */
    bool behind_sti;     /* the last instruction was STI */
    bool mmx_waited;     /* no x87 exception is pending, whatever has led here */
    bool mmx_entered;    /* TOP is 0 and all registers are valid, likewise */
    uint8_t mmx_written; /* registers whose exponents are all ones, likewise */
    uint64_t join; /* where the first of the exits ahead leads to; UINT64_MAX: none */
    const RseqSequence *rseq; /* that the last instruction was in, or NULL */
    unsigned ncold;
    ColdPath cold[X86_MAX_COLD];
};

static inline bool x86_op_is_mem(const DisasContext *s, unsigned n)
{
    return s->insn.op[n].kind == OPK_MEM;
}
/* The instruction is to be one atomic read-modify-write of memory. */
static inline bool x86_is_locked(const DisasContext *s)
{
    return s->insn.prefixes & PFX_LOCK;
}
static inline IRType x86_op_type(const DisasContext *s, unsigned n)
{
    return (IRType)s->insn.op[n].size;
}
/* Protected mode proper: selectors mean descriptors. */
static inline bool x86_protected(const DisasContext *s)
{
    return (s->hflags & (HF_PE | HF_VM)) == HF_PE;
}

/* What comes may have been led to by x87 instructions. */
static inline void x86_mmx_forget(DisasContext *s)
{
    s->mmx_waited = s->mmx_entered = false;
    s->mmx_written = 0;
}

/* --- translate.c: CPUOps of translation --- */
void x86_fill_guest_desc(GuestDesc *g);
void x86_init_globals(TCGContext *tcg);
void x86_translate_start(DisasContextBase *db);
void x86_translate_insn(DisasContextBase *db);
void x86_translate_stop(DisasContextBase *db);

/* A generator of one statement. */
#define GEN(name, statement)            \
    void name(DisasContext *s, Insn *i) \
    {                                   \
        statement;                      \
    }

/* --- operand.c: operands as values (n: number of the operand) --- */

/* The operand's value: register, immediate, or a load from memory. */
IRRef x86_op_load(DisasContext *s, unsigned n);
/* The same for one that will be stored: memory is checked for the write now. */
IRRef x86_op_load_rmw(DisasContext *s, unsigned n);
/* The value extended to 64 bits by sign or zero; a temp or a constant. */
IRRef x86_op_load_ext(DisasContext *s, unsigned n, bool sign);
/* Where to compute what will be stored: the register itself, or a new temp. */
IRRef x86_op_dest(DisasContext *s, unsigned n);
/* Completes operand n; `val` may be what x86_op_dest() gave, or any other value. */
void x86_op_store(DisasContext *s, unsigned n, IRRef val);

/* The memory operand's address for an access of `bytes`; `write`: the access will or may
 * write. */
IRAddr x86_op_addr(DisasContext *s, unsigned bytes, bool write);
/*
 * Effective address of the memory operand in its address size, zero-extended, without the
 * segment; `extra` (or IR_NONE) << `shift` is added to it, as BT with a register does.
 */
IRRef x86_ea(DisasContext *s, IRRef extra, unsigned shift);
/* Address of `ea` (a zero-extended effective address) in segment `seg`, checked against
 * its limit. */
IRAddr x86_seg_addr(DisasContext *s, unsigned seg, IRRef ea, unsigned bytes, bool write);

/* GPR `reg` cut to `t` and zero-extended. */
IRRef x86_reg_zext(DisasContext *s, unsigned reg, IRType t);
/* Writes `val` to GPR `reg` as an operation of type `t` does. */
void x86_reg_store(DisasContext *s, unsigned reg, IRType t, IRRef val);
/* reg += n, or n << shift with `n` a value, in pointer size `t`; no flags. */
void x86_reg_add(DisasContext *s, unsigned reg, IRType t, int64_t n);
void x86_reg_add_scaled(DisasContext *s, unsigned reg, IRType t, IRRef n, unsigned shift);

/*
 * The stack. Push: store, then RSP. Pop is load, whatever may fault, then
 * x86_stack_add(). The forms with `later`, of the last thing that an instruction does,
 * put off what RSP is changed by in 64-bit code: to where it is looked at as a whole, or
 * the unit is left. What goes by the functions here, and memory operands, count it in.
 */
void x86_push(DisasContext *s, IRType t, IRRef val);
void x86_push_later(DisasContext *s, IRType t, IRRef val);
void x86_stack_put(DisasContext *s, IRType t, int64_t disp, IRRef val);
void x86_stack_probe(DisasContext *s, IRType t, int64_t disp);
IRRef x86_stack_top(DisasContext *s, IRType t, int64_t disp);
void x86_stack_add(DisasContext *s, int64_t n);
void x86_stack_add_later(DisasContext *s, int64_t n);
/* RSP is what the global has from here on. */
void x86_stack_settle_now(DisasContext *s);
static inline void x86_stack_settle(DisasContext *s)
{
    if (unlikely(s->sp_ahead)) {
        x86_stack_settle_now(s);
    }
}
/* Before s->insn, which has been decoded: it may have to be settled. */
void x86_stack_begin_insn(DisasContext *s);

/* A temp of type t; a constant. */
static inline IRRef x86_temp(DisasContext *s, IRType t)
{
    return ir_temp(s->tcg, t);
}
static inline IRRef x86_const(DisasContext *s, int64_t v)
{
    return ir_const(s->tcg, v);
}
/* An instruction pointer: a constant, unless the unit is free of its address. */
static inline IRRef x86_pc(DisasContext *s, uint64_t pc)
{
    return ir_pc(s->tcg, pc);
}
/* A new temp with the result of an op without flags. */
IRRef x86_op1(DisasContext *s, OpCode code, IRType t, IRRef a);
IRRef x86_op2(DisasContext *s, OpCode code, IRType t, IRRef a, IRRef b);
IRRef x86_zext(DisasContext *s, IRRef a, IRType from);
IRRef x86_sext(DisasContext *s, IRRef a, IRType from);
IRRef x86_ld_env(DisasContext *s, IRType t, int32_t offset);

/* Calls helper `name` with arguments; `out` IR_NONE or a temp. */
#define X86_CALL(s, name, out, ...)             \
    ir_call((s)->tcg, &helper_info_##name, out, \
            (const IRRef[]){IR_NONE, ##__VA_ARGS__} + 1)

/* --- exit.c: leaving the unit --- */

/* Go on at `pc` (cut to the instruction pointer's size by the caller); ends the unit. */
void x86_goto(DisasContext *s, uint64_t pc);
/* The same at an instruction that the unit has no room for: it may be in STI's shadow. */
void x86_goto_next_unit(DisasContext *s, uint64_t pc);
/* Go on at the address in `pc`, which has been cut to its size; ends the unit. */
void x86_goto_ind(DisasContext *s, IRRef pc);
/* The same for the target of a near branch. */
void x86_branch_ind(DisasContext *s, IRRef target);
/* As x86_goto_ind() where `tf` says whether TF traps behind the instruction, and RF may
 * stay. */
void x86_goto_ind_tf(DisasContext *s, IRRef pc, IRRef tf, bool keep_rf);
/* Go on at the next instruction in a mode that may have changed: no direct link. */
void x86_goto_next_mode(DisasContext *s);
/* rip = the next instruction, then to the main loop with `reason` (exit_tb). */
void x86_exit_next(DisasContext *s, int64_t reason);
/* Cut to the size of a jump target with operand size `t`. */
uint64_t x86_ip_mask(const DisasContext *s, IRType t);
IRRef x86_ip_cut(DisasContext *s, IRRef ip, IRType t);
/* Bits 63:47 of the address are the same. */
static inline bool x86_is_canonical(uint64_t pc)
{
    return (uint64_t)sign_extend(pc, 48) == pc;
}
/* #GP if a jump's target is beyond the limit of CS, or not canonical; before anything
 * changes. Whether there is something to check here. */
void x86_check_target(DisasContext *s, IRRef pc);
bool x86_must_check_target(const DisasContext *s, IRRef pc);
bool x86_must_check_pc(const DisasContext *s, uint64_t pc);
/* If cond (of cc) holds, go to `pc`: a side exit. */
void x86_goto_if_cc(DisasContext *s, Cond c, uint64_t pc);
void x86_goto_if(DisasContext *s, IRType t, Cond c, IRRef a, IRRef b, uint64_t pc);
/* The same, but where it leads the unit has nothing to do with it. */
void x86_leave_if(DisasContext *s, IRType t, Cond c, IRRef a, IRRef b, uint64_t pc);
/* If a is above b, do this instruction, a JCC of `jcc` and `target`, at once. */
void x86_jcc_if_above(DisasContext *s, IRRef a, IRRef b, Cond jcc, uint64_t target);
/* There is one to spare beside those by which the unit will end. */
bool x86_has_exit(const DisasContext *s);
/* May the unit go on behind a side exit? */
bool x86_may_go_on(const DisasContext *s, uint64_t taken);

/* Raise `vector` here; error code 0 where the vector has one. Ends the unit. */
void x86_gen_raise(DisasContext *s, int vector);
/* The same if cond(a, b) holds: out of the way. */
void x86_raise_if(DisasContext *s, int vector, IRType t, Cond c, IRRef a, IRRef b);
/*
 * If cond(a, b) holds call helper h with args (as many as h->nargs) out of the way, and
 * go on with the next instruction, or with this one once more when `retry`. h may be
 * NULL.
 */
void x86_call_if(DisasContext *s, IRType t, Cond c, IRRef a, IRRef b, const HelperInfo *h,
                 const IRRef *args, bool retry);
void x86_emit_cold(DisasContext *s);
/* The unit has come to s->join: exits that lead there are branches inside it. */
void x86_join(DisasContext *s);

/* --- gen-sys.c --- */

/* #GP unless `1 << t` ports from `port` on may be accessed. */
void x86_gen_check_io(DisasContext *s, IRRef port, IRType t);

/* --- select.c --- */

/* JCC as conditional moves, if that is likely to be better: the unit goes on where both
 * ways come together. False: nothing has been done. */
bool x86_select(DisasContext *s, Cond c, uint64_t target);
/* Smaller, larger: not equality, nor one flag. */
bool x86_cond_is_order(Cond c);

/* --- rseq.c --- */

/* May be a descriptor's address: a multiple of 32 from 64 KiB on, and not beyond a
 * program's addresses. Nearly all constants are none, which a rotation and one comparison
 * tell. */
static inline bool x86_rseq_may_be(uint64_t va)
{
    return ror64(va, 5) - BIT64(16 - 5) < BIT64(47 - 5) - BIT64(16 - 5);
}
/* The instruction that was just decoded, of a program, is one for x86_rseq_begin(). */
static inline bool x86_rseq_concerns(const DisasContext *s)
{
    const Insn *i = &s->insn;

    return (i->rip_rel & x86_rseq_may_be(s->next + i->disp)) | x86_rseq_may_be(i->imm) |
           (rseq_sequences != 0);
}
/* Notes the constants in it, and says which restartable sequence it is in; NULL: none. */
const RseqSequence *x86_rseq_begin(DisasContext *s);
/* Its ops, from `first` on, become those of one in a sequence. cold: more of them come at
 * the unit's end. */
void x86_rseq_guard(DisasContext *s, unsigned first, bool cold);

/* --- search.c --- */

/* In front of the JCC of a loop that looks for a value: does some rounds of it if they
 * follow. */
void x86_search(DisasContext *s, Cond c, uint64_t target);

/* --- lookahead.c --- */

/* Code bytes at the linear address `va`, *len of them, or NULL. The unit depends on those
 * that an instruction there may have: they need not become part of it. */
const uint8_t *x86_peek(const DisasContext *s, vaddr va, unsigned *len);
/* Flags (CC_*) that may be read at `pc`, as far as the code bytes at hand tell. */
uint32_t x86_flags_live_at(const DisasContext *s, uint64_t pc);
/* Where an exit to `pc` may go instead: behind jumps that it would meet first. */
uint64_t x86_behind_jumps(const DisasContext *s, uint64_t pc);
/* `d`, or what its encoding means on a model that lacks its feature; NULL: #UD. */
const InsnDesc *x86_row_for_model(const DisasContext *s, const InsnDesc *d);
/* Not every model has the row, or x86_gate_exception() may find something. */
static inline bool x86_is_gated(const InsnDesc *d)
{
    return d->feature != X86_FEAT_0 ||
           d->gates & (GATE_PROT | GATE_AVX | GATE_UDCPL | GATE_SSE | GATE_MMX |
                       GATE_X87 | GATE_X87N | GATE_CPL0 | GATE_VM86);
}
/* The exception that the gates of the row raise whatever its operands: a vector, or -1.
 */
int x86_gate_exception(const DisasContext *s, const Insn *i);

#endif
