/* The IR builder and the op table's facts: what an op reads, writes and looks at. */
/* SPDX-License-Identifier: MIT */
/*
 * Ops and temps live in two arrays that a context allocates once; a unit begins by
 * dropping everything above the globals. Emission is a copy of an empty op and a few
 * stores: nothing here is searched, hashed in chains or freed.
 *
 * Constants are found again through a direct-mapped cache, so the same value may exist
 * twice in a unit. Nobody may conclude from two refs that two constants differ.
 */
#include "tcg/ir.h"
#include "tcg/tcg.h"
#include "util/bitops.h"

const OpInfo op_info[NR_OPS] = {
#define COND              OPCC_COND
#define VAR               OPCC_VAR
#define PURE              OPF_PURE
#define COMM              OPF_COMM
#define FAULT             OPF_FAULT
#define BB_END            OPF_BB_END
#define BRANCH            OPF_BRANCH
#define SIDE              OPF_SIDE
#define LABEL             OPF_LABEL
#define CC                OPF_CC
#define SHOWS             (FAULT | BB_END | BRANCH | LABEL) /* flags, to others */
#define FLAGS(flags, ccr) ((flags) | ((ccr) || ((flags)&SHOWS) ? CC : 0))
#define OP(name, outs, ins, class, flags, ccr, ccw) \
    [OP_##name] = {outs, ins, CLASS_##class, FLAGS(flags, ccr), ccr, ccw},
#include "tcg/ops.def"
#undef COND
#undef VAR
#undef PURE
#undef COMM
#undef FAULT
#undef BB_END
#undef BRANCH
#undef SIDE
#undef LABEL
#undef CC
#undef SHOWS
#undef FLAGS
};

const bool ir_has_own_out_type[NR_OPS] = {
    [OP_setcond] = true, [OP_getcc] = true, [OP_call] = true,
    [OP_crc32] = true,   [OP_vtoi] = true,
};

const char *const op_names[NR_OPS] = {
#define OP(name, outs, ins, class, flags, ccr, ccw) #name,
#include "tcg/ops.def"
};

/* ---- units, temps, constants, labels ---- */

void tcg_start(TCGContext *s, uint64_t pc)
{
    s->pc = pc;
    s->nops = 0;
    s->ntemps = s->nglobals;
    memcpy(s->temps, s->globals, s->nglobals * sizeof *s->temps);
    s->nlabels = 0;
    s->nexits = 0;
    s->insn = 0;
    s->insn_sp = 0;
    s->insn_op = UINT_MAX;
    s->has_insns = false;
    s->guard_links = s->head_guard = s->fp_flushes = s->fp_traps = s->relative = false;
    arena_reset(&s->arena);
    memset(s->const_cache, 0xff, sizeof s->const_cache);
}

static IRRef new_ref(TCGContext *s, IRTempKind kind, IRType type)
{
    assert(s->ntemps < IR_MAX_TEMPS);
    s->temps[s->ntemps] =
        (IRTemp){.kind = kind, .type = type, .live = kind == TEMP_CONST};
    return s->ntemps++;
}

IRRef ir_global(TCGContext *s, IRType type, int32_t env_offset, const char *name)
{
    assert(s->ntemps == s->nglobals && s->nglobals < IR_MAX_GLOBALS);
    IRRef r = new_ref(s, TEMP_GLOBAL, type);
    s->temps[r].env_offset = env_offset;
    s->temps[r].name = name;
    s->globals[r] = s->temps[r];
    s->nglobals++;
    return r;
}

IRRef ir_temp(TCGContext *s, IRType type)
{
    return new_ref(s, TEMP_SSA, type);
}

IRRef ir_const(TCGContext *s, int64_t val)
{
    IRRef *hint = &s->const_cache[((uint64_t)val * UINT64_C(0x9e3779b97f4a7c15)) >> 58];
    if (*hint != IR_NONE && s->temps[*hint].val == (uint64_t)val) {
        return *hint;
    }
    IRRef r = new_ref(s, TEMP_CONST, IR_I64);
    s->temps[r].val = val;
    *hint = r;
    return r;
}

unsigned ir_label_new(TCGContext *s)
{
    return s->nlabels++;
}

/* ---- emission ---- */

IROp *ir_emit(TCGContext *s, OpCode code, IRType type)
{
    static const IROp empty = {
        .out = {IR_NONE,  IR_NONE},
        .in = { IR_NONE, IR_NONE, IR_NONE, IR_NONE, IR_NONE},
    };
    assert(s->nops < IR_MAX_OPS);
    IROp *op = &s->ops[s->nops++];
    *op = empty;
    op->code = code;
    op->type = type;
    op->insn = s->insn;
    op->sp = s->insn_sp;
    return op;
}

IROp *ir_op1(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a)
{
    IROp *op = ir_emit(s, code, t);
    op->out[0] = out;
    op->in[0] = a;
    return op;
}

IROp *ir_op2(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a, IRRef b)
{
    IROp *op = ir_op1(s, code, t, out, a);
    op->in[1] = b;
    return op;
}

IROp *ir_op3(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a, IRRef b, IRRef c)
{
    IROp *op = ir_op2(s, code, t, out, a, b);
    op->in[2] = c;
    return op;
}

IROp *ir_op1f(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a)
{
    IROp *op = ir_op1(s, code, t, out, a);
    op->setcc = true;
    return op;
}

IROp *ir_op2f(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a, IRRef b)
{
    IROp *op = ir_op2(s, code, t, out, a, b);
    op->setcc = true;
    return op;
}

IROp *ir_op3f(TCGContext *s, OpCode code, IRType t, IRRef out, IRRef a, IRRef b, IRRef c)
{
    IROp *op = ir_op3(s, code, t, out, a, b, c);
    op->setcc = true;
    return op;
}

void ir_mov(TCGContext *s, IRType t, IRRef out, IRRef a)
{
    ir_op1(s, t >= IR_V128 ? OP_vmov : OP_mov, t, out, a);
}

void ir_movi(TCGContext *s, IRType t, IRRef out, int64_t val)
{
    ir_op1(s, OP_mov, t, out, ir_const(s, val));
}

void ir_zext(TCGContext *s, IRType to, IRRef out, IRRef a, IRType from)
{
    ir_op1(s, OP_zext, to, out, a)->imm = from;
}

void ir_sext(TCGContext *s, IRType to, IRRef out, IRRef a, IRType from)
{
    ir_op1(s, OP_sext, to, out, a)->imm = from;
}

void ir_extract(TCGContext *s, IRType t, IRRef out, IRRef a, unsigned pos, unsigned len)
{
    ir_op1(s, OP_extract, t, out, a)->imm = pos | len << 8;
}

void ir_deposit(TCGContext *s, IRType t, IRRef out, IRRef a, IRRef b, unsigned pos,
                unsigned len)
{
    ir_op2(s, OP_deposit, t, out, a, b)->imm = pos | len << 8;
}

void ir_lea(TCGContext *s, IRType t, IRRef out, IRRef base, IRRef index, unsigned scale,
            int64_t disp)
{
    IROp *op = ir_op2(s, OP_lea, t, out, base, index);
    op->scale = scale;
    op->imm = disp;
}

void ir_setcond(TCGContext *s, IRType t, Cond c, IRRef out, IRRef a, IRRef b)
{
    ir_op2(s, OP_setcond, t, out, a, b)->cond = c;
}

void ir_select(TCGContext *s, IRType t, Cond c, IRRef out, IRRef a, IRRef b, IRRef x,
               IRRef y)
{
    IROp *op = ir_op3(s, OP_select, t, out, a, b, x);
    op->in[3] = y;
    op->cond = c;
}

void ir_brcond(TCGContext *s, IRType t, Cond c, IRRef a, IRRef b, unsigned label)
{
    IROp *op = ir_op2(s, OP_brcond, t, IR_NONE, a, b);
    op->cond = c;
    op->label = label;
}

void ir_br(TCGContext *s, unsigned label)
{
    ir_emit(s, OP_br, 0)->label = label;
}

void ir_label(TCGContext *s, unsigned label)
{
    ir_emit(s, OP_label, 0)->label = label;
}

/* ---- flags ---- */

void ir_setcc(TCGContext *s, Cond c, IRRef out)
{
    IROp *op = ir_emit(s, OP_setcc, IR_I64);
    op->out[0] = out;
    op->cond = c;
}

void ir_selcc(TCGContext *s, IRType t, Cond c, IRRef out, IRRef x, IRRef y)
{
    ir_op2(s, OP_selcc, t, out, x, y)->cond = c;
}

void ir_brcc(TCGContext *s, Cond c, unsigned label)
{
    IROp *op = ir_emit(s, OP_brcc, 0);
    op->cond = c;
    op->label = label;
}

void ir_getcc(TCGContext *s, IRRef out)
{
    ir_emit(s, OP_getcc, IR_I64)->out[0] = out;
}

void ir_putcc(TCGContext *s, IRRef a, uint32_t mask)
{
    IROp *op = ir_op1f(s, OP_putcc, IR_I64, IR_NONE, a);
    op->imm = mask;
}

/* ---- memory, env, calls, exits ---- */

static IROp *emit_mem(TCGContext *s, OpCode code, IRType t, IRAddr addr, unsigned memop)
{
    IROp *op = ir_emit(s, code, t);
    op->in[0] = addr.base;
    op->in[1] = addr.index;
    op->scale = addr.scale;
    op->imm = addr.disp;
    op->memop = memop;
    return op;
}

IROp *ir_ld(TCGContext *s, IRType t, IRRef out, IRAddr addr, unsigned memop)
{
    IROp *op = emit_mem(s, OP_ld, t, addr, memop);
    op->out[0] = out;
    return op;
}

void ir_st(TCGContext *s, IRType t, IRRef val, IRAddr addr, unsigned memop)
{
    emit_mem(s, OP_st, t, addr, memop)->in[2] = val;
}

void ir_probe(TCGContext *s, IRRef out, IRAddr addr, unsigned bytes)
{
    IROp *op = emit_mem(s, OP_probe, IR_I64, addr, MO_8);
    op->out[0] = out;
    op->imm2 = PROBE_WHAT(bytes, 0, 0);
}

void ir_x87_mem(TCGContext *s, OpCode code, X87Id id, IRAddr addr, unsigned memop)
{
    emit_mem(s, code, IR_I64, addr, memop)->vec = id;
}

IROp *ir_x87(TCGContext *s, X87Id id, unsigned i)
{
    IROp *op = ir_emit(s, OP_x87, IR_I16);
    op->vec = id;
    op->imm = i;
    return op;
}

void ir_x87_note(TCGContext *s, uint64_t pc, unsigned opcode)
{
    IROp *op = ir_emit(s, OP_x87_note, 0);
    op->imm = pc;
    op->imm2 = opcode;
}

void ir_atomic(TCGContext *s, OpCode code, IRRef out, IRAddr addr, IRRef b, IRRef c,
               unsigned memop)
{
    IROp *op = emit_mem(s, code, memop & MO_SIZE, addr, memop);
    op->out[0] = out;
    op->in[2] = b;
    op->in[3] = c;
}

void ir_ld_env(TCGContext *s, IRType t, IRRef out, int32_t offset)
{
    IROp *op = ir_emit(s, OP_ld_env, t);
    op->out[0] = out;
    op->imm = offset;
}

void ir_st_env(TCGContext *s, IRType t, IRRef val, int32_t offset)
{
    ir_op1(s, OP_st_env, t, IR_NONE, val)->imm = offset;
}

void ir_call(TCGContext *s, const HelperInfo *h, IRRef out, const IRRef *args)
{
    IROp *op = ir_emit(s, OP_call, IR_I64);
    assert(h->nargs <= IR_MAX_INS);
    op->out[0] = out;
    op->imm = (intptr_t)h;
    for (unsigned i = 0; i < h->nargs; i++) {
        op->in[i] = args[i];
    }
}

void ir_insn_start(TCGContext *s, uint64_t pc)
{
    if (s->nops == s->insn_op) {
        ir_emit(s, OP_nop, 0); /* the instruction before has no other */
    }
    s->insn = (int32_t)(pc - s->pc);
    s->insn_sp = 0;
    s->insn_op = s->nops;
    s->has_insns = true;
}

IRRef ir_pc_base(TCGContext *s, uint64_t pc, int64_t *disp)
{
    *disp = pc;
    if (!s->relative) {
        return IR_NONE;
    }
    IRRef page = ir_temp(s, IR_I64);
    *disp -= s->pc >> s->guest->page_bits << s->guest->page_bits;
    ir_ld_env(s, IR_I64, page, s->guest->unit_page);
    if (*disp == (int32_t)*disp) {
        return page;
    }
    IRRef sum = ir_temp(s, IR_I64);
    ir_op2(s, OP_add, IR_I64, sum, page, ir_const(s, *disp));
    *disp = 0;
    return sum;
}

IRRef ir_pc(TCGContext *s, uint64_t pc)
{
    int64_t disp;
    IRRef base = ir_pc_base(s, pc, &disp);
    if (base == IR_NONE) {
        return ir_const(s, pc);
    }
    IRRef r = ir_temp(s, IR_I64);
    ir_op2(s, OP_add, IR_I64, r, base, ir_const(s, disp));
    return r;
}

/* No link of a relative unit's leads to another page, or to what may be a unit that goes
 * on in the next one: who runs the unit need not look where these are mapped. */
static bool links_to(const TCGContext *s, uint64_t pc)
{
    enum { MAX_INSN = 16 };
    uint64_t page = BIT64(s->guest->page_bits);
    return !s->relative || ((pc ^ s->pc) < page && (pc & (page - 1)) <= page - MAX_INSN);
}

/* A unit has TCG_MAX_EXITS patchable exits; what comes after goes by the jump table. */
void ir_exit_link(TCGContext *s, uint64_t pc, uint32_t ccmask)
{
    if (s->nexits == TCG_MAX_EXITS || !links_to(s, pc)) {
        ir_exit_ind(s, ir_pc(s, pc));
        return;
    }
    IROp *op = ir_emit(s, OP_exit_link, 0);
    op->imm = pc;
    op->ccmask = ccmask;
    op->slot = s->nexits++;
}

void ir_exit_ind(TCGContext *s, IRRef pc)
{
    ir_op1(s, OP_exit_ind, IR_I64, IR_NONE, pc);
}

void ir_exit_ind_note(TCGContext *s, IRRef pc, int64_t note)
{
    ir_exit_ind(s, pc);
    s->ops[s->nops - 1].imm = note;
}

void ir_exit_tb(TCGContext *s, int64_t reason)
{
    ir_emit(s, OP_exit_tb, 0)->imm = reason;
}

/* ---- what an op means to passes ---- */

unsigned ir_count_index(OpCode code)
{
    return code == OP_shld || code == OP_shrd ? 2 : 1;
}

int ir_count(const TCGContext *s, const IROp *op)
{
    IRRef r = op->in[ir_count_index(op->code)];
    return ir_is_const(s, r) ? (int)(s->temps[r].val & (op->type == IR_I64 ? 63 : 31))
                             : -1;
}

unsigned ir_helper_reads(const HelperInfo *h)
{
    if (h->flags & (HELPER_FAULT | HELPER_NORETURN)) {
        return HS_ALL;
    }
    return h->reads | (h->writes & (HS_GPR | HS_VEC));
}

IRType ir_own_out_type(const IROp *op)
{
    return op->code == OP_vtoi    ? (IRType)op->memop
           : op->code == OP_crc32 ? IR_I32
                                  : IR_I64;
}

/* The smallest integer type with `bits` bits. */
static IRType type_of_bits(unsigned bits)
{
    return bits <= 8 ? IR_I8 : bits <= 16 ? IR_I16 : bits <= 32 ? IR_I32 : IR_I64;
}

static IRType mem_type(const IROp *op)
{
    unsigned size = op->memop & MO_SIZE;
    if (op->type >= IR_V128) {
        return (IRType)op->type;
    }
    return size <= MO_64 ? (IRType)size : size == MO_128 ? IR_V128 : IR_V256;
}

/* Operand i of the ops that address memory. */
static IRType mem_in_type(const IROp *op, unsigned i)
{
    return i < 2 ? IR_I64 : mem_type(op);
}

IRType ir_in_type(const IROp *op, unsigned i)
{
    switch (op->code) {
    case OP_zext:
    case OP_sext:
        return (IRType)op->imm;
    case OP_extract:
    case OP_sextract:
        return type_of_bits((op->imm & 0xff) + (op->imm >> 8));
    case OP_deposit:
        return i == 0 ? (IRType)op->type : type_of_bits(op->imm >> 8);
    case OP_shl ... OP_shrd:
        return i == ir_count_index(op->code) ? IR_I8 : (IRType)op->type;
    case OP_bt ... OP_btc:
        return i == 1 ? IR_I8 : (IRType)op->type;
    case OP_crc32:
        return i == 0 ? IR_I32 : (IRType)op->type;
    case OP_select:
        return i < 2 ? IR_I64 : (IRType)op->type;
    case OP_putcc:
        return IR_I16;
    case OP_probe ... OP_at_cmpxchg:
        return mem_in_type(op, i);
    case OP_call:
    case OP_exit_ind:
        return IR_I64;
    case OP_itov:
        return i == 1 ? (IRType)op->memop : (IRType)op->type;
    default:
        return (IRType)op->type;
    }
}
static_assert(OP_shrd - OP_shl == 8 && OP_btc - OP_bt == 3 &&
                  OP_at_cmpxchg - OP_probe == 10,
              "the ranges above");
