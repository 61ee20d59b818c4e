/* fpu/ against the host's x87: results, exception flags and C1, bit for bit. */
/* SPDX-License-Identifier: MIT */
/*
 * Each row of fpu-x87-ops.def is run on the host and by our function: on all pairs of
 * special operands under all rounding and precision controls, then on random ones. All
 * exceptions are masked here; test-x87.c looks at the unmasked ones.
 */
#include <stdio.h>

#include "tests/unit/fpu-ops.h"
#include "tests/unit/unit.h"

#define SW_C1 (1 << 9)

typedef struct X87Op {
    const char *name;
    uint16_t (*host)(const Operands *in, Outcome *out, uint16_t cw);
    X87Ours ours;
    OperandKind kind;
    C1Source c1;
} X87Op;

/* fstpt clears C1, so the status word goes to extra before it. */
#define STORE "\n\tfnstsw %%ax\n\tfstpt %[v0]\n\tmov %%eax, %[e]"
#define CONDITIONS \
    "\n\tfnstsw %%ax\n\tand $0x4700, %%eax\n\tmov %%eax, %[e]\n\tfstpt %[v0]"
#define EFLAGS "\n\tpushfq\n\tpop %%rax\n\tand $0x45, %%eax\n\tmov %%rax, %[e]"
#define X87_OP(name, kind, c1, code, statement)                                       \
    static uint16_t host_##name(const Operands *in, Outcome *out, uint16_t cw)        \
    {                                                                                 \
        uint16_t sw = 0;                                                              \
        asm volatile("fninit\n\tfldcw %[cw]\n\tfldt %[y]\n\tfldt %[x]\n\txor %%eax, " \
                     "%%eax\n\t" code "\n\tfnstsw %[sw]\n\tfninit"                    \
                     : [sw] "+m"(sw), [v0] "+m"(out->v[0]), [v1] "+m"(out->v[1]),     \
                       [e] "+m"(out->extra), [d] "+m"(out->bcd)                       \
                     : [cw] "m"(cw), [x] "m"(in->x), [y] "m"(in->y), [m] "m"(in->m),  \
                       [b] "m"(in->bcd)                                               \
                     : "rax", "cc");                                                  \
        return sw;                                                                    \
    }
#include "tests/unit/fpu-x87-ops.def"

/* An unsigned integer to f64 with one rounding: exact in the 80-bit format before. */
static uint16_t host_u64_to_f64(const Operands *in, Outcome *out, uint16_t cw)
{
    static const float two_64 = 18446744073709551616.0f;
    float bias = (int64_t)in->m < 0 ? two_64 : 0;
    uint16_t sw = 0;
    cw |= 0x300; /* the sum must not be rounded */
    asm volatile("fninit\n\tfldcw %[cw]\n\tfildll %[m]\n\tfadds %[bias]\n\tfstpl %[e]\n\t"
                 "fnstsw %[sw]\n\tfninit"
                 : [sw] "+m"(sw), [e] "+m"(out->extra)
                 : [cw] "m"(cw), [m] "m"(in->m), [bias] "m"(bias));
    return sw;
}

static void our_u64_to_f64(const Operands *in, Outcome *out, FloatStatus *s)
{
    out->extra = in->m ? f64_from_u64(in->m, s) : 0;
}

static const X87Op x87_ops[] = {
#define X87_OP(name, kind, c1, code, statement) \
    {#name, host_##name, our_##name, KIND_##kind, C1_##c1},
#include "tests/unit/fpu-x87-ops.def"
};

static const X87Op u64_to_f64_op = {
    "u64_to_f64", host_u64_to_f64, our_u64_to_f64, KIND_INT, C1_NONE,
};

static bool same_outcome(const X87Op *op, const Outcome *a, const Outcome *b)
{
    return memcmp(&a->v[0], &b->v[0], 10) == 0 && memcmp(&a->v[1], &b->v[1], 10) == 0 &&
           a->extra == b->extra && memcmp(a->bcd, b->bcd, 10) == 0 &&
           a->flags == b->flags && (op->c1 == C1_NONE || a->up == b->up);
}

static const char *outcome_text(const Outcome *o, char text[200])
{
    snprintf(text, 200,
             "%04x:%016" PRIx64 " %04x:%016" PRIx64 " %#" PRIx64
             " bcd %02x..%02x flags %02x c1 %d",
             o->v[0].hi, o->v[0].lo, o->v[1].hi, o->v[1].lo, o->extra, o->bcd[9],
             o->bcd[0], o->flags, o->up);
    return text;
}

static Outcome run_host(const X87Op *op, const Operands *in, uint16_t cw)
{
    Outcome host = {0};
    uint16_t sw = op->host(in, &host, cw);
    host.flags = sw & FLOAT_ALL_FLAGS;
    host.up = sw & SW_C1;
    if (op->c1 == C1_SAVED) {
        host.up = host.extra & SW_C1;
        host.extra = 0;
    }
    return host;
}

static void check_case(const X87Op *op, const Operands *in, unsigned mode)
{
    uint16_t cw = cw_of_mode(mode);
    FloatStatus s = float_status_from_cw(cw);
    Outcome host = run_host(op, in, cw);
    Outcome ours = {0};
    op->ours(in, &ours, &s);
    ours.flags = s.flags;
    ours.up = s.rounded_up;
    if (!same_outcome(op, &ours, &host)) {
        char text[2][200];
        ck_abort_msg("%s %04x:%016" PRIx64 " %04x:%016" PRIx64 " %#" PRIx64
                     " cw %04x: %s, the host has %s",
                     op->name, in->x.hi, in->x.lo, in->y.hi, in->y.lo, in->m, cw,
                     outcome_text(&ours, text[0]), outcome_text(&host, text[1]));
    }
}

static floatx80 special_operand(size_t i)
{
    floatx80 v = special_fx80[i / 2];
    return (floatx80){v.lo, v.hi ^ (i & 1) << 15};
}

START_TEST(x87_special)
{
    const X87Op *op = &x87_ops[_i];
    size_t n = 2 * ARRAY_SIZE(special_fx80);
    for (size_t i = 0; i < n * n; i++) {
        Operands in = {.x = special_operand(i % n), .y = special_operand(i / n)};
        for (unsigned mode = 0; mode < 16; mode++) {
            check_case(op, &in, mode);
        }
    }
}
END_TEST

static void check_random_cases(const X87Op *op, uint64_t seed)
{
    Random r = {seed};
    for (long n = random_case_count(); n > 0; n--) {
        Operands in = random_x87_operands(&r, op->kind);
        check_case(op, &in, random_u64(&r) % 16);
    }
}

START_TEST(x87_random)
{
    check_random_cases(&x87_ops[_i], 0x87 + _i);
}
END_TEST

START_TEST(u64_random)
{
    check_random_cases(&u64_to_f64_op, 0x64);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, x87_special, 0, ARRAY_SIZE(x87_ops));
    tcase_add_loop_test(tc, x87_random, 0, ARRAY_SIZE(x87_ops));
    tcase_add_test(tc, u64_random);
}

int main(void)
{
    return unit_main("fpu-x87", add_tests);
}
