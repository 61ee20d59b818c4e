/* States for random instructions: registers, memory operands, floating-point control. */
/* SPDX-License-Identifier: MIT */
/*
 * Registers are chosen so that the memory operand lies where both sides have memory, or
 * at its edges. A case of several instructions keeps the registers of `pointers` for
 * addresses: no instruction of it names them as an operand, so that each memory operand
 * stays where it is meant to be.
 */
#include "tests/diff/gen-internal.h"

#include "tests/unit/fpu-cases.h"

/* --- values --- */

uint64_t gen_value(Rand *r)
{
    static const uint64_t edges[] = {0,         1,          2,          0x7f,
                                     0x80,      0xff,       0x7fff,     0x8000,
                                     0xffff,    0x7fffffff, 0x80000000, 0xffffffff,
                                     INT64_MAX, 1ull << 63, UINT64_MAX, 0x100000000};
    uint64_t v = rand_u64(r);
    unsigned bits = rand_below(r, 64);

    switch (rand_below(r, 8)) {
    case 0:
        return edges[rand_below(r, ARRAY_SIZE(edges))];
    case 1:
        return (1ull << bits) + (v & 3) - 1;
    case 2:
        return v >> bits;
    case 3:
        return -(v >> bits);
    case 4:
        return rand_below(r, 70);
    default:
        return v;
    }
}

static void random_vector(Rand *r, X86Vec *v)
{
    Random f = {.state = rand_u64(r)};
    unsigned how = rand_below(r, 4);

    for (unsigned n = 0; n < 4; n++) {
        if (how == 0) {
            v->q[n] = random_f64(&f);
        } else if (how == 1) {
            v->d[2 * n] = random_f32(&f);
            v->d[2 * n + 1] = random_f32(&f);
        } else {
            v->q[n] = gen_value(r);
        }
    }
}

/* Control words: all roundings and precisions, and where it is `unmasked` exceptions that
 * are not masked; some flags are set already. SDM vol. 1, 8.1.3 to 8.1.5 and 10.2.3. */
static void random_control(Rand *r, bool unmasked, MachineState *st)
{
    static const uint16_t precisions[] = {0x000, 0x200, 0x300};

    st->fcw = 0x37f;
    st->fsw = (rand_below(r, 8) << 11) | (rand_u64(r) & 0x4700);
    st->mxcsr = 0x1f80;
    if (rand_below(r, 4) == 0) {
        st->mxcsr |= rand_u64(r) & 0xe07f; /* FZ, RC, DAZ, flags */
    }
    if (rand_below(r, 4) == 0) {
        st->fcw = 0x7f | precisions[rand_below(r, 3)] | (rand_u64(r) & 0xc00);
        st->fsw |= rand_u64(r) & 0x3f;
    }
    if (unmasked) {
        st->mxcsr &= ~(rand_u64(r) & 0x1f80);
        st->fcw &= ~(rand_u64(r) & 0x3f);
    }
    if (st->fsw & ~st->fcw & 0x3f) {
        st->fsw |= 0x8080; /* ES and B: an exception is pending */
    }
}

static void random_fpu(Draft *d, MachineState *st)
{
    Random f = {.state = rand_u64(d->rnd)};

    st->ftw = rand_below(d->rnd, 4) ? 0xff : rand_u64(d->rnd);
    for (unsigned n = 0; n < 8; n++) {
        floatx80 v = random_fx80(&f);
        stq_le_p(st->st[n], v.lo);
        stw_le_p(st->st[n] + 8, v.hi);
    }
    random_control(d->rnd, d->unmasked, st);
}

static void random_state(Draft *d, MachineState *st)
{
    Rand *r = d->rnd;

    for (unsigned n = 0; n < 16; n++) {
        st->regs[n] = gen_value(r);
        random_vector(r, &st->vec[n]);
    }
    if (st->mode != X86_MODE_64) {
        for (unsigned n = 0; n < 16; n++) {
            st->regs[n] = n < 8 ? (uint32_t)st->regs[n] : 0;
        }
    }
    st->eflags = rand_u64(r) & (CC_ALL | (rand_below(r, 4) ? 0 : EFL_DF));
    random_fpu(d, st);
}

/* --- memory operands --- */

/* Where a memory operand may lie: mostly inside, sometimes over an edge or beyond it. */
static uint64_t random_place(Rand *r)
{
    unsigned inside = rand_below(r, DATA_SIZE - 128);

    switch (rand_below(r, 24)) {
    case 0:
        return DATA_BASE + DATA_SIZE - rand_below(r, 80);
    case 1:
        return DATA_BASE + DATA_SIZE / 2 - rand_below(r, 40);
    case 2:
        return DATA_BASE - rand_below(r, 40);
    case 3:
        return CONST_BASE + rand_below(r, 64) * 16;
    case 4:
    case 5:
    case 6:
    case 7:
        return DATA_BASE + inside;
    default:
        return DATA_BASE + (inside & ~31u);
    }
}

/* The displacement in the encoding. */
static void set_disp(Draft *d, uint64_t disp)
{
    if (d->disp_size == 2) {
        stw_le_p(d->buf + d->disp_at, disp);
    } else {
        stl_le_p(d->buf + d->disp_at, disp);
    }
}

uint64_t gen_segment_base(const Draft *d, unsigned seg)
{
    static const uint32_t bases[] = {
        [SEG_ES] = DATA_BASE, [SEG_CS] = CODE_BASE, [SEG_SS] = STACK_BASE,
        [SEG_DS] = DATA_BASE, [SEG_FS] = 0,         [SEG_GS] = DATA_BASE - GS_START,
    };

    return d->limited ? bases[seg] : 0;
}

/* A place for an operand in segment `seg`: most of them lie in the data. */
static uint64_t random_place_in(Draft *d, unsigned seg)
{
    uint64_t place = random_place(d->rnd);

    if (d->limited && seg == SEG_SS) {
        place += STACK_BASE - DATA_BASE;
    }
    return place;
}

/* Random bits above an address of the instruction's address size, in a register of the
 * mode's size. */
static uint64_t above_address(Draft *d)
{
    unsigned asize = d->insn.addrsize;
    uint64_t v = rand_u64(d->rnd);

    if (asize == SZ16) {
        return (uint32_t)v & ~0xffffu;
    }
    return asize == SZ32 && d->mode == X86_MODE_64 ? v << 32 : 0;
}

static uint64_t address_mask(const Insn *i)
{
    return i->addrsize == SZ64   ? UINT64_MAX
           : i->addrsize == SZ32 ? UINT32_MAX
                                 : UINT16_MAX;
}

int gen_memory_operand(const Draft *d)
{
    const Insn *i = &d->insn;

    for (unsigned n = 0; n < i->desc->nops && !(d->traits & TRAIT_NO_ACCESS); n++) {
        if (i->op[n].kind == OPK_MEM) {
            return n;
        }
    }
    return -1;
}

/* Where the memory operand of the next state is to be. */
static uint64_t operand_place(Draft *d)
{
    uint64_t place = d->fixed ? d->fixed_place : random_place_in(d, d->insn.seg);

    return d->traits & TRAIT_SHA ? place & ~15ull
                                 : place; /* AMD processors do not mind */
}

static bool has_free_base(const Insn *i)
{
    return i->desc->gates & GATE_VSIB || (i->base >= 0 && i->base != i->index);
}

bool gen_aim_encoding(Draft *d)
{
    Insn *i = &d->insn;
    bool vsib = i->desc->gates & GATE_VSIB;
    uint64_t index = 0;

    if (gen_memory_operand(d) < 0) {
        return true;
    }
    if (d->traits & TRAIT_BT && i->op[1].kind == OPK_REG &&
        (i->op[1].reg == i->base || i->op[1].reg == i->index)) {
        return false;
    }
    if (vsib && (i->base < 0 || i->seg >= SEG_FS)) {
        return false;
    }
    if (i->rip_rel || i->seg == SEG_FS ||
        (!vsib && !d->limited && (i->addrsize == SZ16 || i->seg == SEG_GS))) {
        return false;
    }
    if (has_free_base(i)) {
        return true;
    }
    d->fixed_place = operand_place(d);
    d->fixed = true;
    if (i->index >= 0) {
        d->fixed_index = rand_below(d->rnd, 0x1000);
        index = (d->fixed_index << i->scale) + (i->base >= 0 ? d->fixed_index : 0);
    }
    if (d->disp_size >= 2) {
        set_disp(d, d->fixed_place - gen_segment_base(d, i->seg) - index);
        return true;
    }
    if (d->disp_size == 0) { /* an absolute address behind the opcode */
        stq_le_p(d->buf + d->imm_at, d->fixed_place - gen_segment_base(d, i->seg));
        return i->base < 0 && i->index < 0;
    }
    return false;
}

/* A gather: indices near by, some masked, some far away. */
static void aim_gather(Draft *d, MachineState *st, uint64_t place)
{
    const Insn *i = &d->insn;
    X86Vec *v = &st->vec[i->index];

    for (unsigned n = 0; n < 8; n++) {
        int32_t near = (int32_t)rand_below(d->rnd, 64) - 32;
        if (i->desc->arg == SZ32) {
            v->d[n] = near;
        } else if (n < 4) {
            v->q[n] = near;
        }
    }
    if (rand_below(d->rnd, 8) == 0) {
        v->d[2 * rand_below(d->rnd, 4)] = rand_u64(d->rnd);
    }
    st->regs[i->base] = (place - i->disp) & address_mask(i);
}

/* Chooses registers so that the memory operand is at the linear address `place`. */
static void aim(Draft *d, MachineState *st, uint64_t place)
{
    const Insn *i = &d->insn;
    uint64_t mask = address_mask(i), index = 0;

    if (i->desc->gates & GATE_VSIB) {
        aim_gather(d, st, place);
        return;
    }
    if (d->fixed) {
        if (i->index >= 0) {
            st->regs[i->index] = d->fixed_index;
        }
        return;
    }
    place -= gen_segment_base(d, i->seg);
    if (i->index >= 0) {
        st->regs[i->index] =
            rand_below(d->rnd, 2) ? rand_below(d->rnd, 64) : gen_value(d->rnd) & mask;
        index = st->regs[i->index] << i->scale;
    }
    st->regs[i->base] = ((place - index - i->disp) & mask) | above_address(d);
}

static const uint8_t pointers[] = {R_RBP, R_RSI, R_RDI, 12, 13, 14, 15};

bool gen_is_pointer(unsigned reg)
{
    return reg == R_RSP || reg == SMALL_INDEX || memchr(pointers, reg, sizeof(pointers));
}

/* --- states that make sense to the instruction --- */

/* RSP inside the stack, seldom at an edge. */
static uint64_t random_rsp(Draft *d)
{
    Rand *r = d->rnd;
    uint64_t base = STACK_BASE - gen_segment_base(d, SEG_SS);

    if (rand_below(r, 16) == 0) {
        unsigned edge = rand_below(r, 2) ? STACK_SIZE : d->limited ? 20 : 0;
        return base + edge + rand_below(r, 40) - 20;
    }
    return base + 0x400 + (rand_below(r, 0x1800) & (rand_below(r, 4) ? ~7u : ~0u));
}

static uint64_t random_count(Rand *r)
{
    return rand_below(r, 8) ? rand_below(r, 40) : rand_below(r, 9000);
}

static void set_string_registers(Draft *d, MachineState *st)
{
    const Insn *i = &d->insn;
    Rand *r = d->rnd;
    uint64_t mask = address_mask(i);
    uint64_t from = random_place(r),
             to = rand_below(r, 3) ? random_place(r) : from + rand_below(r, 32) - 16;

    st->regs[R_RSI] = ((from - gen_segment_base(d, i->seg)) & mask) | above_address(d);
    st->regs[R_RDI] = ((to - gen_segment_base(d, SEG_ES)) & mask) | above_address(d);
    st->regs[R_RCX] = random_count(r) | above_address(d);
}

/* A place in the code area where there is HLT. */
uint64_t gen_target(Rand *r)
{
    return CODE_BASE + CODE_AREA + rand_below(r, 0x1000);
}

static void set_special_registers(Draft *d, MachineState *st)
{
    const Insn *i = &d->insn;
    Rand *r = d->rnd;

    st->regs[R_RSP] = random_rsp(d);
    if (i->desc->gates & (GATE_REP | GATE_REPZ)) {
        set_string_registers(d, st);
    }
    if (d->traits & TRAIT_POPA) {
        st->regs[R_RSP] =
            STACK_BASE + 0x800 -
            gen_segment_base(d, SEG_SS); /* AMD processors leave half of it done */
    }
    if (d->traits & TRAIT_MASKMOV) { /* which byte faults, and whether a masked one does,
                                      is open */
        st->regs[R_RDI] = DATA_BASE + rand_below(r, DATA_SIZE - 16);
    }
    if (d->traits & TRAIT_FRAME) {
        st->regs[R_RBP] = random_rsp(d);
    }
    if (d->traits & TRAIT_XLAT) {
        st->regs[R_RBX] = random_place(r) - gen_segment_base(d, i->seg);
    }
    if (d->traits & TRAIT_DIV && rand_below(r, 4)) {
        st->regs[R_RDX] = rand_below(r, 2) ? (uint64_t)((int64_t)st->regs[R_RAX] >> 63)
                                           : rand_below(r, 3);
    }
    if (d->traits & TRAIT_CALL && i->op[0].kind == OPK_REG && i->op[0].reg != R_RSP) {
        st->regs[i->op[0].reg] = gen_target(r) - gen_segment_base(d, SEG_CS);
    }
}

/* A bit offset in a register reaches 64 bytes up or down. */
static void limit_bit_offset(Draft *d, MachineState *st)
{
    const Insn *i = &d->insn;

    if (d->traits & TRAIT_BT && i->op[0].kind == OPK_MEM && i->op[1].kind == OPK_REG) {
        st->regs[i->op[1].reg] = (uint64_t)rand_below(d->rnd, 1024) - 512;
    }
}

static void patch_memory(Rand *r, Case *c, uint64_t place, bool branch)
{
    X86Vec v[2];

    if (place < DATA_BASE || place + sizeof(c->patch) > DATA_BASE + DATA_SIZE) {
        return;
    }
    random_vector(r, &v[0]);
    random_vector(r, &v[1]);
    memcpy(c->patch, v, sizeof(c->patch));
    if (branch) {
        stq_le_p(c->patch, gen_target(r));
    }
    c->patch_addr = place;
    c->patch_len = sizeof(c->patch);
}

void gen_single_state(Draft *d, Case *c)
{
    MachineState *st = &c->before;

    random_state(d, st);
    set_special_registers(d, st);
    if (gen_memory_operand(d) >= 0) {
        uint64_t place = operand_place(d);
        aim(d, st, place);
        limit_bit_offset(d, st);
        patch_memory(d->rnd, c, place, d->insn.desc->gates & GATE_END);
    }
    if (d->traits & TRAIT_LDMXCSR) {
        c->patch[2] &= ~2; /* bit 17 is AMD's */
    }
}

void gen_several_state(Draft *d, Case *c)
{
    random_state(d, &c->before);
    for (unsigned n = 0; n < sizeof(pointers); n++) {
        c->before.regs[pointers[n]] = DATA_BASE + 0x400 + rand_below(d->rnd, 0x100) * 16;
    }
    c->before.regs[SMALL_INDEX] = rand_below(d->rnd, 64);
    c->before.regs[R_RSP] = STACK_BASE + 0x1000;
}
