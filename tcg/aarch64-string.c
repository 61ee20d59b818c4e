/* Repeated string instructions on an aarch64 host: by vectors, where there is no TLB. */
/* SPDX-License-Identifier: MIT */
/*
 * Guest addresses are host addresses, and rCX, rSI, rDI and rAX are pinned. What is
 * emitted goes over 64 bytes at a time and then over what is left in pieces of 32, 16 ...
 * bytes, or compares 16 at a time. A piece is loaded before it is stored, so operands
 * that are nearer to each other than 64 bytes are left to the helper; any others have
 * what an element at a time would give.
 *
 * An access that faults does so in the midst of a piece, of which nothing counts: the
 * thread goes on in code out of line that makes rCX, rSI and rDI those of the piece's
 * first element (TCGRestore.resume) and calls the helper, which finds the element that
 * faults. The helper does all else that is unusual, too: strings that go down, runs so
 * long that nobody could stop the thread.
 *
 * What ends a comparison is loaded once more, for the flags. If another thread has
 * written there meanwhile and it ends nothing any more, the helper goes on behind it.
 */
#include "tcg/aarch64-simd-enc.h"
#include "tcg/aarch64-simd.h"
#include "tcg/string-op.h"

enum { RAX = 8, RCX = 9, RSI = 14, RDI = 15 }; /* pins of aarch64.c */
enum { MAX_COUNT_BITS = 20, PIECE = 64 };

/* Branches that are to be patched. */
typedef struct Jumps {
    uint8_t *at[4];
    unsigned n;
} Jumps;

struct StringCold {
    struct StringCold *next;
    const HelperInfo *helper;
    uint32_t how;
    Jumps to_helper, to_resume;
    uint8_t *side[2]; /* where the side table says where to resume; [1]: in the end */
    uint8_t *resume;
    TCGRestore state;
    Dirty dirty;
    uint8_t reg[4];
};

/* A string instruction being emitted. */
typedef struct String {
    A64 *x;
    unsigned size; /* log2 of an element's bytes */
    StringKind kind;
    bool repne, compares;
    uint8_t v[4];
    TCGRestore fault; /* of its accesses */
    struct StringCold *cold;
} String;

/* What reg[] of a StringCold is, of MOVS and STOS, and of comparisons. */
enum { DISTANCE, BYTES, END, PIECES };
enum { LEFT, MASK, FIRST, SECOND };

static bool on_host(const A64 *x, const IROp *op)
{
    static const uint8_t used[] = {RCX, RSI, RDI, RAX};
    if (!string_is_plain(x->s, op, used)) {
        return false;
    }
    unsigned how = ir_t(x->s, op->in[0])->val;
    return !string_compares(how) || how & STR_NONZERO;
}

/* ---- pieces ---- */

/* What comes next may fault. */
static void may_fault(String *s, unsigned where)
{
    A64 *x = s->x;
    s->fault.resume = 1 + where; /* differs, and is put right in the end */
    add_side(x, &s->fault);
    if (!s->cold->side[where]) {
        s->cold->side[where] = side_resume(&x->side);
    }
}

static void load(String *s, uint32_t opc, unsigned reg, unsigned base)
{
    may_fault(s, 0);
    asm_ls(&s->x->a, opc, reg, base, 0);
}

static void to_cold(Jumps *j, uint8_t *at)
{
    j->at[j->n++] = at;
}

/* T1: not 0 where the helper has to do it. Destroys T0. */
static void unusual(String *s)
{
    A64 *x = s->x;
    a64_env(x, ls_opc(LDR, 3), T0, x->g->df);
    asm_shift_imm(&x->a, LSR, IR_I64, from_to(RCX, T1), MAX_COUNT_BITS);
    asm_shifted(&x->a, ORR, IR_I64, T1, T1, shifted(T0, LSR, 63));
}

/* Bytes and the end, the number of pieces, and a branch that is taken if there are none.
 */
static uint8_t *begin_pieces(String *s)
{
    Asm *a = &s->x->a;
    const uint8_t *reg = s->cold->reg;
    if (s->size) {
        asm_shift_imm(a, LSL, IR_I64, from_to(RCX, reg[BYTES]), s->size);
    }
    asm_rrr(a, ADD, IR_I64, reg[END], RDI, reg[BYTES]);
    asm_shift_imm(a, LSR, IR_I64, from_to(reg[BYTES], reg[PIECES]), ctz32(PIECE));
    return asm_branch(a, cb(CBZ, IR_I64, reg[PIECES]));
}

static void end_pieces(String *s, const uint8_t *loop)
{
    Asm *a = &s->x->a;
    asm_addsub_imm(a, ADD, IR_I64, RDI, RDI, PIECE);
    asm_patch(asm_branch(a, b_cond(A_NE)), loop);
}

/* Of what is left, 1 << bits bytes if they are a part of it. */
static uint8_t *begin_part(const String *s, unsigned bits)
{
    return asm_branch(&s->x->a, tb_opc(TBZ, s->cold->reg[BYTES], bits));
}

/* Up to 16 bytes, or 32 by two registers; base changes by as many. */
static void part(String *s, unsigned what, unsigned bits, unsigned base)
{
    Asm *a = &s->x->a;
    may_fault(s, 0);
    if (bits == 5) {
        asm_pair_post(a, (uint32_t)PAIR_Q | (what == LDR ? PAIR_LD : 0),
                      from_to(s->v[0], s->v[1]), base, 32);
    } else {
        asm_ls_post(a, ls_vec_opc(what, bits), s->v[0], base, 1 << bits);
    }
}

static void emit_movs(String *s)
{
    A64 *x = s->x;
    Asm *a = &x->a;
    unsigned d = s->cold->reg[DISTANCE];
    unusual(s);
    asm_rrr(a, SUB, IR_I64, d, RDI, RSI);
    asm_addsub_imm(a, ADD, IR_I64, T2, d, PIECE - 1);
    asm_addsub_imm(a, SUBS, IR_I64, XZR, T2, 2 * PIECE - 1);
    asm_ccmp(a, CCMP, IR_I64, from_to(T1, XZR), A_HS, 0);
    to_cold(&s->cold->to_helper, asm_branch(a, b_cond(A_NE)));
    uint8_t *none = begin_pieces(s), *loop = a->p;
    for (unsigned i = 0; i < 2; i++) {
        may_fault(s, 0);
        asm_pair(a, (uint32_t)PAIR_Q | PAIR_LD, from_to(s->v[2 * i], s->v[2 * i + 1]),
                 RSI, 32 * i);
    }
    asm_addsub_imm(a, SUBS, IR_I64, s->cold->reg[PIECES], s->cold->reg[PIECES], 1);
    for (unsigned i = 0; i < 2; i++) {
        may_fault(s, 0);
        asm_pair(a, PAIR_Q, from_to(s->v[2 * i], s->v[2 * i + 1]), RDI, 32 * i);
    }
    asm_addsub_imm(a, ADD, IR_I64, RSI, RSI, PIECE);
    end_pieces(s, loop);
    asm_patch(none, a->p);
    for (unsigned bits = 6; bits-- > s->size;) {
        uint8_t *skip = begin_part(s, bits);
        part(s, LDR, bits, RSI);
        part(s, STR, bits, RDI);
        asm_patch(skip, a->p);
    }
    asm_movi(a, RCX, 0);
}

/* All bytes of the vector: the low element of rAX. */
static void repeat_rax(String *s, unsigned v)
{
    asm_v2(&s->x->a, V_DUP_GPR | v_lane(s->size, 0), v, RAX);
}

static void emit_stos(String *s)
{
    A64 *x = s->x;
    Asm *a = &x->a;
    unusual(s);
    to_cold(&s->cold->to_helper, asm_branch(a, cb(CBNZ, IR_I64, T1)));
    repeat_rax(s, s->v[0]);
    uint8_t *none = begin_pieces(s), *loop = a->p;
    for (unsigned i = 0; i < 2; i++) {
        may_fault(s, 0);
        asm_pair(a, PAIR_Q, from_to(s->v[0], s->v[0]), RDI, 32 * i);
    }
    asm_addsub_imm(a, SUBS, IR_I64, s->cold->reg[PIECES], s->cold->reg[PIECES], 1);
    end_pieces(s, loop);
    asm_patch(none, a->p);
    s->v[1] = s->v[0];
    for (unsigned bits = 6; bits-- > s->size;) {
        uint8_t *skip = begin_part(s, bits);
        part(s, STR, bits, RDI);
        asm_patch(skip, a->p);
    }
    asm_movi(a, RCX, 0);
}

/* ---- comparisons ---- */

/* MASK: four bits for each byte, set in elements that are equal. */
static void equal_bytes(String *s)
{
    Asm *a = &s->x->a;
    asm_v3(a, V_CMEQ | V16B | s->size << 22, s->v[0], s->v[0], s->v[1]);
    asm_v2(a, V_SHRN | v_right(0, 4), s->v[0], s->v[0]);
    asm_v2(a, FMOV_X_D, s->cold->reg[MASK], s->v[0]);
}

/* MASK: the bytes in front of the first that is marked. */
static void first_byte(String *s)
{
    Asm *a = &s->x->a;
    unsigned m = s->cold->reg[MASK];
    asm_rr(a, RBIT, IR_I64, m, m);
    asm_rr(a, CLZ, IR_I64, m, m);
    asm_shift_imm(a, LSR, IR_I64, from_to(m, m), 2);
}

static void mark_ends(String *s)
{
    unsigned m = s->cold->reg[MASK];
    if (!s->repne) {
        asm_shifted(&s->x->a, ORR | LOGIC_NOT, IR_I64, m, XZR, shifted(m, LSL, 0));
    }
}

/* Pointers go on by MASK bytes. */
static void step(String *s)
{
    Asm *a = &s->x->a;
    unsigned m = s->cold->reg[MASK];
    asm_rrr(a, ADD, IR_I64, RDI, RDI, m);
    if (s->kind == STRING_CMPS) {
        asm_rrr(a, ADD, IR_I64, RSI, RSI, m);
    }
}

/* Whole vectors; LEFT is what is left behind the one that is looked at. Returns the
 * branch that is taken when one ends the search. */
static uint8_t *compare_vectors(String *s)
{
    Asm *a = &s->x->a;
    unsigned left = s->cold->reg[LEFT], m = s->cold->reg[MASK], per = 16 >> s->size;
    asm_addsub_imm(a, SUBS, IR_I64, left, RCX, per);
    uint8_t *short_of = asm_branch(a, b_cond(A_LO)), *loop = a->p;
    if (s->kind == STRING_CMPS) {
        load(s, ls_vec_opc(LDR, 4), s->v[1], RSI);
    }
    may_fault(s, 0);
    asm_ls_post(a, ls_vec_opc(LDR, 4), s->v[0], RDI, 16);
    if (s->kind == STRING_CMPS) {
        asm_addsub_imm(a, ADD, IR_I64, RSI, RSI, 16);
    }
    equal_bytes(s);
    uint8_t *found;
    if (s->repne) {
        found = asm_branch(a, cb(CBNZ, IR_I64, m));
    } else {
        asm_addsub_imm(a, ADDS, IR_I64, XZR, m, 1);
        found = asm_branch(a, b_cond(A_NE));
    }
    asm_addsub_imm(a, SUBS, IR_I64, left, left, per);
    asm_patch(asm_branch(a, b_cond(A_HS)), loop);
    asm_patch(short_of, a->p);
    return found;
}

/* A vector from the pointers on may reach beyond their ends, but not into another page.
 */
static void test_pages(String *s)
{
    Asm *a = &s->x->a;
    asm_addsub_imm(a, ADD, IR_I64, T0, RDI, 15);
    asm_rrr(a, EOR, IR_I64, T0, T0, RDI);
    if (s->kind == STRING_CMPS) {
        asm_addsub_imm(a, ADD, IR_I64, T1, RSI, 15);
        asm_rrr(a, EOR, IR_I64, T1, T1, RSI);
        asm_rrr(a, ORR, IR_I64, T0, T0, T1);
    }
    to_cold(&s->cold->to_resume, asm_branch(a, tb_opc(TBNZ, T0, s->x->g->page_bits)));
}

/* T2 elements are left, fewer than a vector has. */
static void compare_rest(String *s)
{
    Asm *a = &s->x->a;
    unsigned m = s->cold->reg[MASK];
    test_pages(s);
    if (s->kind == STRING_CMPS) {
        load(s, ls_vec_opc(LDR, 4), s->v[1], RSI);
    }
    load(s, ls_vec_opc(LDR, 4), s->v[0], RDI);
    equal_bytes(s);
    mark_ends(s);
    asm_shift_imm(a, LSL, IR_I64, from_to(T2, T0), s->size + 2);
    asm_movi(a, T1, 1);
    asm_rrr(a, LSLV, IR_I64, T1, T1, T0);
    asm_rrr(a, ORR, IR_I64, m, m, T1);
    first_byte(s);
    /* behind that element, or at the end */
    asm_addsub_imm(a, ADD, IR_I64, m, m, 1 << s->size);
    asm_shift_imm(a, LSR, IR_I64, from_to(T0, T0), 2);
    asm_rrr(a, SUBS, IR_I64, XZR, m, T0);
    asm_csel(a, CSEL, IR_I64, from_to(m, m), T0, A_LS);
    step(s);
    asm_shifted(a, SUB, IR_I64, RCX, T2, shifted(m, LSR, s->size));
}

/* An element of the last vector, behind which pointers are, ends the search. */
static void go_behind(String *s)
{
    Asm *a = &s->x->a;
    unsigned m = s->cold->reg[MASK];
    mark_ends(s);
    first_byte(s);
    asm_addsub_imm(a, SUB, IR_I64, m, m, 16 - (1 << s->size));
    step(s);
    asm_shifted(a, SUB, IR_I64, RCX, s->cold->reg[LEFT], shifted(m, ASR, s->size));
}

/* The last element, in front of the pointers, once more. */
static void load_last(String *s)
{
    Asm *a = &s->x->a;
    unsigned first = s->cold->reg[FIRST], second = s->cold->reg[SECOND];
    int bytes = 1 << s->size;
    if (s->kind == STRING_CMPS) {
        may_fault(s, 1);
        asm_ls(a, ls_opc(LDR, s->size), first, RSI, -bytes);
    } else {
        asm_extend(a, IR_I64, (IRType)s->size, false, first, RAX);
    }
    may_fault(s, 1);
    asm_ls(a, ls_opc(LDR, s->size), second, RDI, -bytes);
    asm_rrr(a, SUBS, IR_I64, XZR, first, second);
    asm_ccmp(a, CCMP, IR_I64, from_to(RCX, XZR), s->repne ? A_NE : A_EQ, 4);
    to_cold(&s->cold->to_helper, asm_branch(a, b_cond(A_NE)));
}

static void emit_compare(String *s)
{
    A64 *x = s->x;
    Asm *a = &x->a;
    unusual(s);
    to_cold(&s->cold->to_helper, asm_branch(a, cb(CBNZ, IR_I64, T1)));
    if (s->kind == STRING_SCAS) {
        repeat_rax(s, s->v[1]);
    }
    uint8_t *found = compare_vectors(s);
    asm_addsub_imm(a, ADDS, IR_I64, T2, s->cold->reg[LEFT], 16 >> s->size);
    uint8_t *all = asm_branch(a, b_cond(A_EQ));
    compare_rest(s);
    uint8_t *done = asm_branch(a, B);
    asm_patch(all, a->p);
    asm_movi(a, RCX, 0);
    uint8_t *last = asm_branch(a, B);
    asm_patch(found, a->p);
    go_behind(s);
    asm_patch(done, a->p);
    asm_patch(last, a->p);
    load_last(s);
}

/* ---- hot ---- */

/* The op changes three globals, and keeps all else where it is. */
static void own_flags(A64 *x)
{
    cc_own(x, false);
    for (unsigned g = 0; g < x->s->nglobals; g++) {
        int r = ra_reg(&x->ra, g);
        if (r == RCX || r == RSI || r == RDI) {
            cc_global_write(x, g);
        }
    }
    x->align.n = 0;
}

static void begin(String *s, const IROp *op)
{
    A64 *x = s->x;
    struct StringCold *c = s->cold;
    own_flags(x);
    for (unsigned i = 0; i < ARRAY_SIZE(s->v); i++) {
        c->reg[i] = ra_alloc(&x->ra);
        s->v[i] = v_tmp(x);
    }
    if (!s->compares && !s->size) {
        c->reg[BYTES] = RCX;
    }
    a64_note_dirty(x, &c->dirty);
    cc_describe(x, &c->state);
    s->fault = c->state;
    cc_clobber(x);
    if (x->g->ordered) {
        asm_insn(&x->a, DMB_ISH);
    }
}

bool a64_emit_string(A64 *x, const IROp *op)
{
    const HelperInfo *h = ir_helper(op);
    if (!(h->flags & HELPER_STRING) || !on_host(x, op)) {
        return false;
    }
    unsigned how = ir_t(x->s, op->in[0])->val;
    struct StringCold *c = arena_alloc(&x->s->arena, sizeof *c);
    *c = (struct StringCold){.next = x->string_cold, .helper = h, .how = how};
    x->string_cold = c;
    String s = {
        .x = x,
        .size = how & STR_SIZE_MASK,
        .kind = string_kind(how),
        .repne = how & STR_REPNE,
        .compares = string_compares(how),
        .cold = c,
    };
    begin(&s, op);
    if (s.compares) {
        emit_compare(&s);
    } else if (s.kind == STRING_MOVS) {
        emit_movs(&s);
    } else {
        emit_stos(&s);
    }
    c->resume = x->a.p;
    a64_after_load(x);
    if (s.compares) {
        cc_set_compared(x, (IRType)s.size, c->reg[FIRST], c->reg[SECOND]);
    }
    a64_end_op(x, op);
    return true;
}

/* ---- cold ---- */

/* Pointers and rCX, of the first element of the piece that has not been done. */
static void restore_piece(A64 *x, const struct StringCold *c)
{
    unsigned size = c->how & STR_SIZE_MASK;
    if (string_compares(c->how)) {
        asm_addsub_imm(&x->a, ADD, IR_I64, RCX, c->reg[LEFT], 16 >> size);
        return;
    }
    if (string_kind(c->how) == STRING_MOVS) {
        asm_rrr(&x->a, SUB, IR_I64, RSI, RDI, c->reg[DISTANCE]);
    }
    asm_rrr(&x->a, SUB, IR_I64, RCX, c->reg[END], RDI);
    asm_shift_imm(&x->a, LSR, IR_I64, from_to(RCX, RCX), size);
}

/* Of the last element of a comparison. */
static void restore_last(A64 *x, const struct StringCold *c)
{
    unsigned bytes = 1u << (c->how & STR_SIZE_MASK);
    asm_addsub_imm(&x->a, ADD, IR_I64, RCX, RCX, 1);
    asm_addsub_imm(&x->a, SUB, IR_I64, RDI, RDI, bytes);
    if (string_kind(c->how) == STRING_CMPS) {
        asm_addsub_imm(&x->a, SUB, IR_I64, RSI, RSI, bytes);
    }
}

static void jumps_lead_here(A64 *x, const Jumps *j)
{
    for (unsigned i = 0; i < j->n; i++) {
        asm_patch(j->at[i], x->a.p);
    }
}

static void emit_cold(A64 *x, const struct StringCold *c)
{
    uint8_t *restored = NULL;
    if (c->side[1]) {
        side_set_resume(c->side[1], x->a.p - x->entry);
        restore_last(x, c);
        restored = asm_branch(&x->a, B);
    }
    side_set_resume(c->side[0], x->a.p - x->entry);
    jumps_lead_here(x, &c->to_resume);
    restore_piece(x, c);
    if (restored) {
        asm_patch(restored, x->a.p);
    }
    jumps_lead_here(x, &c->to_helper);
    a64_store_dirty(x, &c->dirty);
    a64_call(x, a64_thunks.to_c);
    asm_movi(&x->a, 1, c->how);
    a64_call(x, c->helper->fn);
    add_side(x, &c->state);
    a64_call(x, a64_thunks.from_c);
    if (string_compares(c->how)) {
        a64_env(x, ls_opc(LDR, 3), c->reg[FIRST], x->g->cc_a);
        a64_env(x, ls_opc(LDR, 3), c->reg[SECOND], x->g->cc_b);
    }
    asm_insn(&x->a, branch_word(B, c->resume - x->a.p));
}

void a64_string_cold(A64 *x)
{
    for (const struct StringCold *c = x->string_cold; c && !asm_full(&x->a);
         c = c->next) {
        emit_cold(x, c);
    }
}
