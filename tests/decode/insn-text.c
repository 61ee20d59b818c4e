/* One line of text for a decoded instruction, as the golden files of this folder write
 * it. */
/* SPDX-License-Identifier: MIT */
#include "tests/decode/insn-text.h"

static const char *const size_names[] = {"8",   "16", "32",  "64",  "128", "256",
                                         "512", "80", "far", "dtr", "-"};

static const char *const segs[] = {"es", "cs", "ss", "ds", "fs", "gs"};

static void put_memory(GString *s, const Insn *i)
{
    g_string_append_printf(s, "%s:[", segs[i->seg]);
    if (i->rip_rel) {
        g_string_append(s, "rip");
    }
    if (i->base >= 0) {
        g_string_append_printf(s, "r%d", i->base);
    }
    if (i->index >= 0) {
        g_string_append_printf(s, "+%s%d*%d", i->desc->gates & GATE_VSIB ? "v" : "r",
                               i->index, 1 << i->scale);
    }
    if (i->disp || (i->base < 0 && i->index < 0)) {
        g_string_append_printf(s, "%+" PRId64, (int64_t)i->disp);
    }
    g_string_append_printf(s, "]a%s", size_names[i->addrsize]);
}

static void put_operand(GString *s, const Insn *i, const X86Operand *o, unsigned nimm)
{
    static const char *const regs[] = {
        [OPK_REG] = "r",  [OPK_SEG] = "sr", [OPK_CR] = "cr", [OPK_DR] = "dr",
        [OPK_MMX] = "mm", [OPK_VEC] = "v",  [OPK_ST] = "st",
    };

    switch (o->kind) {
    case OPK_MEM:
        put_memory(s, i);
        break;
    case OPK_IMM:
        g_string_append_printf(s, "$%" PRId64, nimm ? (int64_t)i->imm2 : (int64_t)i->imm);
        break;
    case OPK_REL:
        g_string_append_printf(s, ".%+" PRId64, (int64_t)i->imm);
        break;
    case OPK_FAR:
        g_string_append_printf(s, "$0x%x:0x%" PRIx64, i->imm2, i->imm);
        break;
    case OPK_XMEM:
    case OPK_YMEM:
        g_string_append_printf(s, "%s:[r%d]a%s",
                               segs[o->kind == OPK_XMEM ? i->seg : SEG_ES], o->reg,
                               size_names[i->addrsize]);
        break;
    default:
        g_string_append_printf(s, "%s%d%s", regs[o->kind], o->reg, o->high ? "h" : "");
        break;
    }
    g_string_append_printf(s, ".%s", size_names[o->size]);
}

static void put_prefixes(GString *s, const Insn *i)
{
    if (i->prefixes & PFX_LOCK) {
        g_string_append(s, " lock");
    }
    if (i->desc->gates & (GATE_REP | GATE_REPZ) && i->prefixes & (PFX_F3 | PFX_F2)) {
        g_string_append(s, i->prefixes & PFX_F3 ? " rep" : " repne");
    }
}

char *insn_text(const Insn *i, int len)
{
    static const char *const errors[] = {"#UD", "more bytes needed", "too long: #GP"};
    GString *s = g_string_new(NULL);

    if (len < 0) {
        g_string_append(s, errors[-1 - len]);
        return g_string_free(s, FALSE);
    }
    g_string_append(s, x86_row_name(i->desc));
    for (unsigned n = 0; n < i->desc->nops; n++) {
        g_string_append_printf(s, "%s%s", n ? "," : " ",
                               x86_operand_names[i->desc->op[n]]);
    }
    g_string_append_printf(s, " opsize=%s len=%d", size_names[i->opsize], len);
    put_prefixes(s, i);
    for (unsigned n = 0, nimm = 0; n < i->desc->nops; n++) {
        g_string_append(s, n ? ", " : " : ");
        put_operand(s, i, &i->op[n], nimm);
        nimm += i->op[n].kind == OPK_IMM;
    }
    return g_string_free(s, FALSE);
}
