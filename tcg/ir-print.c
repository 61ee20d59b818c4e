/* Prints a unit as text; docs/ir.md describes the form and ir-parse.c reads it. */
/* SPDX-License-Identifier: MIT */
/*
 * A line is an op: `outs = name.suffixes inputs, immediates ; annotations`. Temps are
 * numbered as they are first met and labels as they are first met, so that the text does
 * not depend on what was removed before it.
 */
#include "tcg/ir-text.h"

const char *const ir_type_names[NR_IR_TYPES] = {"i8",  "i16",  "i32",
                                                "i64", "v128", "v256"};

const char *const ir_cond_names[NR_CONDS] = {
    "o",  "no", "b",  "ae", "e",  "ne", "be", "a",    "s",
    "ns", "p",  "np", "l",  "ge", "le", "g",  "tste", "tstne",
};

const IRFlagName ir_cc_names[NR_CC_NAMES] = {
    {CC_C, "c"},
    {CC_P, "p"},
    {CC_A, "a"},
    {CC_Z, "z"},
    {CC_S, "s"},
    {CC_O, "o"},
};

const IRFlagName ir_helper_names[NR_HELPER_NAMES] = {
    {HELPER_PURE,     "pure"    },
    {HELPER_FAULT,    "fault"   },
    {HELPER_NORETURN, "noreturn"},
    {HELPER_IO,       "io"      },
};

const IRFlagName ir_state_names[NR_STATE_NAMES] = {
    {HS_GPR, "gpr"},
    {HS_CC,  "cc" },
    {HS_VEC, "vec"},
};

typedef struct Print {
    const TCGContext *s;
    GString *to;
    uint16_t *temp_no, *label_no; /* number in the text + 1; 0: not met yet */
    unsigned ntemps, nlabels;
    const char *sep; /* before the next operand */
} Print;

/* ---- operands ---- */

static void put_sep(Print *p)
{
    g_string_append(p->to, p->sep);
    p->sep = ", ";
}

static void put_number(GString *to, int64_t v)
{
    if (v > -4096 && v < 4096) {
        g_string_append_printf(to, "%" PRId64, v);
    } else {
        g_string_append_printf(to, "%s0x%" PRIx64, v < 0 ? "-" : "",
                               v < 0 ? -(uint64_t)v : (uint64_t)v);
    }
}

static void put_ref(Print *p, IRRef r)
{
    const IRTemp *t = &p->s->temps[r];
    if (t->kind == TEMP_GLOBAL) {
        g_string_append(p->to, t->name);
    } else if (t->kind == TEMP_CONST) {
        g_string_append_c(p->to, '$');
        put_number(p->to, t->val);
    } else {
        if (!p->temp_no[r]) {
            p->temp_no[r] = ++p->ntemps;
        }
        g_string_append_printf(p->to, "t%u", p->temp_no[r] - 1);
    }
}

static void put_operand(Print *p, IRRef r)
{
    put_sep(p);
    if (r == IR_NONE) {
        g_string_append_c(p->to, '_');
    } else {
        put_ref(p, r);
    }
}

static void put_imm(Print *p, int64_t v)
{
    put_sep(p);
    put_number(p->to, v);
}

static void put_pc(Print *p, uint64_t pc)
{
    put_sep(p);
    g_string_append_printf(p->to, "0x%" PRIx64, pc);
}

static void put_label(Print *p, unsigned label)
{
    if (!p->label_no[label]) {
        p->label_no[label] = ++p->nlabels;
    }
    g_string_append_printf(p->to, "L%u", p->label_no[label] - 1);
}

/* [base + index*4 + 16] */
static void put_address(Print *p, const IROp *op)
{
    const char *plus = "";
    put_sep(p);
    g_string_append_c(p->to, '[');
    if (op->in[0] != IR_NONE) {
        put_ref(p, op->in[0]);
        plus = " + ";
    }
    if (op->in[1] != IR_NONE) {
        g_string_append(p->to, plus);
        put_ref(p, op->in[1]);
        g_string_append_printf(p->to, "*%u", 1u << op->scale);
        plus = " + ";
    }
    if (op->imm < 0 && op->imm != INT64_MIN && *plus) {
        g_string_append(p->to, " - ");
        put_number(p->to, -op->imm);
    } else if (op->imm || !*plus) {
        g_string_append(p->to, plus);
        put_number(p->to, op->imm);
    }
    g_string_append_c(p->to, ']');
}

/* ---- suffixes ---- */

/* c+z, none when empty */
static void put_mask(GString *to, uint32_t mask, const IRFlagName *names, unsigned n)
{
    const char *sep = "";
    for (unsigned i = 0; i < n; i++) {
        if (mask & names[i].bit) {
            g_string_append_printf(to, "%s%s", sep, names[i].name);
            sep = "+";
        }
    }
    if (!*sep) {
        g_string_append(to, "none");
    }
}

static void put_cc(GString *to, uint32_t mask)
{
    if (mask == CC_ALL) {
        g_string_append(to, "all");
    } else {
        put_mask(to, mask, ir_cc_names, NR_CC_NAMES);
    }
}

static void put_memop(GString *to, unsigned memop)
{
    g_string_append_printf(to, ".%c%u", memop & MO_SIGN ? 's' : 'u',
                           memop_bytes(memop) * 8);
    g_string_append(to, memop & MO_ALIGN ? ".align" : "");
    g_string_append(to, memop & MO_RMW ? ".rmw" : "");
    g_string_append(to, memop & MO_HOST ? ".host" : "");
}

static void put_name(Print *p, const IROp *op)
{
    const OpInfo *info = &op_info[op->code];
    GString *to = p->to;
    g_string_append(to, op_names[op->code]);
    if (info->class != CLASS_CTL) {
        g_string_append_printf(to, ".%s", ir_type_names[op->type]);
    }
    if (op->vzero) {
        g_string_append(to, ".z");
    }
    if (ir_text_has_cond(op->code)) {
        g_string_append_printf(to, ".%s", ir_cond_names[op->cond]);
    }
    if (op->code == OP_zext || op->code == OP_sext) {
        g_string_append_printf(to, ".%s", ir_type_names[op->imm]);
    }
    if (info->class == CLASS_MEM) {
        put_memop(to, op->memop);
    }
    if (op->code == OP_vtoi || op->code == OP_itov) {
        g_string_append_printf(to, ".%s", ir_type_names[op->memop]);
    }
    if (op->setcc) {
        g_string_append(to, ".cc");
    }
}

/* ---- ops ---- */

static void put_ins(Print *p, const IROp *op, unsigned first)
{
    unsigned n = op_info[op->code].ins;
    while (n > first && op->in[n - 1] == IR_NONE) {
        n--;
    }
    for (unsigned i = first; i < n; i++) {
        put_operand(p, op->in[i]);
    }
}

/* call name(args) flags reads=... writes=... */
static void put_call(Print *p, const IROp *op)
{
    const HelperInfo *h = ir_helper(op);
    GString *to = p->to;
    g_string_append_printf(to, " %s(", h->name);
    p->sep = "";
    put_ins(p, op, 0);
    g_string_append(to, h->takes_env ? ") env" : ")");
    for (unsigned i = 0; i < NR_HELPER_NAMES; i++) {
        if (h->flags & ir_helper_names[i].bit) {
            g_string_append_printf(to, " %s", ir_helper_names[i].name);
        }
    }
    if (h->reads) {
        g_string_append(to, " reads=");
        put_mask(to, h->reads, ir_state_names, NR_STATE_NAMES);
    }
    if (h->writes) {
        g_string_append(to, " writes=");
        put_mask(to, h->writes, ir_state_names, NR_STATE_NAMES);
    }
}

static void put_vec_ins(Print *p, const IROp *op)
{
    put_sep(p);
    g_string_append_printf(p->to, "#%u", op->vec);
    put_ins(p, op, 0);
    if (op->imm) {
        put_imm(p, op->imm);
    }
}

/* fadd_st0, 1 */
static void put_x87(Print *p, const IROp *op)
{
    put_sep(p);
    g_string_append(p->to, x87_info[op->vec].name);
    if (op->code != OP_x87) {
        put_address(p, op);
        return;
    }
    put_ins(p, op, 0);
    if (op->imm) {
        put_imm(p, op->imm);
    }
}

static void put_body(Print *p, const IROp *op)
{
    switch (op->code) {
    case OP_x87_note:
        put_pc(p, op->imm);
        put_imm(p, op->imm2);
        break;
    case OP_extract:
    case OP_sextract:
    case OP_deposit:
        put_ins(p, op, 0);
        put_imm(p, op->imm & 0xff);
        put_imm(p, op->imm >> 8);
        break;
    case OP_x87ld:
    case OP_x87st:
    case OP_x87:
        put_x87(p, op);
        break;
    case OP_lea:
    case OP_ld ... OP_st:
    case OP_at_xchg ... OP_at_cmpxchg:
        put_address(p, op);
        put_ins(p, op, 2);
        break;
    case OP_probe:
        put_address(p, op);
        put_imm(p, PROBE_LEN(op->imm2));
        put_imm(p, PROBE_LEAD(op->imm2));
        put_imm(p, (op->imm2 & PROBE_LEAD_WRITE) != 0);
        break;
    case OP_ld_env:
    case OP_st_env:
    case OP_exit_tb:
        put_ins(p, op, 0);
        put_imm(p, op->imm);
        break;
    case OP_exit_ind:
        put_ins(p, op, 0);
        if (op->imm) {
            put_pc(p, op->imm);
        }
        break;
    case OP_putcc:
        put_ins(p, op, 0);
        put_sep(p);
        put_cc(p->to, op->imm);
        break;
    case OP_exit_link:
        put_imm(p, op->slot);
        put_pc(p, op->imm);
        put_sep(p);
        put_cc(p->to, op->ccmask);
        break;
    case OP_call:
        put_call(p, op);
        break;
    case OP_vop:
    case OP_vcmpcc:
    case OP_vtoi:
    case OP_itov:
        put_vec_ins(p, op);
        break;
    default:
        put_ins(p, op, 0);
    }
    if (op_info[op->code].flags & OPF_BRANCH) {
        put_sep(p);
        put_label(p, op->label);
    }
}

static void put_annotations(Print *p, const IROp *op)
{
    const char *sep = " ; ";
    if (op->dead) {
        g_string_append_printf(p->to, "%sdead=%u", sep, op->dead);
        sep = " ";
    }
    if (op->ccmask && op->code != OP_exit_link) {
        g_string_append_printf(p->to, "%slive=", sep);
        put_cc(p->to, op->ccmask);
        sep = " ";
    }
    if (op->ccfault) {
        g_string_append_printf(p->to, "%sfault=", sep);
        put_cc(p->to, op->ccfault);
    }
}

static void put_op(Print *p, const IROp *op)
{
    if (op->code == OP_label) {
        g_string_append(p->to, "  ");
        put_label(p, op->label);
        g_string_append_c(p->to, ':');
    } else {
        g_string_append(p->to, "    ");
        p->sep = "";
        for (unsigned k = 0; k < IR_MAX_OUTS && op->out[k] != IR_NONE; k++) {
            put_operand(p, op->out[k]);
        }
        g_string_append(p->to, op->out[0] != IR_NONE ? " = " : "");
        put_name(p, op);
        p->sep = " ";
        put_body(p, op);
    }
    put_annotations(p, op);
    g_string_append_c(p->to, '\n');
}

/* Where op number i is the first of its guest instruction. */
static void put_insn(const TCGContext *s, unsigned i, GString *to)
{
    const IROp *op = &s->ops[i];
    if (s->has_insns && (!i || op->insn != op[-1].insn)) {
        g_string_append_printf(to, "    insn_start 0x%" PRIx64, ir_insn_pc(s, op));
        if (op->sp) {
            g_string_append_printf(to, " sp=%d", op->sp);
        }
        g_string_append_c(to, '\n');
    }
}

void ir_print(const TCGContext *s, GString *to)
{
    Print p = {
        .s = s,
        .to = to,
        .temp_no = g_new0(uint16_t, s->ntemps + 1),
        .label_no = g_new0(uint16_t, s->nlabels + 1),
    };
    g_string_append_printf(to, "tb 0x%" PRIx64 "%s%s {\n", s->pc,
                           s->relative ? " relative" : "", s->fp_traps ? " traps" : "");
    for (unsigned i = 0; i < s->nops; i++) {
        put_insn(s, i, to);
        if (s->ops[i].code != OP_nop) {
            put_op(&p, &s->ops[i]);
        }
    }
    g_string_append(to, "}\n");
    g_free(p.temp_no);
    g_free(p.label_no);
}
