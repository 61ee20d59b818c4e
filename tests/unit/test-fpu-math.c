/* The transcendental functions of fpu/ against the host's x87: within one ulp, same
 * flags. */
/* SPDX-License-Identifier: MIT */
/*
 * Both sides promise less than one ulp of error (SDM vol. 1, 8.3.10), and ours are
 * rounded correctly but for rare cases, so that the results are equal or neighbours.
 */

#include "tests/unit/fpu-ops.h"
#include "tests/unit/unit.h"

typedef struct MathOp {
    const char *name;
    uint16_t (*host)(const Operands *in, Outcome *out, uint16_t cw);
    X87Ours ours;
    bool (*in_domain)(const Operands *in);
} MathOp;

#define STORE  "\n\tfnstsw %[sw]\n\tfstpt %[v0]"
#define STORE2 "\n\tfnstsw %[sw]\n\tfstpt %[v0]\n\tfstpt %[v1]"
#define MATH_OP(name, domain, code, statement)                                   \
    static uint16_t host_##name(const Operands *in, Outcome *out, uint16_t cw)   \
    {                                                                            \
        uint16_t sw = 0;                                                         \
        asm volatile("fninit\n\tfldcw %[cw]\n\tfldt %[y]\n\tfldt %[x]\n\t" code  \
                     "\n\tfninit"                                                \
                     : [sw] "+m"(sw), [v0] "+m"(out->v[0]), [v1] "+m"(out->v[1]) \
                     : [cw] "m"(cw), [x] "m"(in->x), [y] "m"(in->y));            \
        return sw;                                                               \
    }                                                                            \
    static bool domain_##name(const Operands *in)                                \
    {                                                                            \
        return domain;                                                           \
    }
#include "tests/unit/fpu-math-ops.def"

static const MathOp math_ops[] = {
#define MATH_OP(name, domain, code, statement) \
    {#name, host_##name, our_##name, domain_##name},
#include "tests/unit/fpu-math-ops.def"
};

static void check_case(const MathOp *op, const Operands *in, unsigned mode)
{
    uint16_t cw = cw_of_mode(mode);
    FloatStatus s = float_status_from_cw(cw);
    Outcome ours = {0}, host = {0};
    uint16_t sw = op->host(in, &host, cw);
    op->ours(in, &ours, &s);
    if (sw & OUT_OF_RANGE || ours.extra) {
        ck_assert_msg(sw & OUT_OF_RANGE && ours.extra, "%s: range", op->name);
        return;
    }
    unsigned flags = sw & FLOAT_ALL_FLAGS;
    for (int i = 0; i < 2; i++) {
        if (fx80_distance(ours.v[i], host.v[i]) > 1 || s.flags != flags) {
            ck_abort_msg("%s %04x:%016" PRIx64 " %04x:%016" PRIx64
                         " cw %04x: %04x:%016" PRIx64 " flags %02x, the host has"
                         " %04x:%016" PRIx64 " flags %02x",
                         op->name, in->x.hi, in->x.lo, in->y.hi, in->y.lo, cw,
                         ours.v[i].hi, ours.v[i].lo, s.flags, host.v[i].hi, host.v[i].lo,
                         flags);
        }
    }
}

static floatx80 special_operand(size_t i)
{
    floatx80 v = special_fx80[i / 2];
    return (floatx80){v.lo, v.hi ^ (i & 1) << 15};
}

START_TEST(math_special)
{
    const MathOp *op = &math_ops[_i];
    size_t n = 2 * ARRAY_SIZE(special_fx80);
    for (size_t i = 0; i < n * n; i++) {
        Operands in = {.x = special_operand(i % n), .y = special_operand(i / n)};
        for (unsigned mode = 12; mode < 16 && op->in_domain(&in); mode++) {
            check_case(op, &in, mode);
        }
    }
}
END_TEST

START_TEST(math_random)
{
    const MathOp *op = &math_ops[_i];
    Random r = {0x3a + _i};
    for (long n = random_case_count(); n > 0; n--) {
        Operands in = random_x87_operands(&r, KIND_XY);
        if (op->in_domain(&in)) {
            check_case(op, &in, 12 + random_u64(&r) % 4);
        }
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, math_special, 0, ARRAY_SIZE(math_ops));
    tcase_add_loop_test(tc, math_random, 0, ARRAY_SIZE(math_ops));
}

int main(void)
{
    return unit_main("fpu-math", add_tests);
}
