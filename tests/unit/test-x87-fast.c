/* The short x87 functions of target/x86/x87-fast.c against those of x87.c. */
/* SPDX-License-Identifier: MIT */
/*
 * Both get the same random state. What the short one does not decline has to leave the
 * same state and result, what it declines the state as it was. Numbers that interact
 * (close exponents, ties) are frequent; all rounding and precision controls occur. x87.c
 * itself is compared with the processor by test-x87.c.
 *
 * On aarch64 the functions are called with marks in the registers that they have to keep.
 */
#include <stdio.h>

#include "target/x86/x87-fast.h"
#include "target/x86/x87-op.h"
#include "tests/unit/unit.h"
#include "tests/unit/x87-machine.h"

#define CASES 4000

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

/* A number near v: its exponent or a few more or less, few or all of its bits. */
static floatx80 random_near(Random *r, floatx80 v)
{
    uint64_t bits = random_u64(r), lo = random_u64(r) | (uint64_t)1 << 63;
    unsigned cut = bits >> 8 & 63;
    int exp = (v.hi & 0x7fff) + (int)(bits % 140) - 70;
    if (bits >> 20 & 1) {
        exp = v.hi & 0x7fff;
    }
    switch (bits >> 16 & 3) {
    case 0: /* as a f64, or shorter: with ties */
        lo &= ~(uint64_t)0 << cut;
        break;
    case 1: /* all ones but the end */
        lo |= ~(uint64_t)0 << cut;
        break;
    case 2:
        lo = v.lo ^ (bits >> 21 & 1) << cut;
        break;
    }
    return (floatx80){lo, (exp & 0x7fff) | (bits >> 30 & 1) << 15};
}

/* Numbers about those that the formats of memory can just hold. */
static floatx80 random_edge(Random *r)
{
    static const uint16_t exps[] = {0x3fff - 1023, 0x3fff + 1023, 0x3fff - 127,
                                    0x3fff + 127,  0x3fff + 62,   0x3fff + 30,
                                    0x3fff + 14,   0x3fff,        1};
    uint64_t bits = random_u64(r);
    floatx80 v = {0, exps[bits % ARRAY_SIZE(exps)] + (bits >> 8 & 3) - 1};
    return random_near(r, v);
}

static X87State random_state(Random *r)
{
    X87State x = {.cw = 0x37f};
    uint64_t v = random_u64(r);
    if (v & 1) {
        x.cw = (v >> 16 & 0xf00) | X87_CW_FIXED | FLOAT_ALL_FLAGS;
    }
    x.sw = v >> 32 & (FLOAT_ALL_FLAGS | X87_SW_SF | X87_SW_CONDITIONS);
    x.top = v >> 48 & 7;
    x.empty = v & 6 ? 1u << ((x.top - 1) & 7) : (unsigned)(v >> 56);
    for (int i = 0; i < 8; i++) {
        uint64_t kind = random_u64(r) >> 32;
        bool related = i && kind % 8;
        x.r[i] = related          ? random_near(r, x.r[(kind >> 8) % i])
                 : kind >> 16 & 1 ? random_fx80(r)
                                  : random_edge(r);
        if ((kind >> 20) % 16 == 0) {
            x.r[i].lo = x.r[i].hi = 0;
        }
    }
    return x;
}

/* The operand as X87Op has it. */
static X87Op random_op(Random *r, X87Id id, const X87State *x)
{
    X87Op op = {.id = id};
    const char *name = x87_info[id].name;
    unsigned form = x87_info[id].form;
    floatx80 v = random_near(r, x->r[x->top]);
    if (form == X87_FORM_STI || form == X87_FORM_CC) {
        op.i = random_u64(r) >> 32 & 7;
    } else if (ends_with(name, "_f32")) {
        op.lo = random_f32(r);
    } else if (ends_with(name, "_f64")) {
        op.lo = random_f64(r);
    } else if (id == X87_fldcw) {
        op.lo = (random_u64(r) & X87_CW_BITS) | X87_CW_FIXED | FLOAT_ALL_FLAGS;
    } else if (ends_with(name, "_f80")) {
        op.lo = v.lo;
        op.hi = v.hi;
    } else {
        op.lo = random_integer(r) >> (random_u64(r) >> 32 & 63);
        op.lo = ends_with(name, "16")   ? (uint16_t)op.lo
                : ends_with(name, "32") ? (uint32_t)op.lo
                                        : op.lo;
    }
    return op;
}

#ifdef __aarch64__
/* x8-x15 and the vectors have to stay as they are (GuestDesc.x87_fast). */
static X87FastResult call(X87FastFn *fn, X87State *x, uint64_t lo, uint64_t hi)
{
    register uint64_t x0 asm("x0") = (uintptr_t)x, x1 asm("x1") = lo, x2 asm("x2") = hi;
    register X87FastFn *x3 asm("x3") = fn;
    register uint64_t wrong asm("x19");
    asm volatile(
        "mov x8, #1\n\tmov x9, #2\n\tmov x10, #3\n\tmov x11, #4\n\t"
        "mov x12, #5\n\tmov x13, #6\n\tmov x14, #7\n\tmov x15, #8\n\t"
        "dup v0.2d, x8\n\tdup v7.2d, x9\n\tdup v16.2d, x10\n\tdup v31.2d, x11\n\t"
        "blr x3\n\t"
        "sub x19, x8, #1\n\tsub x9, x9, #2\n\torr x19, x19, x9\n\t"
        "sub x10, x10, #3\n\torr x19, x19, x10\n\tsub x11, x11, #4\n\t"
        "orr x19, x19, x11\n\tsub x12, x12, #5\n\torr x19, x19, x12\n\t"
        "sub x13, x13, #6\n\torr x19, x19, x13\n\tsub x14, x14, #7\n\t"
        "orr x19, x19, x14\n\tsub x15, x15, #8\n\torr x19, x19, x15\n\t"
        "add v0.2d, v0.2d, v7.2d\n\tadd v0.2d, v0.2d, v16.2d\n\t"
        "add v0.2d, v0.2d, v31.2d\n\tmov x9, v0.d[0]\n\tsub x9, x9, #10\n\t"
        "orr x19, x19, x9\n\tmov x9, v0.d[1]\n\tsub x9, x9, #10\n\t"
        "orr x19, x19, x9"
        : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "=&r"(wrong)
        :
        : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
          "x16", "x17", "x18", "x30", "v0", "v7", "v16", "v31", "cc", "memory");
    X87FastResult result = {x0, x1};
    ck_assert_msg(!wrong, "a register has changed");
    return result;
}
#else
static X87FastResult call(X87FastFn *fn, X87State *x, uint64_t lo, uint64_t hi)
{
    return fn(x, lo, hi);
}
#endif

static bool same_state(const X87State *a, const X87State *b)
{
    for (int i = 0; i < 8; i++) {
        if (a->r[i].lo != b->r[i].lo || a->r[i].hi != b->r[i].hi) {
            return false;
        }
    }
    return a->cw == b->cw && a->sw == b->sw && a->top == b->top && a->empty == b->empty;
}

/* What the back end does with the result of a store. False: other bytes than in C. */
static bool store(const X87Op *op, const X87FastResult *fast, X87State *x, X87State *c)
{
    uint8_t bytes[16], image[X87_MAX_STORE];
    uint16_t sw, hi = fast->done >> X87_FAST_HI_SHIFT;
    unsigned n = x87_store_image(c, op->id, image, &sw);
    x87_stored(c, op->id, sw);
    memcpy(bytes, &fast->value, 8);
    memcpy(bytes + 8, &hi, 2);
    memcpy(&x->sw, &fast->done, sizeof x->sw);
    x->top = fast->done >> 16;
    x->empty = fast->done >> 24;
    return n && memcmp(bytes, image, n) == 0;
}

/* True: it was not declined. */
static bool check_case(const X87Op *op, const X87State *before)
{
    unsigned form = x87_info[op->id].form;
    bool sti = form == X87_FORM_STI || form == X87_FORM_CC;
    X87State fast = *before, c = *before;
    X87FastResult r = call(x87_fast[op->id], &fast, sti ? op->i : op->lo,
                           form == X87_FORM_IN ? op->lo : op->hi);
    if (!r.done || form == X87_FORM_ST) {
        ck_assert_msg(same_state(&fast, before),
                      "%s: declined, and has changed something", x87_info[op->id].name);
    }
    if (!r.done) {
        return false;
    }
    bool same;
    if (form == X87_FORM_ST) {
        same = store(op, &r, &fast, &c);
    } else {
        uint64_t value = x87_run(&c, op);
        same = value == r.value || (form != X87_FORM_CC && form != X87_FORM_OUT);
    }
    if (!same || !same_state(&fast, &c)) {
        floatx80 a = before->r[before->top], b = before->r[(before->top + op->i) & 7];
        floatx80 f = fast.r[fast.top], g = c.r[c.top];
        ck_abort_msg("%s %u cw %04x st0 %04x:%016" PRIx64 " sti %04x:%016" PRIx64
                     " lo %#" PRIx64 ": sw %04x st0 %04x:%016" PRIx64 " value %#" PRIx64
                     ", x87.c has sw %04x st0 %04x:%016" PRIx64,
                     x87_info[op->id].name, op->i, before->cw, a.hi, a.lo, b.hi, b.lo,
                     op->lo, x87_sw(&fast), f.hi, f.lo, r.value, x87_sw(&c), g.hi, g.lo);
    }
    return true;
}

START_TEST(same_as_in_c)
{
    X87Id id = _i;
    Random r = {0x8087 + id};
    int n = 0;
    if (!x87_fast[id]) {
        return;
    }
    for (int k = 0; k < CASES; k++) {
        X87State x = random_state(&r);
        X87Op op = random_op(&r, id, &x);
        n += check_case(&op, &x);
    }
    ck_assert_msg(n > CASES / 20, "%s: only %d of %d were not declined",
                  x87_info[id].name, n, CASES);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, same_as_in_c, 0, NR_X87_IDS);
}

int main(void)
{
    return unit_main("x87-fast", add_tests);
}
