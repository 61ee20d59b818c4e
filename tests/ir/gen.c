/* Generates random units: integer ops of all types, flags, memory, branches, helpers,
 * exits. */
/* SPDX-License-Identifier: MIT */
/*
 * `scope` holds the temps that may be read here. A unit is a run of ops with side
 * branches: to labels that it falls into further down (there only globals survive, so the
 * scope is emptied), and to cold blocks behind the last op, which see the scope of their
 * branch.
 *
 * `undefined` are the flags whose value the IR does not say at this point (as x86 does
 * not): no op that reads one of them is made. Their union is what a comparison of two
 * engines has to leave out.
 */
#include "tests/ir/gen.h"

#include "tcg/eval.h"
#include "tests/ir/machine.h"

enum { MAX_SCOPE = 64, MAX_COLD = 6, MAX_OPEN = 4 };

typedef struct Scope {
    IRRef ref[MAX_SCOPE];
    uint8_t valid[MAX_SCOPE]; /* widest type it can be read at */
    unsigned n;
} Scope;

typedef struct Block {
    unsigned label;
    uint32_t undefined;
    uint64_t pc;
    Scope scope; /* of a cold block */
} Block;

typedef struct Gen {
    TCGContext *s;
    Rand *r;
    const GenOptions *opt;
    Scope scope;
    uint32_t undefined, ever_undefined;
    uint64_t pc;
    Block cold[MAX_COLD], open[MAX_OPEN];
    unsigned ncold, nopen;
    bool loops; /* exits often lead to the unit's head */
} Gen;

uint64_t gen_edge(Rand *r)
{
    uint64_t v = UINT64_C(1) << rand_below(r, 64);
    switch (rand_below(r, 6)) {
    case 0:
        return rand_below(r, 20) - 3;
    case 1:
        return v;
    case 2:
        return v - 1;
    case 3:
        return ~v;
    case 4:
        return rand_u64(r) >> rand_below(r, 64);
    default:
        return rand_u64(r);
    }
}

/* ---- operands ---- */

static unsigned below(Gen *g, unsigned n)
{
    return rand_below(g->r, n);
}

static bool chance(Gen *g, unsigned percent)
{
    return below(g, 100) < percent;
}

static IRType any_type(Gen *g)
{
    static const uint8_t types[] = {IR_I8, IR_I16, IR_I32, IR_I32, IR_I64, IR_I64};
    return types[below(g, ARRAY_SIZE(types))];
}

static IRRef any_gpr(Gen *g)
{
    return below(g, NR_GPRS);
}

static IRRef konst(Gen *g, int64_t v)
{
    return ir_const(g->s, v);
}

/* Something to read at type t. */
static IRRef in(Gen *g, IRType t)
{
    if (chance(g, 45)) {
        for (unsigned i = 0; i < 4 && g->scope.n; i++) {
            unsigned k = below(g, g->scope.n);
            if (g->scope.valid[k] >= t) {
                return g->scope.ref[k];
            }
        }
    }
    return chance(g, 25) ? konst(g, gen_edge(g->r)) : any_gpr(g);
}

static void remember(Gen *g, IRRef r, IRType valid)
{
    unsigned k = g->scope.n < MAX_SCOPE ? g->scope.n++ : below(g, MAX_SCOPE);
    g->scope.ref[k] = r;
    g->scope.valid[k] = valid;
}

/* A new temp that can be read at up to type `valid`, or a register. */
static IRRef out(Gen *g, IRType valid)
{
    if (chance(g, 40)) {
        return any_gpr(g);
    }
    return ir_temp(g->s, valid);
}

/* After the op is made: its outputs may be read from now on. */
static void done(Gen *g, const IROp *op)
{
    for (unsigned k = 0; k < op_info[op->code].outs; k++) {
        if (op->out[k] != IR_NONE && !ir_is_global(g->s, op->out[k])) {
            remember(g, op->out[k], ir_out_valid(op));
        }
    }
}

/* ---- flags ---- */

static uint32_t undefined_by(const TCGContext *s, const IROp *op)
{
    int count = -1;
    if (op_info[op->code].ccw & OPCC_VAR) {
        IRRef r = op->in[ir_count_index(op->code)];
        count = ir_is_const(s, r)
                    ? (int)(s->temps[r].val & (op->type == IR_I64 ? 63 : 31))
                    : -1;
    }
    return ir_undefined_flags(op->code, op->type, count);
}

/* Lets the op write flags, if that does not leave undefined what must be defined. */
static void maybe_flags(Gen *g, IROp *op)
{
    uint32_t undefined = undefined_by(g->s, op);
    if (!op_info[op->code].ccw || (undefined && !g->opt->undefined) || chance(g, 40) ||
        ir_count_is_zero(g->s, op)) {
        return;
    }
    op->setcc = true;
    g->undefined = (g->undefined & ~ir_cc_kills(g->s, op)) | undefined;
    g->ever_undefined |= undefined;
}

static bool readable(const Gen *g, uint32_t flags)
{
    return !(g->undefined & flags);
}

static Cond flags_cond(Gen *g)
{
    for (unsigned i = 0; i < 8; i++) {
        Cond c = below(g, 16);
        if (readable(g, cc_of_cond(c))) {
            return c;
        }
    }
    return NR_CONDS;
}

static Cond compare_cond(Gen *g)
{
    static const uint8_t conds[] = {
        COND_B, COND_AE, COND_E,  COND_NE, COND_BE,   COND_A,
        COND_L, COND_GE, COND_LE, COND_G,  COND_TSTE, COND_TSTNE,
    };
    return conds[below(g, ARRAY_SIZE(conds))];
}

/* ---- families of ops ---- */

static bool gen_alu(Gen *g)
{
    static const uint8_t codes[] = {
        OP_add, OP_sub,   OP_and,  OP_or,   OP_xor,   OP_andn,  OP_inc,   OP_dec,
        OP_neg, OP_not,   OP_mul,  OP_adc,  OP_sbb,   OP_tzcnt, OP_lzcnt, OP_popcnt,
        OP_bsf, OP_bsr,   OP_add,  OP_sub,  OP_bt,    OP_bts,   OP_btr,   OP_btc,
        OP_mov, OP_bswap, OP_pdep, OP_pext, OP_crc32, OP_adcx,  OP_adox,
    };
    OpCode code = codes[below(g, ARRAY_SIZE(codes))];
    IRType t = any_type(g);
    if (!readable(g, op_info[code].ccr & CC_ALL) || g->opt->without[code] ||
        (code == OP_bswap && t == IR_I8) ||
        ((code == OP_pdep || code == OP_pext || code == OP_adcx || code == OP_adox) &&
         t < IR_I32)) {
        return false;
    }
    IROp *op = ir_emit(g->s, code, t);
    for (unsigned i = 0; i < op_info[code].ins; i++) {
        op->in[i] = in(g, ir_in_type(op, i));
    }
    maybe_flags(g, op);
    if (op_info[code].outs &&
        !(op->setcc && (code == OP_sub || code == OP_and) && chance(g, 40))) {
        op->out[0] = out(g, ir_out_valid(op));
    }
    done(g, op);
    return true;
}

/* Copies between registers and temps, mostly of what was made last. */
static bool gen_copy(Gen *g)
{
    IRType t = any_type(g);
    if (chance(g, 40) || g->scope.n == 0) {
        ir_mov(g->s, t, ir_temp(g->s, t), any_gpr(g));
        done(g, &g->s->ops[g->s->nops - 1]);
        return true;
    }
    unsigned k = g->scope.n - 1 - (chance(g, 30) ? below(g, g->scope.n) : 0);
    ir_mov(g->s, MIN(t, (IRType)g->scope.valid[k]), any_gpr(g), g->scope.ref[k]);
    return true;
}

static bool gen_shift(Gen *g)
{
    OpCode code = OP_shl + below(g, OP_shrd - OP_shl + 1);
    IRType t = any_type(g);
    bool doubled = code == OP_shld || code == OP_shrd;
    if (!readable(g, op_info[code].ccr & CC_ALL) || g->opt->without[code] ||
        (doubled && t < IR_I32)) {
        return false;
    }
    IRRef a = in(g, t), b = doubled ? in(g, t) : IR_NONE;
    IRRef n = chance(g, 50) ? konst(g, below(g, 70)) : in(g, IR_I8);
    IROp *op = doubled ? ir_op3(g->s, code, t, IR_NONE, a, b, n)
                       : ir_op2(g->s, code, t, IR_NONE, a, n);
    maybe_flags(g, op);
    op->out[0] = out(g, ir_out_valid(op));
    done(g, op);
    return true;
}

static bool gen_use_flags(Gen *g);

/* Flags and at once somebody who looks at them. */
static bool gen_flags_and_use(Gen *g)
{
    return gen_alu(g) && gen_use_flags(g);
}

static bool gen_extend(Gen *g)
{
    OpCode code = OP_zext + below(g, OP_deposit - OP_zext + 1);
    IRType t = any_type(g), from = below(g, t + 1);
    if (g->opt->without[code]) {
        return false;
    }
    unsigned len = 1 + below(g, ir_type_bits(t)),
             pos = below(g, ir_type_bits(t) - len + 1);
    if (chance(g, 40)) {
        len = 8;
        pos = t > IR_I8 && chance(g, 50) ? 8 : 0;
    }
    IROp *op = ir_emit(g->s, code, t);
    op->imm = code <= OP_sext ? (int64_t)from : (int64_t)(pos | len << 8);
    for (unsigned i = 0; i < op_info[code].ins; i++) {
        op->in[i] = in(g, ir_in_type(op, i));
    }
    op->out[0] = out(g, ir_out_valid(op));
    done(g, op);
    return true;
}

static bool gen_lea(Gen *g)
{
    IRType t = any_type(g);
    IRRef base = chance(g, 85) ? in(g, t) : IR_NONE,
          index = chance(g, 60) ? in(g, t) : IR_NONE;
    IROp *op = ir_op2(g->s, OP_lea, t, out(g, t == IR_I32 ? IR_I64 : t), base, index);
    op->scale = index == IR_NONE ? 0 : below(g, 4);
    op->imm = chance(g, 60) ? (int64_t)below(g, 300) - 100 : (int64_t)gen_edge(g->r);
    done(g, op);
    return true;
}

static bool gen_wide(Gen *g)
{
    OpCode code = OP_mulu2 + below(g, 4);
    IRType t = chance(g, 50) ? IR_I32 : IR_I64;
    if (g->opt->without[code]) {
        return false;
    }
    IROp *op = ir_emit(g->s, code, t);
    op->in[0] = in(g, t);
    if (code == OP_mulu2 || code == OP_muls2) {
        op->in[1] = in(g, t);
        maybe_flags(g, op);
    } else { /* a positive divisor, and a high half that cannot overflow */
        IRRef d = ir_temp(g->s, t), d1 = ir_temp(g->s, t), high = konst(g, 0),
              low = op->in[0];
        g->s->nops--;
        ir_op2(g->s, OP_and, t, d, in(g, t), konst(g, ir_type_mask(t) >> 1));
        ir_op2(g->s, OP_or, t, d1, d, konst(g, 1));
        if (code == OP_divs2) {
            high = ir_temp(g->s, t);
            ir_op2(g->s, OP_sar, t, high, low, konst(g, ir_type_bits(t) - 1));
        } else if (chance(g, 70)) {
            IRRef half = ir_temp(g->s, t);
            high = ir_temp(g->s, t);
            ir_op2(g->s, OP_shr, t, half, d1, konst(g, 1));
            ir_op2(g->s, OP_and, t, high, in(g, t), half);
        }
        op = ir_op3(g->s, code, t, IR_NONE, low, high, d1);
    }
    op->out[0] = out(g, t);
    do {
        op->out[1] = out(g, t);
    } while (op->out[1] == op->out[0]);
    done(g, op);
    return true;
}

static bool gen_compare(Gen *g)
{
    IRType t = any_type(g);
    Cond c = compare_cond(g);
    IRRef a, b;
    if (chance(g, 50)) {
        a = in(g, t), b = in(g, t);
        ir_setcond(g->s, t, c, out(g, IR_I64), a, b);
    } else {
        a = in(g, IR_I64), b = in(g, IR_I64);
        IRRef x = in(g, t), y = in(g, t);
        ir_select(g->s, t, c, out(g, t == IR_I32 ? IR_I64 : t), a, b, x, y);
    }
    done(g, &g->s->ops[g->s->nops - 1]);
    return true;
}

static bool gen_use_flags(Gen *g)
{
    Cond c = flags_cond(g);
    IRType t = any_type(g);
    unsigned kind = below(g, 5);
    if (kind == 4) {
        uint32_t mask = chance(g, 50) ? CC_ALL : (gen_edge(g->r) & CC_ALL) | CC_Z;
        ir_putcc(g->s, in(g, IR_I16), mask);
        g->undefined &= ~mask;
        return true;
    }
    if (kind == 3) {
        if (!readable(g, CC_ALL)) {
            return false;
        }
        ir_getcc(g->s, out(g, IR_I64));
    } else if (c == NR_CONDS) {
        return false;
    } else if (kind == 2) {
        IRRef x = in(g, t), y = in(g, t);
        ir_selcc(g->s, t, c, out(g, t == IR_I32 ? IR_I64 : t), x, y);
    } else {
        ir_setcc(g->s, c, out(g, IR_I64));
        g->s->ops[g->s->nops - 1].type = t;
    }
    done(g, &g->s->ops[g->s->nops - 1]);
    return true;
}

/* ---- memory and helpers ---- */

/* An address that is mostly good: in the pages of the machine, now and then at an end. */
static IRAddr address(Gen *g)
{
    IRAddr a = {in(g, IR_I64), IR_NONE, 0, (int64_t)below(g, 64) - 16};
    if (chance(g, 30)) {
        return a; /* whatever there is: some registers hold addresses */
    }
    IRRef t = ir_temp(g->s, IR_I64);
    ir_op2(g->s, OP_and, IR_I64, t, a.base, konst(g, chance(g, 80) ? 0xfff : 0x3fff));
    remember(g, t, IR_I64);
    switch (below(g, 3)) {
    case 0:
        return (IRAddr){konst(g, MEM_BASE), t, 0, below(g, 32)};
    case 1:
        return (IRAddr){IR_NONE, t, below(g, 3), MEM_BASE};
    default:
        return (IRAddr){t, IR_NONE, 0, MEM_BASE + below(g, 64)};
    }
}

static unsigned memop(Gen *g, IRType t, bool load)
{
    unsigned size = load ? below(g, 4) : below(g, t + 1);
    unsigned mo = load ? MIN(size, (unsigned)t) : size;
    if (load && mo < t && chance(g, 50)) {
        mo |= MO_SIGN;
    }
    return mo | (chance(g, 5) ? MO_ALIGN : 0) | (load && chance(g, 20) ? MO_RMW : 0);
}

static bool gen_memory(Gen *g)
{
    IRType t = any_type(g);
    IRAddr a = address(g);
    IRRef r;
    if (g->opt->vectors && chance(g, 10)) {
        r = NR_GPRS + below(g, NR_VECS);
        if (chance(g, 30)) {
            ir_mov(g->s, IR_V128, r, NR_GPRS + below(g, NR_VECS));
        } else if (chance(g, 50)) {
            ir_ld(g->s, IR_V128, r, a, MO_128);
        } else {
            ir_st(g->s, IR_V128, r, a, MO_128);
        }
    } else if (chance(g, 50)) {
        unsigned mo = memop(g, t, true);
        r = out(g, IR_I64);
        ir_ld(g->s, t, r, a, mo);
        done(g, &g->s->ops[g->s->nops - 1]);
    } else {
        unsigned mo = memop(g, t, false);
        ir_st(g->s, t, in(g, (IRType)(mo & MO_SIZE)), a, mo);
    }
    return true;
}

/* One access off `base`, near it; a temp that was loaded is remembered. */
static void gen_near(Gen *g, IRRef base)
{
    IRType t = any_type(g);
    IRAddr a = {base, IR_NONE, 0, (int64_t)below(g, 96) - 48};
    if (chance(g, 60)) {
        ir_ld(g->s, t, out(g, IR_I64), a, memop(g, t, true));
        done(g, &g->s->ops[g->s->nops - 1]);
    } else {
        unsigned mo = memop(g, t, false);
        ir_st(g->s, t, in(g, (IRType)(mo & MO_SIZE)), a, mo);
    }
}

/* Several accesses off one base, as a function has off its stack pointer; now and then
 * the base moves. */
static bool gen_accesses(Gen *g)
{
    IRRef base = any_gpr(g);
    if (chance(g, 50)) {
        IRRef t = ir_temp(g->s, IR_I64);
        ir_op2(g->s, OP_and, IR_I64, t, base, konst(g, 0x1fff));
        ir_op2(g->s, OP_add, IR_I64, base, t, konst(g, MEM_BASE));
    }
    for (unsigned i = 2 + below(g, 4); i > 0; i--) {
        gen_near(g, base);
        if (chance(g, 25)) {
            ir_lea(g->s, IR_I64, base, base, IR_NONE, 0, chance(g, 50) ? 8 : -8);
        }
    }
    return true;
}

/* Memory as an operand: load, compute, store to the same place. */
static bool gen_memory_operand(Gen *g)
{
    static const uint8_t codes[] = {OP_add, OP_sub, OP_and, OP_or, OP_xor};
    OpCode code = codes[below(g, ARRAY_SIZE(codes))];
    IRType t = any_type(g);
    IRAddr a = address(g);
    bool store = chance(g, 60);
    IRRef old = ir_temp(g->s, IR_I64);
    ir_ld(g->s, t, old, a, t | (store ? MO_RMW : 0));
    IRRef x = in(g, t), new = store ? ir_temp(g->s, t) : out(g, t == IR_I32 ? IR_I64 : t);
    IROp *op = ir_op2(g->s, code, t, new, old, x);
    if (store) {
        ir_st(g->s, t, new, a, t);
        op = ir_op2(g->s, code, t, chance(g, 50) ? any_gpr(g) : ir_temp(g->s, t), old, x);
    }
    maybe_flags(g, op);
    done(g, op);
    return true;
}

static X87Id any_x87(Gen *g)
{
    return 1 + below(g, NR_X87_IDS - 1);
}

static unsigned x87_memop(Gen *g, X87Id id)
{
    const char *name = x87_info[id].name;
    static const struct {
        const char *suffix;
        uint8_t memop;
    } sizes[] = {
        {"_f32", MO_32},
        {"_i32", MO_32},
        {"_f64", MO_64},
        {"_i64", MO_64},
        {"_i16", MO_16},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        if (g_str_has_suffix(name, sizes[i].suffix)) {
            return sizes[i].memop;
        }
    }
    return MO_80;
}

/* A control word that leaves all masked. */
static IRRef any_cw(Gen *g)
{
    IRRef v = in(g, IR_I16), t = ir_temp(g->s, IR_I16), cw = ir_temp(g->s, IR_I16);
    ir_op2(g->s, OP_and, IR_I16, t, v, konst(g, X87_CW_BITS));
    ir_op2(g->s, OP_or, IR_I16, cw, t, konst(g, X87_CW_FIXED | FLOAT_ALL_FLAGS));
    return cw;
}

static void gen_x87_stack(Gen *g, X87Id id)
{
    X87Form form = x87_info[id].form;
    IRRef v = form != X87_FORM_IN ? IR_NONE : id == X87_fldcw ? any_cw(g) : in(g, IR_I16);
    bool has_i = form == X87_FORM_STI || form == X87_FORM_CC || id == X87_fcmovne;
    IROp *op = ir_x87(g->s, id, has_i ? below(g, 8) : 0);
    op->in[0] = v;
    if (form == X87_FORM_OUT) {
        op->out[0] = out(g, IR_I16);
        done(g, op);
    } else if (form == X87_FORM_CC && chance(g, 80)) {
        op->setcc = true;
        g->undefined = 0;
    }
}

/* A run of x87 instructions. */
static bool gen_x87(Gen *g)
{
    if (!g->opt->vectors || g->opt->without[OP_x87]) {
        return false;
    }
    for (unsigned i = 1 + below(g, 6); i > 0; i--) {
        X87Id id = any_x87(g);
        X87Form form = x87_info[id].form;
        if (form == X87_FORM_LD || form == X87_FORM_ST) {
            ir_x87_mem(g->s, form == X87_FORM_LD ? OP_x87ld : OP_x87st, id, address(g),
                       x87_memop(g, id));
        } else {
            gen_x87_stack(g, id);
        }
        if (chance(g, 80)) {
            ir_x87_note(g->s, g->pc + below(g, 16), below(g, 0x800));
        }
    }
    return true;
}

static bool gen_atomic(Gen *g)
{
    OpCode code = OP_at_xchg + below(g, OP_at_cmpxchg - OP_at_xchg + 1);
    if (g->opt->without[code]) {
        return false;
    }
    IRType t = any_type(g);
    IRAddr a = address(g);
    IRRef b = in(g, t), c = code == OP_at_cmpxchg ? in(g, t) : IR_NONE;
    ir_atomic(g->s, code, out(g, IR_I64), a, b, c, t);
    done(g, &g->s->ops[g->s->nops - 1]);
    return true;
}

static bool gen_env(Gen *g)
{
    IRType t = any_type(g);
    int32_t offset = offsetof(Env, field[below(g, NR_FIELDS)]) - offsetof(Env, gpr);
    if (chance(g, 10)) {
        ir_emit(g->s, chance(g, 50) ? OP_fence : OP_fp_point, 0);
    } else if (chance(g, 50)) {
        ir_ld_env(g->s, t, out(g, IR_I64), offset);
        done(g, &g->s->ops[g->s->nops - 1]);
    } else {
        ir_st_env(g->s, t, in(g, t), offset);
    }
    return true;
}

static bool gen_call(Gen *g)
{
    const HelperInfo *h = &machine_helpers[below(g, nr_machine_helpers)];
    IRRef args[IR_MAX_INS];
    if (g->opt->without[OP_call] || (h->flags & HELPER_NORETURN) ||
        ((h->reads & HS_CC) && !readable(g, CC_ALL))) {
        return false;
    }
    for (unsigned i = 0; i < h->nargs; i++) {
        args[i] = in(g, IR_I64);
    }
    if ((h->flags & HELPER_FAULT) && chance(g, 80)) { /* mostly not */
        IRRef t = ir_temp(g->s, IR_I64);
        ir_op2(g->s, OP_and, IR_I64, t, args[h->nargs - 1], konst(g, ~16));
        args[h->nargs - 1] = t;
    }
    ir_insn_sp(g->s, 0);
    ir_call(g->s, h, h->has_result ? out(g, IR_I64) : IR_NONE, args);
    done(g, &g->s->ops[g->s->nops - 1]);
    if (h->writes & HS_CC) {
        g->undefined = 0;
    }
    return true;
}

/* ---- addresses of code ---- */

/* Near the unit, or far from it. */
static bool gen_pc(Gen *g)
{
    uint64_t pc = chance(g, 80) ? g->pc + below(g, 0x10000) - 0x8000 : gen_edge(g->r);
    IRRef val = ir_pc(g->s, pc);
    ir_op2(g->s, OP_add, IR_I64, out(g, IR_I64), val, in(g, IR_I64));
    done(g, &g->s->ops[g->s->nops - 1]);
    return true;
}

/* ---- control flow ---- */

/* At the head of a loop: the last round sets exit_request. */
static void gen_round(Gen *g)
{
    int32_t rounds = (int32_t)offsetof(Env, rounds) - (int32_t)offsetof(Env, gpr);
    IRRef n = ir_temp(g->s, IR_I32), left = ir_temp(g->s, IR_I32);
    IRRef last = ir_temp(g->s, IR_I32);
    ir_ld_env(g->s, IR_I32, n, rounds);
    ir_op2(g->s, OP_sub, IR_I32, left, n, konst(g, 1));
    ir_st_env(g->s, IR_I32, left, rounds);
    ir_setcond(g->s, IR_I32, COND_E, last, left, konst(g, 0));
    ir_st_env(g->s, IR_I32, last, g->s->guest->exit_request);
}

static void gen_exit(Gen *g)
{
    if (g->loops && !g->undefined && chance(g, 60)) {
        ir_exit_link(g->s, g->s->pc, CC_ALL);
        return;
    }
    switch (below(g, 4)) {
    case 0:
        ir_exit_ind_note(g->s, in(g, IR_I64),
                         chance(g, 50) ? (int64_t)gen_edge(g->r) : 0);
        break;
    case 1:
        ir_exit_tb(g->s, below(g, 4));
        break;
    default:
        ir_exit_link(g->s, 0x1001 + below(g, 15),
                     chance(g, 50) ? CC_ALL : gen_edge(g->r) & CC_ALL);
        break;
    }
}

/* A conditional branch to `label`. */
static void gen_branch(Gen *g, unsigned label)
{
    Cond c = chance(g, 60) ? flags_cond(g) : NR_CONDS;
    IRType t = any_type(g);
    if (c != NR_CONDS) {
        ir_brcc(g->s, c, label);
    } else {
        IRRef a = in(g, t), b = in(g, t);
        ir_brcond(g->s, t, compare_cond(g), a, b, label);
    }
}

static void close_label(Gen *g, unsigned k)
{
    ir_label(g->s, g->open[k].label);
    g->undefined |= g->open[k].undefined;
    g->open[k] = g->open[--g->nopen];
    g->scope.n = 0;
}

static bool gen_control(Gen *g)
{
    switch (below(g, 5)) {
    case 0: /* over what follows */
        if (g->nopen == MAX_OPEN) {
            return false;
        }
        g->open[g->nopen].label = ir_label_new(g->s);
        gen_branch(g, g->open[g->nopen].label);
        g->open[g->nopen++].undefined = g->undefined;
        return true;
    case 1: /* once more to a label that is open already */
        if (g->nopen == 0) {
            return false;
        }
        gen_branch(g, g->open[0].label);
        g->open[0].undefined |= g->undefined;
        return true;
    case 2:
        if (g->nopen == 0) {
            return false;
        }
        close_label(g, below(g, g->nopen));
        return true;
    case 3: { /* out of the unit, and on behind it with the same temps */
        unsigned l = ir_label_new(g->s);
        gen_branch(g, l);
        gen_exit(g);
        ir_label(g->s, l);
        return true;
    }
    default:
        if (g->ncold == MAX_COLD) {
            return false;
        }
        Block *b = &g->cold[g->ncold++];
        b->label = ir_label_new(g->s);
        gen_branch(g, b->label);
        b->undefined = g->undefined;
        b->pc = g->pc;
        b->scope = g->scope;
        return true;
    }
}

static void start_insn(Gen *g, uint64_t pc)
{
    ir_insn_start(g->s, pc);
    if (chance(g, 30)) {
        ir_insn_sp(g->s, (int8_t)below(g, 256));
    }
}

static bool gen_insn_start(Gen *g)
{
    unsigned len = 1 + below(g, 15);
    g->pc += len;
    start_insn(g, g->pc);
    return true;
}

/* ---- units ---- */

static const struct {
    unsigned weight;
    bool (*make)(Gen *g);
} families[] = {
    {20, gen_alu           },
    {4,  gen_x87           },
    {6,  gen_copy          },
    {8,  gen_shift         },
    {8,  gen_extend        },
    {5,  gen_lea           },
    {3,  gen_wide          },
    {5,  gen_compare       },
    {6,  gen_use_flags     },
    {4,  gen_flags_and_use },
    {4,  gen_memory        },
    {2,  gen_accesses      },
    {2,  gen_memory_operand},
    {1,  gen_atomic        },
    {3,  gen_env           },
    {4,  gen_call          },
    {1,  gen_pc            },
    {4,  gen_control       },
    {10, gen_insn_start    },
};

static void gen_ops(Gen *g, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned pick = below(g, 100), k = 0;
        while (pick >= families[k].weight) {
            pick -= families[k++].weight;
        }
        families[k].make(g);
    }
}

static void gen_cold(Gen *g, const Block *b)
{
    ir_label(g->s, b->label);
    g->scope = b->scope;
    g->undefined = b->undefined;
    start_insn(g, b->pc);
    g->ncold = MAX_COLD; /* no more of them */
    g->nopen = MAX_OPEN;
    for (unsigned i = below(g, 5); i > 0; i--) {
        gen_alu(g);
    }
    gen_exit(g);
}

uint32_t gen_unit(TCGContext *s, Rand *r, const GenOptions *opt)
{
    Gen g = {.s = s, .r = r, .opt = opt, .pc = 0x1000};
    unsigned total = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(families); i++) {
        total += families[i].weight;
    }
    assert(total == 100);
    tcg_start(s, g.pc);
    s->relative = opt->relative && chance(&g, 30);
    ir_insn_start(s, g.pc);
    g.loops = chance(&g, 30);
    if (g.loops) {
        gen_round(&g);
    }
    gen_ops(&g, 1 + rand_below(r, opt->size));
    while (g.nopen) {
        close_label(&g, 0);
    }
    gen_exit(&g);
    unsigned ncold = g.ncold;
    for (unsigned i = 0; i < ncold; i++) {
        gen_cold(&g, &g.cold[i]);
    }
    return g.ever_undefined;
}
