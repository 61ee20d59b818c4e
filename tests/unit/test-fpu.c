/* fpu/ on any host: digests of results that were equal to an x86 processor's. */
/* SPDX-License-Identifier: MIT */
/*
 * test-fpu-sse.c and test-fpu-x87.c compare with the processor and run on x86_64 alone.
 * Here the same operations run on random operands from a fixed seed, and the digest of
 * all results and flags must be the one recorded where those tests passed. `record` as
 * argument prints the table of digests for fpu-digests.def.
 */
#include <stdio.h>

#include "tests/unit/fpu-ops.h"
#include "tests/unit/unit.h"

#define DIGEST_CASES 20000

typedef struct FpuOp {
    const char *name;
    SseOurs sse; /* one of these two */
    X87Ours x87;
    OperandKind kind;
} FpuOp;

static const FpuOp fpu_ops[] = {
#define SSE_OP(name, kind, arity, feature, code, expr) \
    {#name, our_##name, NULL, KIND_##kind},
#include "tests/unit/fpu-sse-ops.def"
#define X87_OP(name, kind, c1, code, statement) {#name, NULL, our_##name, KIND_##kind},
#include "tests/unit/fpu-x87-ops.def"
#define MATH_OP(name, domain, code, statement) {#name, NULL, our_##name, KIND_XY},
#include "tests/unit/fpu-math-ops.def"
};

typedef struct Recorded {
    const char *name;
    uint64_t digest;
} Recorded;

static const Recorded recorded[] = {
#define DIGEST(name, digest) {#name, digest},
#include "tests/unit/fpu-digests.def"
};

static uint64_t mix(uint64_t digest, uint64_t v)
{
    digest = (digest ^ v) * 0x9e3779b97f4a7c15;
    return digest ^ digest >> 29;
}

static uint64_t sse_case(const FpuOp *op, Random *r, uint64_t digest)
{
    uint64_t x[3];
    for (int k = 0; k < 3; k++) {
        x[k] = random_sse_operand(r, op->kind);
    }
    FloatStatus s = float_status_from_mxcsr(mxcsr_of_mode(random_u64(r) % 16));
    digest = mix(digest, op->sse(x, &s));
    return mix(digest, s.flags);
}

static uint64_t x87_case(const FpuOp *op, Random *r, uint64_t digest)
{
    Operands in = random_x87_operands(r, op->kind);
    Outcome out = {0};
    FloatStatus s = float_status_from_cw(cw_of_mode(random_u64(r) % 16));
    op->x87(&in, &out, &s);
    for (int k = 0; k < 2; k++) {
        digest = mix(mix(digest, out.v[k].lo), out.v[k].hi);
    }
    for (int k = 0; k < 10; k++) {
        digest = mix(digest, out.bcd[k]);
    }
    return mix(mix(digest, out.extra), s.flags << 1 | s.rounded_up);
}

static uint64_t op_digest(const FpuOp *op)
{
    Random r = {20};
    uint64_t digest = 0;
    for (int n = 0; n < DIGEST_CASES; n++) {
        digest = op->sse ? sse_case(op, &r, digest) : x87_case(op, &r, digest);
    }
    return digest;
}

START_TEST(digest)
{
    const FpuOp *op = &fpu_ops[_i];
    for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
        if (strcmp(recorded[i].name, op->name) == 0) {
            uint64_t d = op_digest(op);
            ck_assert_msg(d == recorded[i].digest, "%s: digest %#" PRIx64, op->name, d);
            return;
        }
    }
    ck_abort_msg("%s has no recorded digest", op->name);
}
END_TEST

/* a as an unsigned integer, by way of the signed conversion. */
static uint64_t f64_to_u64_by_i64(f64 a, FloatRounding mode, FloatStatus *s)
{
    static const f64 two_63 = 0x43e0000000000000, two_64 = 0x43f0000000000000;
    FloatStatus quiet = {0};
    if (f64_compare(a, two_63, true, &quiet) == FLOAT_LESS) {
        int64_t v = f64_to_i64(a, mode, s);
        if (v < 0) {
            s->flags = FLOAT_INVALID;
            return UINT64_MAX;
        }
        return v;
    }
    if (f64_compare(a, two_64, true, &quiet) != FLOAT_LESS) {
        s->flags = FLOAT_INVALID;
        return UINT64_MAX;
    }
    return (uint64_t)f64_to_i64(f64_sub(a, two_63, &quiet), mode, s) +
           ((uint64_t)1 << 63);
}

/* These have no instruction below AVX-512: they are checked against the signed ones. */
START_TEST(to_unsigned)
{
    Random r = {64};
    for (int n = 0; n < DIGEST_CASES; n++) {
        FloatRounding mode = n % 4;
        FloatStatus s = {0}, t = {0}, s32 = {0}, t32 = {0}, widen = {0};
        f64 a = random_f64(&r);
        ck_assert_uint_eq(f64_to_u64(a, mode, &s), f64_to_u64_by_i64(a, mode, &t));
        ck_assert_uint_eq(s.flags, t.flags);

        uint64_t wide = f64_to_u64(a, mode, &t32);
        bool fits = wide <= UINT32_MAX;
        ck_assert_uint_eq(f64_to_u32(a, mode, &s32), fits ? wide : UINT32_MAX);
        ck_assert_uint_eq(s32.flags, fits ? t32.flags : FLOAT_INVALID);

        FloatStatus sf = {0}, tf = {0};
        f32 b = random_f32(&r);
        f64 b64 = f32_to_f64(b, &widen);
        ck_assert_uint_eq(f32_to_u64(b, mode, &sf), f64_to_u64(b64, mode, &tf));
        ck_assert_uint_eq(f32_to_u32(b, mode, &sf), f64_to_u32(b64, mode, &tf));
        ck_assert_uint_eq(sf.flags, tf.flags);
    }
}
END_TEST

/* An unmasked underflow is raised by an exact tiny result too; SDM vol. 1, 8.5.5. */
START_TEST(unmasked_underflow)
{
    FloatStatus s = {.unmasked = FLOAT_UNDERFLOW};
    f64_mul(0x0010000000000000, 0x3fe0000000000000, &s);
    ck_assert_uint_eq(s.flags, FLOAT_UNDERFLOW);
    FloatStatus masked = {0};
    ck_assert_uint_eq(f64_mul(0x0010000000000000, 0x3fe0000000000000, &masked),
                      0x0008000000000000);
    ck_assert_uint_eq(masked.flags, 0);
}
END_TEST

static int print_digests(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(fpu_ops); i++) {
        char name[32];
        snprintf(name, sizeof name, "%s,", fpu_ops[i].name);
        printf("DIGEST(%-14s 0x%016" PRIx64 ")\n", name, op_digest(&fpu_ops[i]));
    }
    return 0;
}

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, digest, 0, ARRAY_SIZE(fpu_ops));
    tcase_add_test(tc, to_unsigned);
    tcase_add_test(tc, unmasked_underflow);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "record") == 0) {
        return print_digests();
    }
    return unit_main("fpu", add_tests);
}
