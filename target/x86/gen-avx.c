/* Generators of instructions that have AVX encodings only. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/gen-vec-internal.h"
#include "tcg/gather-op.h"

/* Registers 8 to 15 exist in 64-bit mode only. */
static unsigned vector_count(const DisasContext *s)
{
    return s->code64 ? 16 : 8;
}

void gen_vzeroupper(DisasContext *s, Insn *i)
{
    for (unsigned n = 0; n < vector_count(s); n++) {
        vec_emit(s, OP_vmov, s->vec[n])->in[0] = s->vec[n];
    }
}

void gen_vzeroall(DisasContext *s, Insn *i)
{
    for (unsigned n = 0; n < vector_count(s); n++) {
        vec_op(s, VOP_PXOR, s->vec[n], s->vec[n], s->vec[n]);
    }
}

/* VBROADCASTx, VPBROADCASTx: the row's sub-code is the size of the element. */
void gen_broadcast(DisasContext *s, Insn *i)
{
    static const uint16_t vops[] = {VOP_VPBROADCASTB, VOP_VPBROADCASTW, VOP_VPBROADCASTD,
                                    VOP_VPBROADCASTQ, VOP_VBROADCAST128};
    IRRef b = vec_operand(s, 1);

    vec_op(s, vops[i->desc->arg], vec_reg(s, 0), IR_NONE, b);
}

void gen_vinsert128(DisasContext *s, Insn *i)
{
    IRRef b = vec_operand(s, 2);

    vec_op(s, VOP_VINSERT128, vec_reg(s, 0), vec_reg(s, 1), b)->imm = i->imm & 0xff;
}

void gen_vextract128(DisasContext *s, Insn *i)
{
    bool mem = i->op[0].kind == OPK_MEM;
    IRRef d = mem ? x86_temp(s, IR_V256) : vec_reg(s, 0);

    vec_op(s, VOP_VEXTRACT128, d, IR_NONE, vec_reg(s, 1))->imm = i->imm & 0xff;
    if (mem) {
        ir_st(s->tcg, IR_V128, d, x86_op_addr(s, 16, true), MO_128);
    }
}

/* The result has half of the source's bytes. */
void gen_cvtps2ph(DisasContext *s, Insn *i)
{
    bool mem = i->op[0].kind == OPK_MEM;
    unsigned size = i->op[0].size, imm = i->imm & 0xff;
    IRRef d = mem ? x86_temp(s, vec_type(s)) : vec_reg(s, 0);

    if (mem) { /* a fault leaves MXCSR as it is */
        ir_ld(s->tcg, IR_V128, x86_temp(s, IR_V128), x86_op_addr(s, 1u << size, true),
              size | MO_RMW);
    }
    if (s->hflags & HF_SIMD_UNMASKED && !s->tcg->fp_traps) {
        unsigned b = vec_place(s, 1), to = mem ? VEC_REG_TMP : i->op[0].reg;
        uint64_t desc =
            vec_desc(VOP_VCVTPS2PH, to, b, b, vec_type(s) == IR_V256 ? 32 : 16);

        X86_CALL(s, vec, IR_NONE, x86_const(s, desc | VEC_DESC_ZERO), x86_const(s, imm));
        d = s->vec_tmp;
    } else {
        vec_op(s, VOP_VCVTPS2PH, d, IR_NONE, vec_reg(s, 1))->imm = imm;
    }
    if (mem) {
        ir_st(s->tcg, IR_V128, d, x86_op_addr(s, 1u << size, true), size);
    }
}

/* Loads and stores of the elements that a mask selects; the others do not fault. */
void gen_vmaskmov(DisasContext *s, Insn *i)
{
    bool store = i->op[0].kind == OPK_MEM;
    unsigned bytes = vec_type(s) == IR_V256 ? 32 : 16;
    IRAddr a = x86_op_addr(s, bytes, store);
    IRRef va = x86_temp(s, IR_I64);
    unsigned how = i->op[store ? 2 : 0].reg << MASKMOV_DATA_SHIFT |
                   i->op[1].reg << MASKMOV_MASK_SHIFT | (i->vex_l ? MASKMOV_256 : 0) |
                   (i->desc->arg == SZ64 ? MASKMOV_64 : 0) | (store ? MASKMOV_STORE : 0);

    ir_lea(s->tcg, IR_I64, va, a.base, a.index, a.scale, a.disp);
    IRRef desc = x86_const(s, how);

    if (store) {
        X86_CALL(s, vec_mask_store, IR_NONE, desc, va);
    } else {
        X86_CALL(s, vec_mask_load, IR_NONE, desc, va);
    }
}

/*
 * The index of the memory operand is a vector: base and displacement are one address, to
 * which its elements are added. The row's sub-code is the size of those.
 */
void gen_gather(DisasContext *s, Insn *i)
{
    unsigned index = i->index;
    bool plain = i->addrsize == SZ64 && i->seg < R_FS && !(s->hflags & HF_AC);
    unsigned how = i->op[0].reg << GATHER_DATA_SHIFT | i->op[2].reg << GATHER_MASK_SHIFT |
                   index << GATHER_INDEX_SHIFT | i->scale << GATHER_SCALE_SHIFT |
                   (i->vex_l ? GATHER_256 : 0) | (i->rex & REX_W ? GATHER_DATA_64 : 0) |
                   (i->desc->arg == SZ64 ? GATHER_INDEX_64 : 0) |
                   i->addrsize << GATHER_ADDR_SHIFT | i->seg << GATHER_SEG_SHIFT |
                   (plain ? GATHER_PLAIN : 0);

    i->index = -1;
    IRRef ea = x86_ea(s, IR_NONE, 0);

    i->index = index;
    X86_CALL(s, vec_gather, IR_NONE, x86_const(s, how), ea);
}
