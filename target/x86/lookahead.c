/* Looks at code without translating it: which flags a successor reads, which gates it
 * fails. */
/* SPDX-License-Identifier: MIT */
/*
 * A flag is dead where a unit is left when the instructions behind overwrite it before
 * any of them reads it and before any of them can fault: a handler would see it. The look
 * is bounded: eight instructions, from bytes that the unit has at hand, on the way that
 * does not branch.
 */
#include "target/x86/translate.h"

#define LOOKAHEAD_INSNS 8
#define MAX_JUMPS       4 /* that are left out in a row; some lead in a circle */

/* #UD, #NM or #GP by the rows' gates, in the order of the SDM's exception tables. */
int x86_gate_exception(const DisasContext *s, const Insn *i)
{
    uint32_t g = i->desc->gates;
    uint32_t hf = s->hflags;

    if ((g & (GATE_PROT | GATE_AVX) && !x86_protected(s)) ||
        (g & GATE_UDCPL && s->cpl != 0)) {
        return EXCP_UD;
    }
    if (i->desc->feature == X86_FEAT_XSAVE && !(hf & HF_OSXSAVE)) {
        return EXCP_UD;
    }
    if (g & GATE_AVX && !(hf & HF_AVX)) {
        return EXCP_UD;
    }
    if ((g & GATE_SSE && (hf & HF_EM || !(hf & HF_OSFXSR))) ||
        (g & GATE_MMX && hf & HF_EM)) {
        return EXCP_UD;
    }
    if (g & (GATE_AVX | GATE_SSE | GATE_MMX) && hf & HF_TS) {
        return EXCP_NM;
    }
    if (g & (GATE_X87 | GATE_X87N) && hf & (HF_EM | HF_TS)) {
        return EXCP_NM;
    }
    if (g & GATE_CPL0 && s->cpl != 0) {
        return EXCP_GP;
    }
    if (g & GATE_VM86 && hf & HF_VM && s->iopl < 3) {
        return EXCP_GP;
    }
    return -1;
}

static bool has_feature(const DisasContext *s, unsigned f)
{
    return f == X86_FEAT_0 || s->env->features[f / 64] >> (f % 64) & 1;
}

const InsnDesc *x86_row_for_model(const DisasContext *s, const InsnDesc *d)
{
    while (d && !has_feature(s, d->feature)) {
        d = x86_insn_fallback(d);
    }
    return d;
}

/* Can end, fault, or is unknown: nothing behind it counts. */
static bool stops_lookahead(const DisasContext *s, const Insn *i)
{
    const InsnDesc *d = i->desc;

    return d->gates & (GATE_END | GATE_SHADOW) || d->todo || x86_insn_may_fault(i) ||
           (x86_is_gated(d) &&
            (!has_feature(s, d->feature) || x86_gate_exception(s, i) >= 0));
}

const uint8_t *x86_peek(const DisasContext *s, vaddr va, unsigned *len)
{
    const DisasContextBase *db = &s->base;

    *len = X86_MAX_INSN_LEN;
    return db->code_peek ? db->code_peek((DisasContextBase *)db, va, len) : NULL;
}

uint64_t x86_behind_jumps(const DisasContext *s, uint64_t pc)
{
    if (!s->base.skip_jumps || !s->code64) {
        return pc;
    }
    for (unsigned n = 0; n < MAX_JUMPS; n++) {
        Insn i;
        unsigned avail;
        const uint8_t *code = x86_peek(s, pc + s->cs_base, &avail);

        if (!code || (code[0] != 0xeb && code[0] != 0xe9)) {
            break;
        }
        int len = x86_decode_brief(&i, code, avail, s->mode);
        uint64_t to = pc + len + i.imm;

        if (len < 0 || !x86_is_canonical(to)) {
            break;
        }
        pc = to;
    }
    return pc;
}

uint32_t x86_flags_live_at(const DisasContext *s, uint64_t pc)
{
    uint32_t live = 0, unknown = CC_ALL;
    vaddr va = pc + s->cs_base;

    if (TCG_OPT_OFF(s->tcg, lookahead)) {
        return CC_ALL;
    }
    for (unsigned n = 0; n < LOOKAHEAD_INSNS && unknown; n++) {
        Insn i;
        unsigned avail;
        const uint8_t *code = x86_peek(s, va, &avail);
        int len = code ? x86_decode_brief(&i, code, avail, s->mode) : X86_DECODE_MORE;
        if (len < 0) {
            break;
        }
        X86Eflags f = x86_insn_eflags(&i);
        live |= unknown & f.read;
        if (stops_lookahead(s, &i)) {
            break;
        }
        if (!f.conditional) {
            unknown &= ~(f.write | f.undef);
        }
        va += len;
    }
    return live | unknown;
}
