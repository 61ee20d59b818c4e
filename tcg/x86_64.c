/* The x86_64 back end: units, ops, helper calls, exits and thunks. */
/* SPDX-License-Identifier: MIT */
/*
 * x64_gen_code() makes one pass over the ops. Each has a function in emitters[]; what has
 * none is computed in C (emit_in_c). Hot code comes first, then what is rarely reached:
 * slow paths of memory accesses, the parts of exits that are not linked, and the side
 * table.
 *
 * Thunks are made by the first unit, since only units tell where globals live, in room
 * that x64_init() reserves.
 */
#include "tcg/disas.h"
#include "tcg/eval.h"
#include "tcg/x86_64-internal.h"
#include "util/atomic.h"
#include "util/host.h"

enum { THUNK_ROOM = 16 << 10, UNIT_SLACK = 8 << 10, OP_SLACK = 1 << 10 };

X64Thunks x64_thunks;
static const TCGBackend x64_backend;

static const struct {
    const char *name;
    uint8_t reg;
} pins[] = {
    {"rax", RAX}, {"rcx", RCX}, {"rdx", RDX}, {"rbx", RBX}, {"rbp", RBP},
    {"rsi", RSI}, {"rdi", RDI}, {"r8", R8},   {"r9", R9},   {"rsp", R13},
};

/* Pinned registers that C functions do not preserve. */
#define CALLER_SAVED (1u << RAX | 1u << RCX | 1u << RDX | 1u << RSI | 1u << RDI | 1u << R8 | 1u << R9)
#define ALL_PINNED   (CALLER_SAVED | 1u << RBX | 1u << RBP | 1u << R13)

/* ---- moves, calls ---- */

void x64_call(X64 *x, const void *rx)
{
    ptrdiff_t d = (const uint8_t *)rx - (x64_rx(x, x->a.p) + 5);
    if (d == (int32_t)d) {
        asm_b(&x->a, 0xe8);
        asm_d(&x->a, d);
    } else {
        asm_movi(&x->a, R11, (uintptr_t)rx);
        asm_rr(&x->a, 0xff, 2, R11);
    }
}

void x64_jmp(X64 *x, const void *rx)
{
    asm_b(&x->a, 0xe9);
    asm_d(&x->a, (const uint8_t *)rx - (x64_rx(x, x->a.p) + 4));
}

void x64_store_imm(X64 *x, IRType t, Mem m, uint64_t v)
{
    if (t == IR_I64 && v != (uint64_t)(int64_t)(int32_t)v) {
        asm_storei(&x->a, IR_I32, m, v);
        asm_storei(&x->a, IR_I32, mem_add(m, 4), v >> 32);
    } else {
        asm_storei(&x->a, t, m, v);
    }
}

static X64 *of_ra(RegAlloc *ra)
{
    return container_of(ra, X64, ra);
}

static void hook_mov(RegAlloc *ra, unsigned dst, unsigned src)
{
    asm_mov(&of_ra(ra)->a, IR_I64, dst, src);
}
static void hook_movi(RegAlloc *ra, unsigned dst, uint64_t val)
{
    asm_movi(&of_ra(ra)->a, dst, val);
}
static void hook_load_env(RegAlloc *ra, unsigned dst, int32_t offset)
{
    asm_load(&of_ra(ra)->a, IR_I64, dst, env_mem(offset));
}
static void hook_store_env(RegAlloc *ra, unsigned src, int32_t offset)
{
    asm_store(&of_ra(ra)->a, IR_I64, src, env_mem(offset));
}
static void hook_load_slot(RegAlloc *ra, unsigned dst, unsigned slot)
{
    asm_load(&of_ra(ra)->a, IR_I64, dst, slot_mem(slot));
}
static void hook_store_slot(RegAlloc *ra, unsigned src, unsigned slot)
{
    asm_store(&of_ra(ra)->a, IR_I64, src, slot_mem(slot));
}

static const RAHost ra_host = {
    .nscratch = 3,
    .scratch = {R10, R11, R12},
    .mov = hook_mov,
    .movi = hook_movi,
    .load_env = hook_load_env,
    .store_env = hook_store_env,
    .load_slot = hook_load_slot,
    .store_slot = hook_store_slot,
};

static Opnd opnd_reg(unsigned reg)
{
    return (Opnd){.kind = VAL_REG, .reg = reg};
}

/* ---- operands ---- */

/* The memory where a ref that is in no register lives. */
static Mem home_mem(X64 *x, IRRef ref)
{
    const IRTemp *t = ir_t(x->s, ref);
    return t->kind == TEMP_GLOBAL ? env_mem(t->env_offset) : slot_mem(t->slot - 1);
}

Opnd x64_in(X64 *x, IRRef ref, IRType t, unsigned may)
{
    IRTemp *tmp = ir_t(x->s, ref);
    if (tmp->kind == TEMP_CONST) {
        int64_t v = sign_extend(tmp->val, ir_type_bits(t));
        if ((may & MAY_IMM) && v == (int32_t)v) {
            return (Opnd){.kind = VAL_IMM, .imm = v};
        }
        unsigned reg = ra_alloc(&x->ra);
        asm_movi(&x->a, reg, t == IR_I64 ? (uint64_t)v : v & ir_type_mask(t));
        return opnd_reg(reg);
    }
    if (!tmp->reg && (may & MAY_MEM)) {
        if (tmp->kind == TEMP_SSA || tmp->uses <= 1) {
            return (Opnd){.kind = VAL_MEM, .mem = home_mem(x, ref)};
        }
        tmp->uses--;
    }
    return opnd_reg(ra_use(&x->ra, ref));
}

void x64_mov_in(X64 *x, IRType t, unsigned dst, Opnd v)
{
    if (v.kind == VAL_IMM) {
        asm_movi(&x->a, dst, t == IR_I64 ? (uint64_t)(int64_t)v.imm : (uint64_t)v.imm & ir_type_mask(t));
    } else if (v.kind == VAL_MEM) {
        asm_load(&x->a, t == IR_I64 ? IR_I64 : IR_I32, dst, v.mem);
    } else if (v.reg != dst || t == IR_I32) {
        asm_mov(&x->a, t == IR_I64 ? IR_I64 : IR_I32, dst, v.reg);
    }
}

static uint32_t reg_bit(Opnd v)
{
    return v.kind == VAL_REG ? 1u << v.reg : 0;
}

unsigned x64_out(X64 *x, const IROp *op, unsigned k, uint32_t busy)
{
    IRRef r = op->out[k];
    if (r == IR_NONE) {
        return ra_alloc(&x->ra);
    }
    if (!ir_is_global(x->s, r)) {
        return ra_def(&x->ra, r);
    }
    int reg = ra_reg(&x->ra, r);
    if (reg >= 0 && ir_out_type(op) >= IR_I32 && !(busy >> reg & 1)) {
        return ra_def(&x->ra, r);
    }
    return ra_alloc(&x->ra);
}

static void write_part(X64 *x, IRRef global, IRType t, Opnd v)
{
    int reg = ra_reg(&x->ra, global);
    Mem home = env_mem(ir_t(x->s, global)->env_offset);
    if (reg < 0 && v.kind == VAL_IMM) {
        asm_storei(&x->a, t, home, v.imm);
    } else if (reg < 0) {
        asm_store(&x->a, t, v.reg, home);
    } else {
        if (v.kind == VAL_IMM) {
            asm_movi_partial(&x->a, t, reg, v.imm);
        } else {
            asm_mov(&x->a, t, reg, v.reg);
        }
        ra_dirty(&x->ra, global);
    }
}

void x64_out_done(X64 *x, const IROp *op, unsigned k, unsigned reg)
{
    IRRef r = op->out[k];
    IRType t = ir_out_type(op);
    if (r == IR_NONE || !ir_is_global(x->s, r)) {
        return;
    }
    int now = ra_reg(&x->ra, r);
    if (now == (int)reg) {
        return;
    }
    if (t < IR_I32) {
        write_part(x, r, t, opnd_reg(reg));
    } else if (now >= 0 && !ra_is_scratch(&x->ra, now)) {
        asm_mov(&x->a, IR_I64, now, reg);
    } else if (ra_is_scratch(&x->ra, reg)) {
        ra_bind(&x->ra, r, reg);
    } else {
        asm_mov(&x->a, IR_I64, ra_def(&x->ra, r), reg);
    }
}

static bool is_dead_temp(const X64 *x, const IROp *op, unsigned i)
{
    return (op->dead >> i & 1) && ir_t(x->s, op->in[i])->kind == TEMP_SSA;
}

/* reg = ref, without keeping it elsewhere in a register. */
static void load_fixed(X64 *x, IRType t, unsigned reg, IRRef ref)
{
    const IRTemp *tmp = ir_t(x->s, ref);
    if (tmp->kind == TEMP_CONST) {
        asm_movi(&x->a, reg, tmp->val & ir_type_mask(t));
    } else if (!tmp->reg) {
        asm_load(&x->a, MAX(t, IR_I32), reg, home_mem(x, ref));
    } else if (ra_reg(&x->ra, ref) != (int)reg) {
        asm_mov(&x->a, MAX(t, IR_I32), reg, ra_reg(&x->ra, ref));
    }
}

/*
 * A register that holds in[i] at type t, may be changed, and becomes output 0: the caller ends with x64_out_done().
 * busy: registers that are still to be read.
 */
static unsigned out_from(X64 *x, const IROp *op, unsigned i, IRType t, uint32_t busy)
{
    IRRef in = op->in[i], out = op->out[0];
    if (is_dead_temp(x, op, i)) {
        int reg = ra_reg(&x->ra, in);
        if (reg >= 0 && !(busy >> reg & 1)) {
            ra_lock(&x->ra, reg);
            if (out != IR_NONE && !ir_is_global(x->s, out)) {
                ra_bind(&x->ra, out, reg);
            }
            return reg;
        }
    }
    unsigned d = x64_out(x, op, 0, busy);
    load_fixed(x, t, d, in);
    return d;
}

/* The op is `op G, G, ...`: where G can be changed in place. */
static bool in_place(const X64 *x, const IROp *op, unsigned i)
{
    return op->out[0] == op->in[i] && ir_is_global(x->s, op->in[i]);
}

/* G itself, as a register or, where the op's type allows it, as memory. It counts as written. */
static Opnd place(X64 *x, const IROp *op, bool may_mem)
{
    IRRef g = op->out[0];
    IRTemp *t = ir_t(x->s, g);
    if (!t->reg && may_mem && op->type != IR_I32 && t->uses <= 1) {
        return (Opnd){.kind = VAL_MEM, .mem = env_mem(t->env_offset)};
    }
    if (!t->reg && t->uses) {
        t->uses--;
    }
    unsigned reg = ra_use(&x->ra, g);
    ra_dirty(&x->ra, g);
    return opnd_reg(reg);
}

/* ---- data movement ---- */

static void emit_mov_part(X64 *x, const IROp *op)
{
    write_part(x, op->out[0], op->type, x64_in(x, op->in[0], op->type, MAY_IMM));
}

static void emit_movi(X64 *x, const IROp *op, uint64_t v)
{
    IRRef out = op->out[0];
    IRTemp *t = ir_t(x->s, out);
    v &= ir_type_mask(op->type);
    if (t->kind == TEMP_GLOBAL && !t->reg && v == (uint64_t)(int64_t)(int32_t)v) {
        asm_storei(&x->a, IR_I64, env_mem(t->env_offset), v);
        return;
    }
    unsigned d = x64_out(x, op, 0, 0);
    if (v == 0 && (!x->wanted || !x->cc.host)) {
        asm_alu_rr(&x->a, ALU_XOR, IR_I32, d, d);
        x->cc.host = 0;
    } else {
        asm_movi(&x->a, d, v);
    }
    x64_out_done(x, op, 0, d);
}

static void mov32(X64 *x, const IROp *op, IRRef in)
{
    Opnd v = x64_in(x, in, IR_I32, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    x64_mov_in(x, IR_I32, d, v);
    x64_out_done(x, op, 0, d);
}

static void emit_mov(X64 *x, const IROp *op)
{
    IRRef in = op->in[0], out = op->out[0];
    IRTemp *t = ir_t(x->s, out);
    if (t->kind == TEMP_GLOBAL && op->type < IR_I32) {
        if (in != out) {
            emit_mov_part(x, op);
        }
        return;
    }
    if (ir_is_const(x->s, in)) {
        emit_movi(x, op, ir_t(x->s, in)->val);
        return;
    }
    if (in == out && op->type == IR_I64) {
        return;
    }
    if (op->type == IR_I64 && t->kind == TEMP_GLOBAL && !t->uses &&
        (ra_reg(&x->ra, out) < 0 || ra_is_scratch(&x->ra, ra_reg(&x->ra, out)))) {
        unsigned r = x64_in_reg(x, in);
        asm_store(&x->a, IR_I64, r, env_mem(t->env_offset));
        ra_forget(&x->ra, out);
        return;
    }
    if (op->type == IR_I32) {
        mov32(x, op, in);
        return;
    }
    x64_out_done(x, op, 0, out_from(x, op, 0, op->type, 0));
}

static void emit_extend(X64 *x, const IROp *op)
{
    IRType from = (IRType)op->imm, to = op->type;
    bool sign = op->code == OP_sext;
    Opnd v = x64_in(x, op->in[0], from, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    uint32_t opc = opc_extend(MAX(to, IR_I32), from, sign);
    if (v.kind == VAL_MEM) {
        asm_rm(&x->a, opc, d, v.mem);
    } else {
        asm_rr(&x->a, opc, d, v.reg);
    }
    x64_out_done(x, op, 0, d);
}

/* dst = src >> n, all bits; flags stay if the host can do that. */
static void shift_right_to(X64 *x, IRType t, unsigned dst, Opnd v, unsigned n)
{
    t = MAX(t, IR_I32);
    if (x64_thunks.bmi2 && v.kind == VAL_REG && n) {
        asm_rorx(&x->a, t, dst, v.reg, n);
        return;
    }
    x64_mov_in(x, t, dst, v);
    if (n) {
        cc_clobber(x);
        asm_shift_ri(&x->a, SH_ROR, t, dst, n);
    }
}

/* The value `v` of `len` bits, above them anything, to 64 bits. */
static void widen(X64 *x, unsigned d, unsigned len, bool sign)
{
    if (len == 8 || len == 16 || len == 32) {
        IRType from = (IRType)ctz32(len / 8);
        asm_rr(&x->a, opc_extend(IR_I64, from, sign), d, d);
    } else if (len == 64) {
        return;
    } else if (!sign && len < 32) {
        cc_clobber(x);
        asm_alu_ri(&x->a, ALU_AND, IR_I32, d, (1u << len) - 1);
    } else {
        cc_clobber(x);
        asm_shift_ri(&x->a, SH_SHL, IR_I64, d, 64 - len);
        asm_shift_ri(&x->a, sign ? SH_SAR : SH_SHR, IR_I64, d, 64 - len);
    }
}

static bool has_high_byte(unsigned reg)
{
    return reg <= RBX;
}

static void emit_extract(X64 *x, const IROp *op)
{
    unsigned pos = op->imm & 0xff, len = op->imm >> 8;
    bool sign = op->code == OP_sextract;
    Opnd v = x64_in(x, op->in[0], op->type, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    if (v.kind == VAL_REG && pos == 8 && len == 8 && has_high_byte(v.reg) && d < R8) {
        asm_rr(&x->a, MAP_0F | (sign ? 0xbe : 0xb6), d, v.reg + 4);
        if (sign && op->type == IR_I64) {
            asm_extend(&x->a, IR_I64, IR_I32, true, d, d);
        }
    } else {
        shift_right_to(x, op->type, d, v, pos);
        widen(x, d, len, sign);
        if (sign && op->type == IR_I32) {
            asm_mov(&x->a, IR_I32, d, d);
        }
    }
    x64_out_done(x, op, 0, d);
}

/* mov ah, value and the like. */
static void deposit_high_byte(X64 *x, unsigned reg, IRRef val)
{
    Opnd v = x64_in(x, val, IR_I8, MAY_IMM);
    if (v.kind == VAL_IMM) {
        asm_b(&x->a, 0xb0 + 4 + reg);
        asm_b(&x->a, v.imm);
    } else if (v.reg <= RBX) {
        asm_rr(&x->a, 0x8a, 4 + reg, v.reg);
    } else {
        asm_store(&x->a, IR_I8, v.reg, mem_at(RSP, FRAME_VAL));
        asm_rm(&x->a, 0x8a, 4 + reg, mem_at(RSP, FRAME_VAL));
    }
}

/* Deposits that are a partial move. */
static bool deposit_bytes(X64 *x, const IROp *op, unsigned pos, unsigned len)
{
    if (!in_place(x, op, 0) || op->type == IR_I32 || (len != 8 && len != 16) || pos % 8) {
        return false;
    }
    IRType t = len == 8 ? IR_I8 : IR_I16;
    IRRef g = op->out[0];
    int reg = ra_reg(&x->ra, g);
    if (pos == 0) {
        write_part(x, g, t, x64_in(x, op->in[1], t, MAY_IMM));
    } else if (reg < 0) {
        Opnd v = x64_in(x, op->in[1], t, MAY_IMM);
        Mem m = env_mem(ir_t(x->s, g)->env_offset + pos / 8);
        if (ra_reg(&x->ra, g) >= 0) {
            return false;
        }
        if (v.kind == VAL_IMM) {
            asm_storei(&x->a, t, m, v.imm);
        } else {
            asm_store(&x->a, t, v.reg, m);
        }
    } else if (pos == 8 && len == 8 && has_high_byte(reg)) {
        deposit_high_byte(x, reg, op->in[1]);
    } else {
        return false;
    }
    return true;
}

static void emit_deposit(X64 *x, const IROp *op)
{
    unsigned pos = op->imm & 0xff, len = op->imm >> 8;
    IRType w = op->type == IR_I64 ? IR_I64 : IR_I32;
    unsigned bits = ir_type_bits(w);
    if (deposit_bytes(x, op, pos, len)) {
        return;
    }
    if (len == 32 && bits == 32) {
        mov32(x, op, op->in[1]);
        return;
    }
    if (len == bits) {
        x64_out_done(x, op, 0, out_from(x, op, 1, w, 0));
        return;
    }
    cc_clobber(x);
    unsigned t = ra_alloc(&x->ra), d = ra_alloc(&x->ra);
    load_fixed(x, w, t, op->in[1]);
    load_fixed(x, w, d, op->in[0]);
    if (pos) {
        asm_shift_ri(&x->a, SH_ROR, w, d, pos);
    }
    asm_shift_ri(&x->a, SH_SHR, w, d, len);
    asm_shift_ri(&x->a, SH_SHL, w, t, bits - len);
    asm_rr(&x->a, 0xa4 | MAP_0F | opc_size(w), t, d); /* shld d, t, len */
    asm_b(&x->a, len);
    if (pos) {
        asm_shift_ri(&x->a, SH_ROL, w, d, pos);
    }
    if (ir_is_global(x->s, op->out[0])) {
        x64_out_done(x, op, 0, d);
    } else {
        ra_bind(&x->ra, op->out[0], d);
    }
}

static void emit_bswap(X64 *x, const IROp *op)
{
    IRType t = op->type;
    if (t == IR_I16) {
        cc_clobber(x);
    }
    unsigned d = in_place(x, op, 0) && t >= IR_I32 ? place(x, op, false).reg
                                                   : out_from(x, op, 0, t, 0);
    if (t == IR_I16) {
        asm_shift_ri(&x->a, SH_ROL, t, d, 8);
    } else {
        asm_prefixes(&x->a, (0xc8 + (d & 7)) | MAP_0F | opc_size(t), d >> 3);
    }
    x64_out_done(x, op, 0, d);
}

static void emit_lea(X64 *x, const IROp *op)
{
    bool is_const;
    uint64_t val;
    Mem m = x64_address(x, op, &is_const, &val);
    if (is_const) {
        unsigned r = x64_out(x, op, 0, 0);
        asm_movi(&x->a, r, val & ir_type_mask(op->type));
        x64_out_done(x, op, 0, r);
        return;
    }
    unsigned d = x64_out(x, op, 0, 0);
    IRType t = op->type == IR_I64 ? IR_I64 : IR_I32;
    if (m.index == NO_REG && m.disp == 0) {
        asm_mov(&x->a, t, d, m.base);
    } else {
        asm_lea(&x->a, t, d, m);
    }
    x64_out_done(x, op, 0, d);
}

/* ---- arithmetic and logic ---- */

static void alu_to(X64 *x, AluOp alu, IRType t, Opnd d, Opnd v)
{
    if (d.kind == VAL_MEM && v.kind == VAL_IMM) {
        asm_alu_mi(&x->a, alu, t, d.mem, v.imm);
    } else if (d.kind == VAL_MEM) {
        asm_alu_mr(&x->a, alu, t, d.mem, v.reg);
    } else if (v.kind == VAL_IMM) {
        asm_alu_ri(&x->a, alu, t, d.reg, v.imm);
    } else if (v.kind == VAL_MEM) {
        asm_alu_rm(&x->a, alu, t, d.reg, v.mem);
    } else {
        asm_alu_rr(&x->a, alu, t, d.reg, v.reg);
    }
}

/* cmp; at least one operand not in memory, the first no constant. */
static void emit_cmp(X64 *x, IRType t, IRRef a, IRRef b)
{
    Opnd v = x64_in(x, b, t, MAY_IMM | MAY_MEM);
    Opnd u = x64_in(x, a, t, v.kind == VAL_MEM ? 0 : MAY_MEM);
    alu_to(x, ALU_CMP, t, u, v);
}

static void emit_test(X64 *x, IRType t, IRRef a, IRRef b)
{
    if (ir_is_const(x->s, a)) {
        IRRef c = a;
        a = b;
        b = c;
    }
    Opnd v = x64_in(x, b, t, MAY_IMM);
    Opnd u = x64_in(x, a, t, MAY_MEM);
    if (u.kind == VAL_MEM && v.kind == VAL_IMM) {
        asm_test_mi(&x->a, t, u.mem, v.imm);
    } else if (u.kind == VAL_MEM) {
        asm_test_mr(&x->a, t, u.mem, v.reg);
    } else if (v.kind == VAL_IMM && t != IR_I8 && v.imm >= 0 && v.imm < 0x80 && u.reg < RSP) {
        asm_test_ri(&x->a, IR_I8, u.reg, v.imm); /* SF is 0 either way */
    } else if (v.kind == VAL_IMM) {
        asm_test_ri(&x->a, t, u.reg, v.imm);
    } else {
        asm_test_rr(&x->a, t, u.reg, v.reg);
    }
}

static AluOp alu_of(OpCode code)
{
    switch (code) {
    case OP_add:
        return ALU_ADD;
    case OP_sub:
        return ALU_SUB;
    case OP_adc:
        return ALU_ADC;
    case OP_sbb:
        return ALU_SBB;
    case OP_and:
        return ALU_AND;
    case OP_or:
        return ALU_OR;
    default:
        return ALU_XOR;
    }
}

static unsigned recipe_of(OpCode code)
{
    switch (code) {
    case OP_add:
        return CC_ADD;
    case OP_sub:
        return CC_SUB;
    case OP_adc:
    case OP_sbb:
        return CC_HOST_ONLY;
    default:
        return CC_LOGIC;
    }
}

/* add without flags by lea, where that saves a move or spares EFLAGS that are wanted. */
static bool add_by_lea(X64 *x, const IROp *op, IRRef a, IRRef b)
{
    bool spare = x->wanted & x->cc.host;
    if (op->setcc || op->type < IR_I32 || op->code != OP_add || (op->out[0] == a && !spare) ||
        ir_is_const(x->s, a)) {
        return false;
    }
    if (!ir_is_global(x->s, op->out[0]) && !spare && (op->dead & 1) && op->in[0] == a) {
        return false;
    }
    Opnd v = x64_in(x, b, op->type, MAY_IMM);
    Opnd u = x64_in(x, a, op->type, 0);
    unsigned d = x64_out(x, op, 0, 0);
    Mem m = v.kind == VAL_IMM ? mem_at(u.reg, v.imm) : (Mem){u.reg, v.reg, 0, 0};
    asm_lea(&x->a, op->type, d, m);
    x64_out_done(x, op, 0, d);
    return true;
}

/* d = a op b for an output that is not a in place. */
static unsigned alu_apart(X64 *x, const IROp *op, AluOp alu, IRType t, unsigned ia)
{
    Opnd v = x64_in(x, op->in[!ia], t, MAY_IMM | MAY_MEM);
    unsigned d = out_from(x, op, ia, t, reg_bit(v));
    alu_to(x, alu, t, opnd_reg(d), v);
    return d;
}

static void emit_compare_flags(X64 *x, const IROp *op, CCPlan *p)
{
    unsigned result = NO_REG;
    if (op->code == OP_and && p->keep >= 0) {
        result = alu_apart(x, op, ALU_AND, op->type, ir_is_const(x->s, op->in[0]));
    } else if (op->code == OP_and) {
        emit_test(x, op->type, op->in[0], op->in[1]);
    } else {
        emit_cmp(x, op->type, op->in[0], op->in[1]);
    }
    cc_done(x, p, result);
}

/* cmp and test: no output. */
static void emit_compare(X64 *x, const IROp *op)
{
    CCPlan p;
    IRRef a = op->in[0], b = op->in[1];
    if (op->code == OP_and) {
        cc_plan(x, &p, CC_LOGIC, a == b ? a : IR_NONE, IR_NONE);
    } else {
        cc_plan(x, &p, CC_CMP, a, b);
    }
    emit_compare_flags(x, op, &p);
}

static void emit_alu(X64 *x, const IROp *op)
{
    IRRef out = op->out[0];
    IRType t = op->type;
    bool carry = op->code == OP_adc || op->code == OP_sbb;
    bool comm = op_info[op->code].flags & OPF_COMM;
    if (out == IR_NONE) {
        emit_compare(x, op);
        return;
    }
    /* in[ia] is the first operand of the host's instruction */
    unsigned ia = comm && (ir_is_const(x->s, op->in[0]) || (out == op->in[1] && out != op->in[0]));
    IRRef a = op->in[ia], b = op->in[!ia];
    if (add_by_lea(x, op, a, b)) {
        return;
    }
    CCPlan p;
    if (carry) {
        cc_require(x, CC_C);
    }
    cc_plan(x, &p, recipe_of(op->code), out, b);
    unsigned d = NO_REG;
    if (out == a && ir_is_global(x->s, out)) {
        Opnd v = x64_in(x, b, t, MAY_IMM | (ra_reg(&x->ra, out) >= 0 ? MAY_MEM : 0));
        alu_to(x, alu_of(op->code), t, place(x, op, v.kind != VAL_MEM), v);
    } else {
        bool wide = !op->setcc && t < IR_I32 && !carry;
        d = alu_apart(x, op, alu_of(op->code), wide ? IR_I32 : t, ia);
    }
    cc_done(x, &p, d);
    if (d != NO_REG) {
        x64_out_done(x, op, 0, d);
    }
}

/* FE /0 /1 and F6 /2 /3 */
static void unary_to(X64 *x, OpCode code, IRType t, Opnd d)
{
    bool incdec = code == OP_inc || code == OP_dec;
    unsigned ext = code == OP_inc ? 0 : code == OP_dec ? 1 : code == OP_not ? 2 : 3;
    uint32_t opc = opc_of1(incdec ? 0xfe : 0xf6, t);
    if (d.kind == VAL_MEM) {
        asm_rm(&x->a, opc, ext, d.mem);
    } else {
        asm_rr(&x->a, opc, ext, d.reg);
    }
}

static void emit_unary(X64 *x, const IROp *op)
{
    CCPlan p = {.keep = -1};
    if (op->code == OP_neg) {
        cc_plan(x, &p, CC_SUB, op->out[0], op->in[0]);
    } else if (op->code != OP_not) {
        cc_plan_incdec(x, &p, op->code == OP_inc);
    }
    unsigned d = NO_REG;
    if (in_place(x, op, 0)) {
        unary_to(x, op->code, op->type, place(x, op, true));
    } else {
        d = out_from(x, op, 0, op->type, 0);
        unary_to(x, op->code, op->setcc ? op->type : MAX(op->type, IR_I32), opnd_reg(d));
    }
    cc_done(x, &p, d);
    if (d != NO_REG) {
        x64_out_done(x, op, 0, d);
    }
}

static void emit_andn(X64 *x, const IROp *op)
{
    CCPlan p;
    IRType t = MAX(op->type, IR_I32);
    cc_plan(x, &p, CC_LOGIC, op->out[0], IR_NONE);
    unsigned d;
    if (x64_thunks.bmi1 && !op->setcc) {
        unsigned a = x64_in(x, op->in[0], op->type, 0).reg, b = x64_in(x, op->in[1], op->type, 0).reg;
        d = x64_out(x, op, 0, 0);
        asm_vex_rr(&x->a, 0xf2 | MAP_0F38 | opc_size(t), 0, d, a, b);
    } else {
        Opnd b = x64_in(x, op->in[1], op->type, MAY_IMM | MAY_MEM);
        d = out_from(x, op, 0, op->type, reg_bit(b));
        unary_to(x, OP_not, t, opnd_reg(d));
        alu_to(x, ALU_AND, op->setcc ? op->type : t, opnd_reg(d), b);
    }
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

/* ---- multiplication, division ---- */

static void imul_imm(X64 *x, IRType t, unsigned d, Opnd a, int32_t v)
{
    bool small = v == (int8_t)v;
    uint32_t opc = (small ? 0x6b : 0x69) | opc_size(t);
    if (a.kind == VAL_MEM) {
        asm_rm(&x->a, opc, d, a.mem);
    } else {
        asm_rr(&x->a, opc, d, a.reg);
    }
    asm_imm(&x->a, small ? IR_I8 : t, v);
}

static void emit_in_c(X64 *x, const IROp *op);

static void emit_mul(X64 *x, const IROp *op)
{
    IRType t = op->setcc ? op->type : MAX(op->type, IR_I32);
    unsigned ia = ir_is_const(x->s, op->in[0]);
    CCPlan p;
    if (t == IR_I8 || ir_is_const(x->s, op->in[ia])) {
        emit_in_c(x, op);
        return;
    }
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    Opnd v = x64_in(x, op->in[!ia], op->type, MAY_IMM | MAY_MEM);
    unsigned d;
    if (v.kind == VAL_IMM) {
        Opnd u = x64_in(x, op->in[ia], op->type, MAY_MEM);
        d = x64_out(x, op, 0, 0);
        imul_imm(x, t, d, u, v.imm);
    } else {
        d = out_from(x, op, ia, t, reg_bit(v));
        if (v.kind == VAL_MEM) {
            asm_rm(&x->a, 0xaf | MAP_0F | opc_size(t), d, v.mem);
        } else {
            asm_rr(&x->a, 0xaf | MAP_0F | opc_size(t), d, v.reg);
        }
    }
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

/* The register that output k is pinned to, or NO_REG. */
static unsigned pinned_out(const X64 *x, const IROp *op, unsigned k)
{
    IRRef r = op->out[k];
    if (r == IR_NONE || !ir_is_global(x->s, r)) {
        return NO_REG;
    }
    int reg = ra_reg(&x->ra, r);
    return reg >= 0 && !ra_is_scratch(&x->ra, reg) ? (unsigned)reg : NO_REG;
}

/* rdx = hi, rax = lo */
static void load_dividend(X64 *x, const IROp *op)
{
    bool hi_in_rax = !ir_is_const(x->s, op->in[1]) && ra_reg(&x->ra, op->in[1]) == RAX;
    bool lo_in_rdx = !ir_is_const(x->s, op->in[0]) && ra_reg(&x->ra, op->in[0]) == RDX;
    if (hi_in_rax && lo_in_rdx) {
        asm_rr(&x->a, 0x87 | REX_W, RAX, RDX);
    } else if (hi_in_rax) {
        load_fixed(x, op->type, RDX, op->in[1]);
        load_fixed(x, op->type, RAX, op->in[0]);
    } else {
        load_fixed(x, op->type, RAX, op->in[0]);
        load_fixed(x, op->type, RDX, op->in[1]);
    }
}

/* Output k is in `reg` (rax or rdx); afterwards the guest's value of that register comes back from `saved`. */
static void store_fixed(X64 *x, const IROp *op, unsigned k, unsigned reg, unsigned saved)
{
    IRRef r = op->out[k];
    if (r != IR_NONE && ir_is_global(x->s, r)) {
        x64_out_done(x, op, k, reg);
    } else if (r != IR_NONE) {
        asm_mov(&x->a, IR_I64, ra_def(&x->ra, r), reg);
    }
    if (saved != NO_REG) {
        asm_mov(&x->a, IR_I64, reg, saved);
        ra_release(&x->ra, saved);
    }
}

static void store_results(X64 *x, const IROp *op, const unsigned *saved)
{
    bool lo_to_rdx = pinned_out(x, op, 0) == RDX, hi_to_rax = pinned_out(x, op, 1) == RAX;
    if (lo_to_rdx && hi_to_rax) {
        asm_rr(&x->a, 0x87 | REX_W, RAX, RDX);
    } else if (lo_to_rdx) {
        store_fixed(x, op, 1, RDX, NO_REG);
        store_fixed(x, op, 0, RAX, saved[0]);
    } else {
        store_fixed(x, op, 0, RAX, saved[0]);
        store_fixed(x, op, 1, RDX, saved[1]);
    }
}

static unsigned save_fixed(X64 *x, const IROp *op, unsigned reg)
{
    if (pinned_out(x, op, 0) == reg || pinned_out(x, op, 1) == reg) {
        return NO_REG;
    }
    unsigned r = ra_alloc(&x->ra);
    asm_mov(&x->a, IR_I64, r, reg);
    return r;
}

/*
 * mul and div on rdx:rax. What of guest rax and rdx is not overwritten waits in scratch registers: with the
 * other operand these may be all three.
 */
static void emit_rdx_rax(X64 *x, const IROp *op)
{
    bool div = op->code == OP_divu2 || op->code == OP_divs2;
    unsigned ext = op->code - OP_mulu2 + 4;
    unsigned io = div ? 2 : 1, il = 0;
    CCPlan p;
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    if (!div && !ir_is_const(x->s, op->in[1]) && ra_reg(&x->ra, op->in[1]) == RAX) {
        io = 0;
        il = 1;
    }
    Opnd v = x64_in(x, op->in[io], op->type, MAY_MEM);
    if (div && v.kind == VAL_REG && (v.reg == RAX || v.reg == RDX)) {
        unsigned r = ra_alloc(&x->ra);
        asm_mov(&x->a, IR_I64, r, v.reg);
        v.reg = r;
    }
    unsigned saved[2];
    saved[0] = save_fixed(x, op, RAX);
    saved[1] = save_fixed(x, op, RDX);
    if (div) {
        load_dividend(x, op);
    } else {
        load_fixed(x, op->type, RAX, op->in[il]);
    }
    if (v.kind == VAL_MEM) {
        asm_rm(&x->a, 0xf7 | opc_size(op->type), ext, v.mem);
    } else {
        asm_rr(&x->a, 0xf7 | opc_size(op->type), ext, v.reg);
        ra_release(&x->ra, v.reg);
    }
    cc_done(x, &p, NO_REG);
    store_results(x, op, saved);
}
static_assert(OP_muls2 == OP_mulu2 + 1 && OP_divu2 == OP_mulu2 + 2 && OP_divs2 == OP_mulu2 + 3,
              "as group 3 has them");

/* ---- shifts ---- */

static ShiftOp shift_of(OpCode code)
{
    static const uint8_t of[] = {SH_SHL, SH_SHR, SH_SAR, SH_ROL, SH_ROR, SH_RCL, SH_RCR};
    return of[code - OP_shl];
}

/* The type at which a temp may be shifted when no flags are wanted. */
static IRType shift_type(const IROp *op)
{
    return op->code == OP_shl && !op->setcc ? MAX(op->type, IR_I32) : (IRType)op->type;
}

static void shift_place(X64 *x, const IROp *op, Opnd d, unsigned n)
{
    if (d.kind == VAL_REG) {
        asm_shift_ri(&x->a, shift_of(op->code), op->type, d.reg, n);
    } else {
        asm_rm(&x->a, opc_of1(n == 1 ? 0xd0 : 0xc0, op->type), shift_of(op->code), d.mem);
        if (n != 1) {
            asm_b(&x->a, n);
        }
    }
}

/* The recipe wants the operand shifted by n - 1: the last place is shifted apart. */
static void shift_in_two(X64 *x, const IROp *op, CCPlan *p, unsigned d, unsigned n)
{
    ShiftOp sh = shift_of(op->code);
    asm_shift_ri(&x->a, sh, op->type, d, n - 1);
    asm_store(&x->a, IR_I64, d, env_mem(x->g->cc_b));
    asm_shift_ri(&x->a, sh, op->type, d, 1);
    p->next = (CCInfo){
        .base = CC_BASE_KNOWN,
        .kind = op->code == OP_shl ? CC_SHL : CC_SAR,
        .type = op->type,
        .v[1].kind = CCV_OWN,
    };
    if (in_place(x, op, 0)) {
        p->next.v[0] = (CCVal){.kind = CCV_GLOBAL, .ref = op->out[0]};
    } else {
        p->next.v[0].kind = CCV_OWN;
        p->keep = 0;
    }
}

static void emit_shift_const(X64 *x, const IROp *op, unsigned n)
{
    bool plain = op->code <= OP_sar;
    CCPlan p;
    if (plain && n == 1) {
        cc_plan(x, &p, op->code == OP_shl ? CC_SHL : CC_SAR, op->out[0], op->in[0]);
    } else {
        if (op->code == OP_rcl || op->code == OP_rcr) {
            cc_require(x, CC_C | (x->wanted & ~ir_cc_kills(x->s, op)));
        }
        cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    }
    bool two = plain && n > 1 && op->setcc && cc_must_survive(x, x->at + 1, x->wanted);
    unsigned d = NO_REG;
    if (in_place(x, op, 0)) {
        Opnd v = place(x, op, !two);
        if (two) {
            shift_in_two(x, op, &p, v.reg, n);
        } else {
            shift_place(x, op, v, n);
        }
    } else {
        d = out_from(x, op, 0, op->type, 0);
        if (two) {
            shift_in_two(x, op, &p, d, n);
        } else {
            asm_shift_ri(&x->a, shift_of(op->code), shift_type(op), d, n);
        }
    }
    cc_done(x, &p, d);
    if (d != NO_REG) {
        x64_out_done(x, op, 0, d);
    }
}

/* BMI2: no flags, count in any register. */
static void emit_shiftx(X64 *x, const IROp *op)
{
    static const uint8_t pp[] = {1, 3, 2}; /* shl shr sar */
    unsigned n = x64_in_reg(x, op->in[1]);
    Opnd v = x64_in(x, op->in[0], op->type, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    uint32_t opc = 0xf7 | MAP_0F38 | opc_size(op->type);
    if (v.kind == VAL_MEM) {
        asm_vex_rm(&x->a, opc, pp[op->code - OP_shl], d, n, v.mem);
    } else {
        asm_vex_rr(&x->a, opc, pp[op->code - OP_shl], d, n, v.reg);
    }
    x64_out_done(x, op, 0, d);
}

/* The count goes to cl. What guest rcx was waits in a scratch register, or in the count's own by an exchange. */
typedef struct CountInCL {
    unsigned saved;
    bool swapped;
} CountInCL;

/* d: the register that is going to be shifted. */
static CountInCL count_to_cl(X64 *x, IRRef count, unsigned d)
{
    Opnd n = x64_in(x, count, IR_I8, MAY_MEM);
    CountInCL c = {NO_REG, false};
    if (n.kind == VAL_REG && n.reg == RCX) {
        return c;
    }
    if (n.kind == VAL_REG && n.reg != d && ra_is_scratch(&x->ra, n.reg)) {
        asm_rr(&x->a, 0x87 | REX_W, RCX, n.reg);
        return (CountInCL){n.reg, true};
    }
    c.saved = ra_alloc(&x->ra);
    asm_mov(&x->a, IR_I64, c.saved, RCX);
    if (n.kind == VAL_MEM) {
        asm_load(&x->a, IR_I32, RCX, n.mem);
    } else {
        asm_mov(&x->a, IR_I32, RCX, n.reg);
    }
    return c;
}

static void count_done(X64 *x, CountInCL c)
{
    if (c.swapped) {
        asm_rr(&x->a, 0x87 | REX_W, RCX, c.saved);
    } else if (c.saved != NO_REG) {
        asm_mov(&x->a, IR_I64, RCX, c.saved);
    }
}

/* A register that becomes the result of a shift by cl: G in place unless it is rcx, else a copy. */
static unsigned shift_target(X64 *x, const IROp *op)
{
    IRRef g = op->out[0];
    if (in_place(x, op, 0) && ra_reg(&x->ra, g) != RCX) {
        return place(x, op, false).reg;
    }
    unsigned count = ir_count_index(op->code);
    uint32_t busy = 1u << RCX;
    IRRef refs[] = {op->in[count], count == 2 ? op->in[1] : IR_NONE};
    for (unsigned i = 0; i < 2; i++) {
        if (refs[i] != IR_NONE && !ir_is_const(x->s, refs[i]) && ra_reg(&x->ra, refs[i]) >= 0) {
            ra_use(&x->ra, refs[i]);
            busy |= 1u << ra_reg(&x->ra, refs[i]);
        }
    }
    return out_from(x, op, 0, op->type, busy);
}

static void emit_shift_var(X64 *x, const IROp *op)
{
    CCPlan p;
    if (op->code == OP_rcl || op->code == OP_rcr) {
        cc_require(x, CC_C | x->wanted);
    }
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    unsigned d = shift_target(x, op);
    CountInCL c = count_to_cl(x, op->in[1], d);
    asm_shift_cl(&x->a, shift_of(op->code), in_place(x, op, 0) ? (IRType)op->type : shift_type(op), d);
    count_done(x, c);
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

static void emit_shift(X64 *x, const IROp *op)
{
    IRRef n = op->in[1];
    if (ir_is_const(x->s, n)) {
        emit_shift_const(x, op, ir_t(x->s, n)->val & (op->type == IR_I64 ? 63 : 31));
    } else if (!op->setcc && x64_thunks.bmi2 && op->code <= OP_sar && op->type >= IR_I32) {
        emit_shiftx(x, op);
    } else {
        emit_shift_var(x, op);
    }
}

/* shld, shrd. The host's 16-bit form with a count above 16 is undefined; so is the guest's, but the IR says what it is. */
static void emit_double_shift(X64 *x, const IROp *op)
{
    bool is_const = ir_is_const(x->s, op->in[2]);
    uint32_t opc = (op->code == OP_shld ? 0xa4 : 0xac) | MAP_0F | opc_size(op->type);
    if (op->type < IR_I32) {
        emit_in_c(x, op);
        return;
    }
    CCPlan p;
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    unsigned b = x64_in_reg(x, op->in[1]);
    if (is_const) {
        unsigned d = in_place(x, op, 0) ? place(x, op, false).reg : out_from(x, op, 0, op->type, 1u << b);
        asm_rr(&x->a, opc, b, d);
        asm_b(&x->a, ir_t(x->s, op->in[2])->val & (op->type == IR_I64 ? 63 : 31));
        cc_done(x, &p, d);
        x64_out_done(x, op, 0, d);
        return;
    }
    if (b == RCX || op->in[1] == op->in[2]) {
        unsigned from = b;
        b = ra_alloc(&x->ra);
        asm_mov(&x->a, IR_I64, b, from);
    }
    unsigned d = shift_target(x, op);
    CountInCL c = count_to_cl(x, op->in[2], d);
    asm_rr(&x->a, opc | 1, b, d);
    count_done(x, c);
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

/* ---- bits ---- */

static void emit_bit_test(X64 *x, const IROp *op)
{
    unsigned ext = op->code - OP_bt + 4;
    unsigned mask = ir_type_bits(op->type) - 1;
    bool is_const = ir_is_const(x->s, op->in[1]);
    bool in_g = in_place(x, op, 0);
    /* A bit below the type's width is the same bit at more width; in place at full width nothing else changes. */
    IRType t = op->type == IR_I8 ? (in_g ? IR_I64 : IR_I32) : (IRType)op->type;
    CCPlan p;
    unsigned n = 0;
    if (!is_const) {
        n = x64_in_reg(x, op->in[1]);
        if (op->type == IR_I8) {
            cc_clobber(x);
            unsigned m = ra_alloc(&x->ra);
            asm_mov(&x->a, IR_I32, m, n);
            ra_release(&x->ra, n);
            asm_alu_ri(&x->a, ALU_AND, IR_I32, m, mask);
            n = m;
        }
    }
    uint32_t locked = x->ra.locked;
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    x->ra.locked = locked;
    unsigned d = op->code == OP_bt ? x64_in_reg(x, op->in[0])
                 : in_g            ? place(x, op, false).reg
                                   : out_from(x, op, 0, op->type, is_const ? 0 : 1u << n);
    if (is_const) {
        asm_rr(&x->a, 0xba | MAP_0F | opc_size(t), ext, d);
        asm_b(&x->a, ir_t(x->s, op->in[1])->val & mask);
    } else {
        asm_rr(&x->a, (0x83 | ext << 3) | MAP_0F | opc_size(t), n, d);
    }
    cc_done(x, &p, d);
    if (op->code != OP_bt) {
        x64_out_done(x, op, 0, d);
    }
}
static_assert(OP_btc == OP_bt + 3, "as group 8 has them");

/* The scanned operand in a register, zero-extended from I8. */
static unsigned scanned(X64 *x, const IROp *op)
{
    Opnd v = x64_in(x, op->in[0], op->type, 0);
    if (op->type != IR_I8) {
        return v.reg;
    }
    unsigned r = ra_alloc(&x->ra);
    asm_extend(&x->a, IR_I32, IR_I8, false, r, v.reg);
    ra_release(&x->ra, v.reg);
    return r;
}

static void emit_scan(X64 *x, const IROp *op)
{
    IRType t = MAX(op->type, IR_I16);
    CCPlan p;
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    unsigned a = scanned(x, op);
    unsigned d = out_from(x, op, 1, op->type, 1u << a);
    if (op->type == IR_I32) { /* with nothing found the host leaves all 64 bits alone */
        asm_mov(&x->a, IR_I32, d, d);
    }
    asm_rr(&x->a, (op->code == OP_bsf ? 0xbc : 0xbd) | MAP_0F | opc_size(op->type == IR_I8 ? IR_I32 : t), d, a);
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

static void emit_count(X64 *x, const IROp *op)
{
    bool can = op->code == OP_popcnt ? x64_thunks.popcnt : op->code == OP_tzcnt ? x64_thunks.bmi1 : x64_thunks.lzcnt;
    if (!can || op->type == IR_I8) {
        emit_in_c(x, op);
        return;
    }
    CCPlan p;
    cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    Opnd v = x64_in(x, op->in[0], op->type, MAY_MEM);
    unsigned d = x64_out(x, op, 0, 0);
    unsigned byte = op->code == OP_popcnt ? 0xb8 : op->code == OP_tzcnt ? 0xbc : 0xbd;
    uint32_t opc = byte | MAP_0F | PRE_F3 | opc_size(op->type);
    if (v.kind == VAL_MEM) {
        asm_rm(&x->a, opc, d, v.mem);
    } else {
        asm_rr(&x->a, opc, d, v.reg);
    }
    cc_done(x, &p, d);
    x64_out_done(x, op, 0, d);
}

/* ---- conditions ---- */

/* Compares two integers: EFLAGS then hold what the returned condition looks at. */
static Cond compare_ints(X64 *x, IRType t, Cond c, IRRef a, IRRef b)
{
    cc_clobber(x);
    if (c >= COND_TSTE) {
        emit_test(x, t, a, b);
        return c == COND_TSTE ? COND_E : COND_NE;
    }
    if (ir_is_const(x->s, b) && !(ir_t(x->s, b)->val & ir_type_mask(t)) && ra_reg(&x->ra, a) >= 0 &&
        !ir_is_const(x->s, a)) {
        unsigned r = x64_in_reg(x, a);
        asm_test_rr(&x->a, t, r, r);
    } else {
        emit_cmp(x, t, a, b);
    }
    return c;
}

static void emit_setcond(X64 *x, const IROp *op)
{
    Cond c = compare_ints(x, op->type, op->cond, op->in[0], op->in[1]);
    x->ra.locked = 0;
    unsigned d = x64_out(x, op, 0, 0);
    asm_setcc(&x->a, c, d);
    asm_extend(&x->a, IR_I32, IR_I8, false, d, d);
    x64_out_done(x, op, 0, d);
}

/* d = cond ? yes : no, cond being one of the host's. */
static void emit_cmov(X64 *x, const IROp *op, Cond c, IRRef yes, unsigned ino)
{
    IRType t = MAX(op->type, IR_I32);
    Opnd v = x64_in(x, yes, op->type, MAY_MEM);
    unsigned d = out_from(x, op, ino, op->type, reg_bit(v));
    if (v.kind == VAL_MEM) {
        asm_rm(&x->a, (0x40 + c) | MAP_0F | opc_size(t), d, v.mem);
    } else {
        asm_cmov(&x->a, c, t, d, v.reg);
    }
    x64_out_done(x, op, 0, d);
}

static void emit_select(X64 *x, const IROp *op)
{
    Cond c = compare_ints(x, IR_I64, op->cond, op->in[0], op->in[1]);
    x->ra.locked = 0;
    emit_cmov(x, op, c, op->in[2], 3);
}

static void emit_setcc(X64 *x, const IROp *op)
{
    Cond c = cc_condition(x, op->cond);
    unsigned d = x64_out(x, op, 0, 0);
    asm_setcc(&x->a, c, d);
    asm_extend(&x->a, IR_I32, IR_I8, false, d, d);
    x64_out_done(x, op, 0, d);
}

static void emit_selcc(X64 *x, const IROp *op)
{
    Cond c = cc_condition(x, op->cond);
    if (op->out[0] == op->in[0]) {
        emit_cmov(x, op, cond_invert(c), op->in[1], 0);
    } else {
        emit_cmov(x, op, c, op->in[0], 1);
    }
}

static void emit_getcc(X64 *x, const IROp *op)
{
    cc_require(x, CC_ALL);
    unsigned d = x64_out(x, op, 0, 0);
    asm_b(&x->a, 0x9c); /* pushfq */
    asm_pop(&x->a, d);
    cc_clobber(x);
    asm_alu_ri(&x->a, ALU_AND, IR_I32, d, CC_ALL);
    x64_out_done(x, op, 0, d);
}

/* putcc that leaves others: flags as a value, `mask` of them from in[0]. */
static void putcc_merge(X64 *x, const IROp *op, uint32_t mask)
{
    cc_require(x, x->wanted & ~mask);
    unsigned t = ra_alloc(&x->ra);
    asm_b(&x->a, 0x9c);
    asm_pop(&x->a, t);
    asm_alu_ri(&x->a, ALU_AND, IR_I32, t, ~mask);
    unsigned u = ra_alloc(&x->ra);
    x64_mov_in(x, IR_I32, u, x64_in(x, op->in[0], IR_I16, MAY_IMM | MAY_MEM));
    asm_alu_ri(&x->a, ALU_AND, IR_I32, u, mask);
    asm_alu_rr(&x->a, ALU_OR, IR_I32, t, u);
    asm_store(&x->a, IR_I64, t, env_mem(x->g->cc_a));
}

static void emit_putcc(X64 *x, const IROp *op)
{
    IRRef a = op->in[0];
    uint32_t mask = op->imm & CC_ALL, others = x->wanted & ~mask;
    CCInfo next = {.base = CC_BASE_KNOWN, .kind = CC_EFLAGS};
    if (!op->setcc) {
        return;
    }
    if (!x->wanted) {
        next = (CCInfo){0};
    } else if (others && mask == CC_C && ir_is_const(x->s, a)) {
        cc_require(x, others);
        asm_b(&x->a, ir_t(x->s, a)->val & CC_C ? 0xf9 : 0xf8); /* stc, clc */
        next = (CCInfo){.host = others | CC_C};
    } else if (others) {
        putcc_merge(x, op, mask);
        next.v[0].kind = CCV_OWN;
    } else if (ir_is_const(x->s, a)) {
        next.v[0] = (CCVal){.kind = CCV_CONST, .val = ir_t(x->s, a)->val & CC_ALL};
    } else if (ir_is_global(x->s, a)) {
        next.v[0] = (CCVal){.kind = CCV_GLOBAL, .ref = a};
    } else {
        asm_store(&x->a, IR_I64, x64_in_reg(x, a), env_mem(x->g->cc_a));
        next.v[0].kind = CCV_OWN;
    }
    x->cc = next;
    if (TCG_OPT_OFF(x->s, hostflags)) {
        cc_fault_point(x);
        x->cc.host = 0;
    }
}

/* ---- ops computed in C ---- */

typedef struct COp {
    IROp op;
    uint32_t cc_op;
} COp;

static uint32_t flags_in_env(const char *env)
{
    const GuestDesc *g = x64_thunks.guest;
    return cc_compute(&(CCState){
        .op = *(const uint32_t *)(env + g->cc_op),
        .a = *(const uint64_t *)(env + g->cc_a),
        .b = *(const uint64_t *)(env + g->cc_b),
        .c = *(const uint64_t *)(env + g->cc_c),
        .r = *(const uint64_t *)(env + g->cc_r),
    });
}

static void eval_in_c(const IROp *op, uint64_t *args, char *env)
{
    const GuestDesc *g = x64_thunks.guest;
    uint32_t cc = flags_in_env(env);
    ir_eval(op, args, args + IR_MAX_INS, &cc);
    if (op->setcc) {
        *(uint32_t *)(env + g->cc_op) = CC_OP(CC_EFLAGS, 0);
        *(uint64_t *)(env + g->cc_a) = cc;
    }
}
static_assert(8 * (IR_MAX_INS + IR_MAX_OUTS) <= FRAME_SLOTS - FRAME_ARGS, "FRAME_ARGS");

/* Any op that ir_eval() knows, by a call. The op itself is put beside the code. */
static void emit_in_c(X64 *x, const IROp *op)
{
    const OpInfo *info = &op_info[op->code];
    g_assert(ir_can_eval(op->code));
    if (op->setcc || info->ccr) {
        cc_store(x);
    }
    cc_clobber(x);
    for (unsigned i = 0; i < info->ins; i++) {
        unsigned r = x64_in(x, op->in[i], ir_in_type(op, i), 0).reg;
        asm_store(&x->a, IR_I64, r, mem_at(RSP, FRAME_ARGS + 8 * i));
        ra_release(&x->ra, r);
    }
    uint8_t *over = asm_jmp(&x->a);
    asm_nops(&x->a, -(uintptr_t)x->a.p & 7);
    const uint8_t *copy = x64_rx(x, x->a.p);
    memcpy(x->a.p, op, sizeof *op);
    x->a.p += sizeof *op;
    asm_patch(over, x->a.p);
    ra_evict(&x->ra, 1u << R10 | 1u << R11);
    x->vec_state = VEC_IN_ENV;
    x64_call(x, x64_thunks.save_caller);
    asm_movi(&x->a, RDI, (uintptr_t)copy);
    asm_lea(&x->a, IR_I64, RSI, mem_at(RSP, FRAME_ARGS));
    asm_mov(&x->a, IR_I64, RDX, ENV);
    x64_call(x, (const void *)eval_in_c);
    x64_call(x, x64_thunks.load_caller);
    for (unsigned k = 0; k < info->outs; k++) {
        if (op->out[k] != IR_NONE) {
            unsigned d = x64_out(x, op, k, 0);
            asm_load(&x->a, IR_I64, d, mem_at(RSP, FRAME_ARGS + 8 * (IR_MAX_INS + k)));
            x64_out_done(x, op, k, d);
        }
    }
    if (op->setcc) {
        x->cc = (CCInfo){.base = CC_BASE_KNOWN, .op_stored = true, .kind = CC_EFLAGS, .v[0].kind = CCV_OWN};
    }
}

/* ---- env and helpers ---- */

static void emit_ld_env(X64 *x, const IROp *op)
{
    unsigned d = x64_out(x, op, 0, 0);
    asm_rm(&x->a, opc_extend(IR_I64, op->type, false), d, env_mem(op->imm));
    x64_out_done(x, op, 0, d);
}

static void emit_st_env(X64 *x, const IROp *op)
{
    Opnd v = x64_in(x, op->in[0], op->type, MAY_IMM);
    if (v.kind == VAL_IMM) {
        asm_storei(&x->a, op->type, env_mem(op->imm), v.imm);
    } else {
        asm_store(&x->a, op->type, v.reg, env_mem(op->imm));
    }
}

/* Pinned registers that arguments have overwritten are read from env, where the thunk has put them. */
static void load_args(X64 *x, const IROp *op, const HelperInfo *h)
{
    static const uint8_t arg_regs[] = {RDI, RSI, RDX, RCX, R8, R9};
    uint32_t gone = 0;
    unsigned n = 0;
    if (h->takes_env) {
        asm_mov(&x->a, IR_I64, arg_regs[n], ENV);
        gone |= 1u << arg_regs[n++];
    }
    for (unsigned i = 0; i < h->nargs; i++) {
        unsigned reg = arg_regs[n++];
        int at = ir_is_const(x->s, op->in[i]) ? -1 : ra_reg(&x->ra, op->in[i]);
        if (at >= 0 && (gone >> at & 1)) {
            asm_load(&x->a, IR_I64, reg, env_mem(ir_t(x->s, op->in[i])->env_offset));
        } else {
            load_fixed(x, IR_I64, reg, op->in[i]);
        }
        gone |= 1u << reg;
    }
}

static void call_flags(X64 *x, const HelperInfo *h)
{
    bool leaves = (h->flags & HELPER_NORETURN) && !(h->flags & HELPER_FAULT);
    if ((h->reads & HS_CC) || leaves) {
        cc_store(x);
    } else if (h->flags & HELPER_FAULT) {
        cc_fault_point(x);
    }
    if ((h->writes & HS_GPR) && x->wanted && !(h->writes & HS_CC)) {
        cc_own_operands(x);
    }
    cc_clobber(x);
}

static void call_result(X64 *x, const IROp *op, const HelperInfo *h)
{
    unsigned d = NO_REG;
    if (op->out[0] != IR_NONE) {
        d = x64_out(x, op, 0, ALL_PINNED);
        asm_mov(&x->a, IR_I64, d, RAX);
    }
    x64_call(x, h->writes & HS_GPR ? x64_thunks.load_all : x64_thunks.load_caller);
    if (!(h->flags & HELPER_PURE) && x64_thunks.use_tlb) {
        asm_load(&x->a, IR_I64, TLB, env_mem(x->g->tlb_base));
    }
    if (d != NO_REG) {
        x64_out_done(x, op, 0, d);
    }
}

static void emit_call(X64 *x, const IROp *op)
{
    const HelperInfo *h = ir_helper(op);
    unsigned reads = ir_helper_reads(h);
    TCGRestore state;
    call_flags(x, h);
    cc_describe(x, &state);
    if (reads & HS_GPR) {
        ra_sync(&x->ra);
    }
    x64_call(x, reads & HS_GPR ? x64_thunks.save_all : x64_thunks.save_caller);
    x->vec_state = VEC_IN_ENV;
    load_args(x, op, h);
    ra_end_op(&x->ra, op);
    ra_evict(&x->ra, 1u << R10 | 1u << R11);
    if (h->writes & HS_GPR) {
        ra_drop_globals(&x->ra);
    }
    x64_call(x, h->fn);
    if (h->flags & (HELPER_FAULT | HELPER_NORETURN)) {
        x64_side(x, &state);
    }
    if (h->writes & HS_CC) {
        cc_set_env(x);
    }
    if (h->flags & HELPER_NORETURN) {
        x->noreturn = true;
    } else {
        call_result(x, op, h);
    }
}

static void emit_fence(X64 *x, const IROp *op)
{
    cc_clobber(x);
    asm_b(&x->a, 0xf0); /* lock */
    asm_alu_mi(&x->a, ALU_OR, IR_I32, mem_at(RSP, FRAME_VAL), 0);
}

/* ---- control flow inside the unit ---- */

static void emit_insn_start(X64 *x, const IROp *op)
{
    x->pc = op->imm;
}

static void emit_nothing(X64 *x, const IROp *op) {}

/* Before the branch's own instructions: where several paths meet nothing is in registers. */
static Label *branch_to(X64 *x, const IROp *op)
{
    Label *l = &x->labels[op->label];
    if (l->preds > 1) {
        ra_sync(&x->ra);
        if (x->wanted) {
            cc_store(x);
        }
    }
    return l;
}

static void branch(X64 *x, Label *l, int cond)
{
    if (l->preds == 1) {
        l->ra = ra_save(&x->ra);
        l->cc = x->cc;
    }
    uint8_t *at = cond < 0 ? asm_jmp(&x->a) : asm_jcc(&x->a, (Cond)cond);
    stl_he_p(at, l->fixups ? at - l->fixups : 0);
    l->fixups = at;
    if (cond >= 0) {
        ra_prune(&x->ra, x->at);
    }
}

static void emit_br(X64 *x, const IROp *op)
{
    branch(x, branch_to(x, op), -1);
}

static void emit_brcond(X64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    Cond c = compare_ints(x, op->type, op->cond, op->in[0], op->in[1]);
    branch(x, l, c);
}

static void emit_brcc(X64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    branch(x, l, cc_condition(x, op->cond));
}

static void emit_label(X64 *x, const IROp *op)
{
    Label *l = &x->labels[op->label];
    x->vec_state = VEC_UNKNOWN;
    if (l->preds > 1 && !x->ended) {
        ra_sync(&x->ra);
        if (x->wanted) {
            cc_store(x);
        }
    }
    for (uint8_t *at = l->fixups; at;) {
        uint32_t back = ldl_he_p(at);
        asm_patch(at, x->a.p);
        at = back ? at - back : NULL;
    }
    if (l->preds == 1 && l->ra) {
        ra_restore(&x->ra, l->ra);
        x->cc = l->cc;
    } else if (l->preds > 1) {
        ra_reset(&x->ra);
        cc_set_env(x);
    }
}

/* ---- exits ---- */

/* Four bytes that are patched lie in one aligned eight: `at` bytes from here. */
static void align_patch(X64 *x, unsigned at)
{
    unsigned off = ((uintptr_t)x->a.p + at) % 8;
    if (off > 4) {
        asm_nops(&x->a, 8 - off);
    }
}

/* Compares the token of pc's page (guest-desc.h); returns where the immediate is. */
static uint8_t *emit_guard(X64 *x, uint64_t pc, uint32_t token)
{
    const GuestDesc *g = x->g;
    uint64_t index = pc >> g->page_bits & ((1u << g->tlb_index_bits) - 1);
    Mem m = mem_at(TLB, g->code_map + index * 4);
    bool disp8 = m.disp == (int8_t)m.disp;
    align_patch(x, disp8 ? 4 : 7);
    asm_rm(&x->a, 0x81, ALU_CMP, m);
    asm_d(&x->a, token);
    return x->a.p - 4;
}

static void emit_exit_link(X64 *x, const IROp *op)
{
    Exit *e = &x->exits[x->nexits++];
    *e = (Exit){.pc = op->imm, .slot = op->slot};
    ra_sync(&x->ra);
    if (op->ccmask) {
        cc_store(x);
    }
    if (x->s->guard_links && (op->imm ^ x->s->pc) >> x->g->page_bits) {
        e->guard = emit_guard(x, op->imm, UINT32_MAX);
        e->guard_jump = asm_jcc(&x->a, COND_NE);
    }
    align_patch(x, 1);
    e->jump = asm_jmp(&x->a);
}

static void emit_exit_tb(X64 *x, const IROp *op)
{
    ra_sync(&x->ra);
    cc_store(x);
    asm_movi(&x->a, R10, TCG_EXIT_TB + op->imm);
    asm_movi(&x->a, R11, 0);
    x64_jmp(x, x64_thunks.exit);
}

/* r10: guest pc. The entry's address is made in r11. */
static void emit_jump_probe(X64 *x)
{
    const GuestDesc *g = x->g;
    Asm *a = &x->a;
    uint8_t *miss[2];
    if (g->jc_bits == 16) {
        asm_extend(a, IR_I32, IR_I16, false, R11, R10);
    } else {
        asm_mov(a, IR_I32, R11, R10);
        asm_alu_ri(a, ALU_AND, IR_I32, R11, (1u << g->jc_bits) - 1);
    }
    asm_shift_ri(a, SH_SHL, IR_I32, R11, 5);
    asm_alu_rm(a, ALU_ADD, IR_I64, R11, env_mem(g->jc_base));
    asm_load(a, IR_I64, R12, env_mem(g->jc_tag));
    asm_alu_rm(a, ALU_CMP, IR_I64, R10, mem_at(R11, offsetof(JumpEntry, pc)));
    miss[0] = asm_jcc(a, COND_NE);
    asm_alu_rm(a, ALU_CMP, IR_I64, R12, mem_at(R11, offsetof(JumpEntry, tag)));
    miss[1] = asm_jcc(a, COND_NE);
    asm_rm(a, 0xff, 4, mem_at(R11, offsetof(JumpEntry, code)));
    for (unsigned i = 0; i < 2; i++) {
        stl_he_p(miss[i], x64_thunks.jump_miss - (x64_rx(x, miss[i]) + 4));
    }
}

static void emit_exit_ind(X64 *x, const IROp *op)
{
    ra_sync(&x->ra);
    cc_store(x);
    load_fixed(x, IR_I64, R10, op->in[0]);
    if (TCG_OPT_OFF(x->s, jumptable)) {
        x64_jmp(x, x64_thunks.jump_miss);
    } else {
        emit_jump_probe(x);
    }
}

/* ---- units ---- */

typedef void EmitFn(X64 *x, const IROp *op);

static EmitFn *const emitters[NR_OPS] = {
    [OP_nop] = emit_nothing,
    [OP_insn_start] = emit_insn_start,
    [OP_label] = emit_label,
    [OP_mov] = emit_mov,
    [OP_zext] = emit_extend,
    [OP_sext] = emit_extend,
    [OP_extract] = emit_extract,
    [OP_sextract] = emit_extract,
    [OP_deposit] = emit_deposit,
    [OP_bswap] = emit_bswap,
    [OP_lea] = emit_lea,
    [OP_add... OP_xor] = emit_alu,
    [OP_andn] = emit_andn,
    [OP_inc... OP_not] = emit_unary,
    [OP_mul] = emit_mul,
    [OP_mulu2... OP_divs2] = emit_rdx_rax,
    [OP_shl... OP_rcr] = emit_shift,
    [OP_shld... OP_shrd] = emit_double_shift,
    [OP_bt... OP_btc] = emit_bit_test,
    [OP_bsf... OP_bsr] = emit_scan,
    [OP_tzcnt... OP_popcnt] = emit_count,
    [OP_setcond] = emit_setcond,
    [OP_select] = emit_select,
    [OP_brcond] = emit_brcond,
    [OP_br] = emit_br,
    [OP_setcc] = emit_setcc,
    [OP_selcc] = emit_selcc,
    [OP_brcc] = emit_brcc,
    [OP_getcc] = emit_getcc,
    [OP_putcc] = emit_putcc,
    [OP_ld] = x64_emit_ld,
    [OP_st] = x64_emit_st,
    [OP_at_xchg... OP_at_cmpxchg] = x64_emit_atomic,
    [OP_fence] = emit_fence,
    [OP_ld_env] = emit_ld_env,
    [OP_st_env] = emit_st_env,
    [OP_call] = emit_call,
    [OP_exit_link] = emit_exit_link,
    [OP_exit_ind] = emit_exit_ind,
    [OP_exit_tb] = emit_exit_tb,
    [OP_vmov] = x64_emit_vmov,
    [OP_vop] = x64_emit_vop,
    [OP_vcmpcc] = x64_emit_vcmpcc,
    [OP_vtoi] = x64_emit_vtoi,
    [OP_itov] = x64_emit_itov,
};
static_assert(OP_inc + 3 == OP_not && OP_add + 6 == OP_xor && OP_xor + 1 == OP_andn && OP_shl + 6 == OP_rcr,
              "the ranges above");

void x64_side(X64 *x, const TCGRestore *state)
{
    x->sides[x->nsides++] = (SideEntry){x->a.p - x->entry, *state};
}

/* Old recipes stay good where an op writes globals but not all of the flags. */
static void flags_before_op(X64 *x, const IROp *op)
{
    const OpInfo *info = &op_info[op->code];
    if (info->flags & OPF_FAULT) {
        cc_fault_point(x);
    }
    if (op->setcc && op->code != OP_inc && op->code != OP_dec) {
        return;
    }
    for (unsigned k = 0; k < info->outs; k++) {
        if (op->out[k] != IR_NONE && ir_is_global(x->s, op->out[k])) {
            cc_global_write(x, op->out[k]);
        }
    }
}

static void emit_op(X64 *x, const IROp *op)
{
    x->op = op;
    uint32_t after = op->code == OP_exit_link ? op->ccmask : op->ccmask | op->ccfault;
    x->wanted = after | ir_cc_reads(op);
    flags_before_op(x, op);
    x->wanted = after;
    x->ra.locked = 0;
    (emitters[op->code] ? emitters[op->code] : emit_in_c)(x, op);
    x->vec_last = x->vec_made;
    x->vec_made = IR_NONE;
    ra_end_op(&x->ra, op);
}

static bool emit_ops(X64 *x)
{
    TCGContext *s = x->s;
    for (x->at = 0; x->at < s->nops && !asm_full(&x->a); x->at++) {
        const IROp *op = &s->ops[x->at];
        bool ends = op_info[op->code].flags & OPF_BB_END;
        if (op->code == OP_nop || (x->ended && op->code != OP_label)) {
            x->ra.path += ends;
            x->pc = op->code == OP_insn_start ? (uint64_t)op->imm : x->pc; /* goes by the order of ops */
            continue;
        }
        x->noreturn = false;
        emit_op(x, op);
        x->ended = ends || x->noreturn;
    }
    return !asm_full(&x->a);
}

static void count_labels(X64 *x)
{
    TCGContext *s = x->s;
    bool ended = false;
    x->labels = arena_alloc(&s->arena, s->nlabels * sizeof(Label));
    memset(x->labels, 0, s->nlabels * sizeof(Label));
    for (unsigned i = 0; i < s->nops; i++) {
        const IROp *op = &s->ops[i];
        if (op->code == OP_label) {
            x->labels[op->label].preds += !ended;
            x->labels[op->label].at = i;
            ended = false;
        } else if (!ended) {
            if (op_info[op->code].flags & OPF_BRANCH) {
                x->labels[op->label].preds++;
            }
            ended = op_info[op->code].flags & OPF_BB_END;
        }
    }
}

/* What thunks_of_exits() find behind the call, as an instruction that is never run. */
static void exit_pc(X64 *x, uint64_t pc)
{
    asm_prefixes(&x->a, (0xb8 + (R10 & 7)) | REX_W, 1);
    asm_q(&x->a, pc);
}

/* The part of an exit that runs while it is not linked; entry: rx address of the unit. */
static void emit_unlinked(X64 *x, TCGCode *out, const Exit *e)
{
    asm_patch(e->jump, x->a.p);
    if (e->guard) {
        asm_patch(e->guard_jump, x->a.p);
        out->exits[e->slot].guard = e->guard - x->entry;
    }
    out->exits[e->slot].jump = e->jump - 1 - x->entry;
    out->exits[e->slot].unlinked = x->a.p - x->entry;
    out->exits[e->slot].pc = e->pc;
    out->nexits = MAX(out->nexits, e->slot + 1);
    x64_call(x, x64_thunks.unlinked[e->slot]);
    exit_pc(x, e->pc);
    asm_prefixes(&x->a, 0xb8 + (R11 & 7), 1);
    asm_d(&x->a, x->a.p - x->entry);
}

static void emit_head(X64 *x)
{
    asm_alu_mi(&x->a, ALU_CMP, IR_I32, env_mem(x->g->exit_request), 0);
    x->head_jump[0] = asm_jcc(&x->a, COND_NE);
    if (x->s->head_guard) {
        emit_guard(x, x->s->head_pc, x->s->head_token);
        x->head_jump[1] = asm_jcc(&x->a, COND_NE);
    }
}

/* Where the head goes instead of into the unit. */
static void emit_head_exits(X64 *x)
{
    for (unsigned i = 0; i < 2; i++) {
        if (x->head_jump[i]) {
            asm_patch(x->head_jump[i], x->a.p);
            x64_call(x, x64_thunks.head[i]);
            exit_pc(x, x->s->pc);
        }
    }
}

static bool emit_side_table(X64 *x, TCGCode *out)
{
    SideWriter w;
    out->code_size = x->a.p - x->entry;
    out->side_table = x64_rx(x, x->a.p);
    side_begin(&w, x->a.p, x->a.limit);
    for (unsigned i = 0; i < x->nsides; i++) {
        side_add(&w, &x->sides[i]);
    }
    uint8_t *end = side_end(&w);
    if (!end) {
        return false;
    }
    out->size = end - x->entry;
    return true;
}

/* Points that can fault: no op has more than two. */
static unsigned count_sides(const TCGContext *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->nops; i++) {
        n += s->ops[i].code == OP_call || (op_info[s->ops[i].code].flags & OPF_FAULT);
    }
    return 2 * n;
}

static uint8_t pin_of(const IRTemp *t)
{
    for (unsigned i = 0; i < ARRAY_SIZE(pins) && t->type == IR_I64; i++) {
        if (!strcmp(t->name, pins[i].name)) {
            return pins[i].reg;
        }
    }
    return 0xff;
}

/* By global, the host register, or 0xff; found out once a context. */
static const uint8_t *pin_globals(TCGContext *s)
{
    if (!s->backend) {
        uint8_t *pinned = g_new(uint8_t, s->nglobals + 1);
        for (unsigned r = 0; r < s->nglobals; r++) {
            pinned[r] = pin_of(&s->temps[r]);
        }
        s->backend = pinned;
    }
    return s->backend;
}

static bool make_thunks(TCGContext *s, CodeBuf *b, const uint8_t *pinned);

static bool x64_gen_code(TCGContext *s, CodeBuf *b, TCGCode *out)
{
    const uint8_t *pinned = pin_globals(s);
    b->used = ROUND_UP(b->used, 16);
    if (code_buf_room(b) < UNIT_SLACK) {
        return false;
    }
    if (!make_thunks(s, b, pinned)) {
        return false;
    }
    X64 x = {
        .s = s,
        .g = s->guest,
        .buf = b,
        .entry = b->rw + b->used,
        .a = {b->rw + b->used, b->rw + b->size - OP_SLACK},
        .pc = s->pc,
        .vec_last = IR_NONE,
        .vec_made = IR_NONE,
    };
    x.slow_tail = &x.slow;
    x.sides = arena_alloc(&s->arena, count_sides(s) * sizeof(SideEntry));
    ra_start(&x.ra, &ra_host, s, pinned);
    count_labels(&x);
    cc_set_env(&x);
    *out = (TCGCode){.backend = &x64_backend, .entry = x64_rx(&x, x.entry)};
    emit_head(&x);
    if (!emit_ops(&x)) {
        return false;
    }
    x64_emit_slow(&x);
    x64_vec_cold(&x);
    for (unsigned i = 0; i < x.nexits && !asm_full(&x.a); i++) {
        emit_unlinked(&x, out, &x.exits[i]);
    }
    emit_head_exits(&x);
    if (asm_full(&x.a) || !emit_side_table(&x, out)) {
        return false;
    }
    b->used += out->size;
    return true;
}

/* ---- thunks ---- */

static void thunk_regs(X64 *x, uint32_t regs, bool store)
{
    for (unsigned r = 0; r < 16; r++) {
        int32_t at = x64_thunks.pinned_at[r];
        if (!(regs >> r & 1) || at == NOT_PINNED) {
            continue;
        }
        if (store) {
            asm_store(&x->a, IR_I64, r, env_mem(at));
        } else {
            asm_load(&x->a, IR_I64, r, env_mem(at));
        }
    }
}

static const uint8_t *thunk_start(X64 *x)
{
    asm_nops(&x->a, -(uintptr_t)x->a.p & 15);
    return x64_rx(x, x->a.p);
}

static void thunk_ret(X64 *x)
{
    asm_b(&x->a, 0xc3);
}

static const uint8_t callee_saved[] = {RBP, RBX, R12, R13, R14, R15};

static void load_memory_base(X64 *x)
{
    if (x64_thunks.use_tlb) {
        asm_load(&x->a, IR_I64, TLB, env_mem(x->g->tlb_base));
    } else if (x->g->guest_base) {
        asm_movi(&x->a, TLB, x->g->guest_base);
    }
}

/* TCGExit enter(void *env, const void *entry) */
static void thunk_enter(X64 *x)
{
    x64_thunks.enter = thunk_start(x);
    for (unsigned i = 0; i < ARRAY_SIZE(callee_saved); i++) {
        asm_push(&x->a, callee_saved[i]);
    }
    asm_alu_ri(&x->a, ALU_SUB, IR_I64, RSP, FRAME_SIZE);
    asm_mov(&x->a, IR_I64, ENV, RDI);
    asm_mov(&x->a, IR_I64, R10, RSI);
    load_memory_base(x);
    thunk_regs(x, ALL_PINNED, false);
    asm_rr(&x->a, 0xff, 4, R10);
}

/* r10: reason, r11: unit. */
static void thunk_exit(X64 *x)
{
    x64_thunks.exit_lookup = thunk_start(x);
    asm_movi(&x->a, R10, TCG_EXIT_LOOKUP);
    asm_movi(&x->a, R11, 0);
    x64_thunks.exit = x64_rx(x, x->a.p);
    x64_vec_to_c(x);
    thunk_regs(x, ALL_PINNED, true);
    asm_mov(&x->a, IR_I64, RAX, R10);
    asm_mov(&x->a, IR_I64, RDX, R11);
    asm_alu_ri(&x->a, ALU_ADD, IR_I64, RSP, FRAME_SIZE);
    for (unsigned i = ARRAY_SIZE(callee_saved); i-- > 0;) {
        asm_pop(&x->a, callee_saved[i]);
    }
    thunk_ret(x);
}

/* Called by a unit; behind the call are `mov r10, guest pc` and, for exits, `mov r11d, offset in the unit of that number`. */
static void thunks_of_exits(X64 *x)
{
    static const uint8_t reason[] = {TCG_EXIT_REQUEST, TCG_EXIT_LOOKUP};
    for (unsigned i = 0; i < ARRAY_SIZE(reason); i++) {
        x64_thunks.head[i] = thunk_start(x);
        asm_pop(&x->a, R11);
        asm_load(&x->a, IR_I64, R10, mem_at(R11, 2));
        asm_store(&x->a, IR_I64, R10, env_mem(x->g->pc));
        asm_movi(&x->a, R10, reason[i]);
        asm_movi(&x->a, R11, 0);
        x64_jmp(x, x64_thunks.exit);
    }
    for (unsigned i = 0; i < TCG_MAX_EXITS; i++) {
        x64_thunks.unlinked[i] = thunk_start(x);
        asm_pop(&x->a, R11);
        asm_load(&x->a, IR_I64, R10, mem_at(R11, 2));
        asm_store(&x->a, IR_I64, R10, env_mem(x->g->pc));
        asm_load(&x->a, IR_I32, R10, mem_at(R11, 12));
        asm_alu_rr(&x->a, ALU_SUB, IR_I64, R11, R10);
        asm_alu_ri(&x->a, ALU_ADD, IR_I64, R11, 12);
        asm_movi(&x->a, R10, TCG_EXIT_LINK + i);
        x64_jmp(x, x64_thunks.exit);
    }
}

/* r10: guest pc that the jump table does not know. */
static void thunk_jump_miss(X64 *x)
{
    x64_thunks.jump_miss = thunk_start(x);
    asm_store(&x->a, IR_I64, R10, env_mem(x->g->pc));
    x64_vec_to_c(x);
    thunk_regs(x, ALL_PINNED, true);
    asm_mov(&x->a, IR_I64, RDI, ENV);
    x64_call(x, (const void *)x->g->lookup);
    asm_movi(&x->a, R10, (uintptr_t)x64_thunks.exit_lookup);
    asm_test_rr(&x->a, IR_I64, RAX, RAX);
    asm_cmov(&x->a, COND_NE, IR_I64, R10, RAX);
    load_memory_base(x);
    thunk_regs(x, ALL_PINNED, false);
    asm_rr(&x->a, 0xff, 4, R10);
}

static void thunks_of_calls(X64 *x)
{
    x64_thunks.save_all = thunk_start(x);
    x64_vec_to_c(x);
    thunk_regs(x, ALL_PINNED, true);
    thunk_ret(x);
    x64_thunks.save_caller = thunk_start(x);
    x64_vec_to_c(x);
    thunk_regs(x, CALLER_SAVED, true);
    thunk_ret(x);
    x64_thunks.load_all = thunk_start(x);
    thunk_regs(x, ALL_PINNED, false);
    thunk_ret(x);
    x64_thunks.load_caller = thunk_start(x);
    thunk_regs(x, CALLER_SAVED, false);
    thunk_ret(x);
}

/* Slow paths see the frame `up` bytes above rsp: return address, and what the unit has pushed. */
static void slow_begin(X64 *x, unsigned up)
{
    asm_store(&x->a, IR_I64, R10, mem_at(RSP, up + FRAME_SAVE));
    asm_store(&x->a, IR_I64, R11, mem_at(RSP, up + FRAME_SAVE + 8));
    x64_vec_to_c_noting(x, mem_at(RSP, up + FRAME_VECS));
    thunk_regs(x, ALL_PINNED, true);
    asm_mov(&x->a, IR_I64, RDI, ENV);
}

static void slow_end(X64 *x, unsigned up)
{
    load_memory_base(x);
    x64_vec_from_c(x, mem_at(RSP, up + FRAME_VECS));
    thunk_regs(x, CALLER_SAVED, false);
    asm_load(&x->a, IR_I64, R10, mem_at(RSP, up + FRAME_SAVE));
    asm_load(&x->a, IR_I64, R11, mem_at(RSP, up + FRAME_SAVE + 8));
}

/*
 * The unit has pushed the guest address and pops what is to be added to it to get at the value: the distance to FRAME_BUF.
 */
static void thunk_ld(X64 *x, unsigned memop)
{
    bool vec = (memop & MO_SIZE) > MO_64;
    Mem buf = mem_at(RSP, 16 + FRAME_BUF);
    x64_thunks.ld[memop] = thunk_start(x);
    slow_begin(x, 16);
    asm_load(&x->a, IR_I64, RSI, mem_at(RSP, 8));
    if (vec) {
        asm_lea(&x->a, IR_I64, RDX, buf);
    }
    asm_movi(&x->a, vec ? RCX : RDX, memop);
    asm_load(&x->a, IR_I64, vec ? R8 : RCX, mem_at(RSP, 0));
    if (vec) {
        x64_call(x, (const void *)x->g->ld_vec);
    } else {
        x64_call(x, (const void *)x->g->ld);
        asm_store(&x->a, IR_I64, RAX, buf);
    }
    asm_lea(&x->a, IR_I64, RAX, buf);
    asm_alu_rm(&x->a, ALU_SUB, IR_I64, RAX, mem_at(RSP, 8));
    asm_store(&x->a, IR_I64, RAX, mem_at(RSP, 8));
    slow_end(x, 16);
    thunk_ret(x);
}

/* The unit has pushed the guest address, which goes on return; the value is in FRAME_VAL. */
static void thunk_st(X64 *x, unsigned memop)
{
    IRType t = (IRType)(memop & MO_SIZE);
    Mem val = mem_at(RSP, 16 + FRAME_VAL);
    x64_thunks.st[memop] = thunk_start(x);
    slow_begin(x, 16);
    asm_load(&x->a, IR_I64, RSI, mem_at(RSP, 8));
    if (t > IR_I64) {
        asm_lea(&x->a, IR_I64, RDX, val);
    } else {
        asm_rm(&x->a, opc_extend(IR_I64, t, false), RDX, val);
    }
    asm_movi(&x->a, RCX, memop);
    asm_load(&x->a, IR_I64, R8, mem_at(RSP, 0));
    x64_call(x, t > IR_I64 ? (const void *)x->g->st_vec : (const void *)x->g->st);
    slow_end(x, 16);
    asm_b(&x->a, 0xc2);
    asm_w(&x->a, 8);
}

/* The unit has pushed the guest address and pops the old value. */
static void thunk_atomic(X64 *x)
{
    x64_thunks.atomic = thunk_start(x);
    slow_begin(x, 16);
    asm_load(&x->a, IR_I64, RSI, mem_at(RSP, 8));
    asm_load(&x->a, IR_I64, RDX, mem_at(RSP, 16 + FRAME_VAL));
    asm_load(&x->a, IR_I64, RCX, mem_at(RSP, 16 + FRAME_VAL + 8));
    asm_load(&x->a, IR_I32, R8, mem_at(RSP, 16 + FRAME_OI));
    asm_load(&x->a, IR_I64, R9, mem_at(RSP, 0));
    x64_call(x, (const void *)x->g->atomic);
    asm_store(&x->a, IR_I64, RAX, mem_at(RSP, 8));
    slow_end(x, 16);
    thunk_ret(x);
}

/* EFLAGS from the value in cc_a: OF from its bit 11 by an addition, the others by SAHF. */
static void flags_from_rax(X64 *x)
{
    Asm *a = &x->a;
    asm_shift_ri(a, SH_SHL, IR_I32, RAX, 8);
    asm_rr(a, 0xba | MAP_0F, 4, RAX); /* bt eax, 19 */
    asm_b(a, 19);
    asm_setcc(a, COND_B, RAX);
    asm_alu_ri(a, ALU_ADD, IR_I8, RAX, 0x7f);
    asm_b(a, 0x9e); /* sahf */
}

static void thunks_of_flags(X64 *x)
{
    x64_thunks.flags_load = thunk_start(x);
    asm_push(&x->a, RAX);
    asm_load(&x->a, IR_I32, RAX, env_mem(x->g->cc_a));
    flags_from_rax(x);
    asm_pop(&x->a, RAX);
    thunk_ret(x);

    x64_thunks.cc_load = thunk_start(x);
    asm_push(&x->a, RAX); /* aligns, too */
    slow_begin(x, 16);
    x64_call(x, (const void *)flags_in_env);
    flags_from_rax(x);
    slow_end(x, 16);
    asm_pop(&x->a, RAX);
    thunk_ret(x);
}

static void emit_thunks(X64 *x)
{
    x64_vec_thunks(x);
    thunk_enter(x);
    thunk_exit(x);
    thunks_of_exits(x);
    thunk_jump_miss(x);
    thunks_of_calls(x);
    thunks_of_flags(x);
    thunk_atomic(x);
    for (unsigned size = MO_8; size <= MO_256; size++) {
        for (unsigned align = 0; align <= MO_ALIGN; align += MO_ALIGN) {
            thunk_st(x, size | align);
            thunk_ld(x, size | align);
            thunk_ld(x, size | align | MO_RMW);
        }
    }
}

/* Where globals live is known from the first unit on. */
static bool make_thunks(TCGContext *s, CodeBuf *b, const uint8_t *pinned)
{
    int32_t at[16], vec_at[16];
    for (unsigned r = 0; r < 16; r++) {
        at[r] = NOT_PINNED;
    }
    x64_vec_pins(s, vec_at);
    for (unsigned r = 0; r < s->nglobals; r++) {
        if (pinned[r] != 0xff) {
            at[pinned[r]] = s->temps[r].env_offset;
        }
    }
    if (x64_thunks.enter && !memcmp(at, x64_thunks.pinned_at, sizeof at) &&
        !memcmp(vec_at, x64_thunks.vec_at, sizeof vec_at)) {
        return true;
    }
    memcpy(x64_thunks.pinned_at, at, sizeof at);
    memcpy(x64_thunks.vec_at, vec_at, sizeof vec_at);
    x64_thunks.has_vecs = false;
    for (unsigned r = 0; r < 16; r++) {
        x64_thunks.has_vecs |= vec_at[r] != NOT_PINNED;
    }
    X64 x = {
        .s = s,
        .g = s->guest,
        .buf = b,
        .entry = b->rw + x64_thunks.room,
        .a = {b->rw + x64_thunks.room, b->rw + x64_thunks.room + THUNK_ROOM},
    };
    emit_thunks(&x);
    g_assert(!asm_full(&x.a));
    return true;
}

/* ---- the back end ---- */

static bool x64_init(const GuestDesc *g, CodeBuf *b, GError **errp)
{
    x64_thunks = (X64Thunks){
        .guest = g,
        .room = ROUND_UP(b->used, 64),
        .use_tlb = !g->direct && g->tlb_entry_bits,
        .bmi1 = host_has(HOST_X86_BMI1),
        .bmi2 = host_has(HOST_X86_BMI2),
        .popcnt = host_has(HOST_X86_POPCNT),
        .lzcnt = host_has(HOST_X86_LZCNT),
    };
    b->used = x64_thunks.room + THUNK_ROOM;
    b->thunks = MAX(b->thunks, b->used);
    return true;
}

static TCGExit x64_enter(void *env, const void *entry)
{
    TCGExit (*enter)(void *, const void *) = (void *)(uintptr_t)x64_thunks.enter;
    return enter(env, entry);
}

/* Four bytes of code that do not cross a multiple of eight, at once. */
static void patch_code(CodeBuf *b, const uint8_t *rx, uint32_t v)
{
    uint8_t *p = code_buf_rw(b, rx);
    uint64_t *word = (uint64_t *)ROUND_DOWN((uintptr_t)p, 8), now = *word;
    stl_he_p((uint8_t *)&now + (p - (uint8_t *)word), v);
    atomic_set(word, now);
}

static void x64_guard(CodeBuf *b, const TCGCode *from, unsigned slot, uint32_t token)
{
    patch_code(b, (const uint8_t *)from->entry + from->exits[slot].guard, token);
}

static void x64_link(CodeBuf *b, const TCGCode *from, unsigned slot, const void *to)
{
    const uint8_t *jump = (const uint8_t *)from->entry + from->exits[slot].jump;
    const uint8_t *target = to ? to : (const uint8_t *)from->entry + from->exits[slot].unlinked;
    patch_code(b, jump + 1, (uint32_t)(target - (jump + 5)));
}

static bool x64_restore_point(const TCGCode *code, const void *ra, TCGRestore *out)
{
    return side_find(code->side_table, (const uint8_t *)ra - (const uint8_t *)code->entry, out);
}

static void x64_disas(const TCGCode *code, GString *to)
{
    disas_host(code->entry, code->code_size, code->entry, to);
}

const void *tcg_exit_lookup_code(void)
{
    return x64_thunks.exit_lookup;
}

static const TCGBackend x64_backend = {
    .name = "x86_64",
    .init = x64_init,
    .gen_code = x64_gen_code,
    .enter = x64_enter,
    .link = x64_link,
    .guard = x64_guard,
    .restore_point = x64_restore_point,
    .disas = x64_disas,
};

const TCGBackend *const tcg_native_backend = &x64_backend;
