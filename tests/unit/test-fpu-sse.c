/* fpu/ against the host's SSE, FMA and F16C: results and MXCSR, bit for bit. */
/* SPDX-License-Identifier: MIT */
/*
 * Each row of fpu-sse-ops.def is run on the host and by our function: on all combinations
 * of special operands under all modes, then on random ones. All exceptions are masked.
 */
#include <cpuid.h>

#include "tests/unit/fpu-ops.h"
#include "tests/unit/unit.h"

#define MXCSR_DEFAULT 0x1f80

typedef enum Feature { SSE41, FMA, F16C } Feature;

typedef struct SseOp {
    const char *name;
    uint64_t (*host)(const uint64_t x[3], uint32_t *mxcsr);
    SseOurs ours;
    OperandKind kind;
    int arity;
    Feature feature;
} SseOp;

#define OUT32 "\n\tmovd %%xmm0, %k0"
#define OUT64 "\n\tmovq %%xmm0, %0"
#define HALF  "\n\tmovd %%xmm0, %k0\n\tmovzwl %w0, %k0"
#define FLAGS "\n\tpushfq\n\tpop %0\n\tand $0x45, %0"
#define SSE_OP(name, kind, arity, feature, code, expr)                                 \
    static uint64_t host_##name(const uint64_t x[3], uint32_t *mxcsr)                  \
    {                                                                                  \
        uint64_t r = x[0];                                                             \
        uint32_t normal = MXCSR_DEFAULT;                                               \
        asm volatile("movq %[a], %%xmm0\n\tmovq %[b], %%xmm1\n\tmovq %[c], %%xmm2\n\t" \
                     "ldmxcsr %[m]\n\t" code "\n\tstmxcsr %[m]\n\tldmxcsr %[n]"        \
                     : "+&r"(r), [m] "+m"(*mxcsr)                                      \
                     : [a] "m"(x[0]), [b] "m"(x[1]), [c] "m"(x[2]), [n] "m"(normal)    \
                     : "xmm0", "xmm1", "xmm2", "cc");                                  \
        return r;                                                                      \
    }
#include "tests/unit/fpu-sse-ops.def"

static const SseOp sse_ops[] = {
#define SSE_OP(name, kind, arity, feature, code, expr) \
    {#name, host_##name, our_##name, KIND_##kind, arity, feature},
#include "tests/unit/fpu-sse-ops.def"
};

static bool host_has(Feature feature)
{
    /* CPUID leaf 1, ECX: SDM vol. 2, CPUID */
    static const int bits[] = {[SSE41] = 19, [FMA] = 12, [F16C] = 29};
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && ecx >> bits[feature] & 1;
}

static void check_case(const SseOp *op, const uint64_t x[3], unsigned mode)
{
    uint32_t mxcsr = mxcsr_of_mode(mode);
    FloatStatus s = float_status_from_mxcsr(mxcsr);
    uint64_t ours = op->ours(x, &s);
    uint64_t host = op->host(x, &mxcsr);
    unsigned host_flags = mxcsr & FLOAT_ALL_FLAGS;
    if (ours != host || s.flags != host_flags) {
        ck_abort_msg("%s %#" PRIx64 " %#" PRIx64 " %#" PRIx64
                     " rc=%u ftz=%d daz=%d: %#" PRIx64
                     " flags %02x, the host has %#" PRIx64 " flags %02x",
                     op->name, x[0], x[1], x[2], mode & 3, s.ftz, s.daz, ours, s.flags,
                     host, host_flags);
    }
}

static size_t special_count(OperandKind kind)
{
    static const size_t count[] = {
        [KIND_F16] = 65536,
        [KIND_F32] = 2 * ARRAY_SIZE(special_f32),
        [KIND_F64] = 2 * ARRAY_SIZE(special_f64),
        [KIND_INT] = 512,
    };
    return count[kind];
}

static uint64_t special_operand(OperandKind kind, size_t i)
{
    uint64_t sign = i & 1;
    switch (kind) {
    case KIND_F16:
        return i;
    case KIND_F32:
        return special_f32[i / 2] | sign << 31;
    case KIND_F64:
        return special_f64[i / 2] | sign << 63;
    default:
        return ((uint64_t)1 << (i / 8)) - 4 +
               i % 8; /* powers of two and their neighbours */
    }
}

START_TEST(sse_special)
{
    const SseOp *op = &sse_ops[_i];
    if (!host_has(op->feature)) {
        return;
    }
    size_t n = special_count(op->kind);
    size_t n1 = op->arity > 1 ? n : 1, n2 = op->arity > 2 ? n : 1;
    size_t step = op->arity > 2 ? 7 : 1; /* of three operands not all, to save time */
    for (size_t i = 0; i < n * n1 * n2; i += step) {
        uint64_t x[3] = {special_operand(op->kind, i % n),
                         special_operand(op->kind, i / n % n1),
                         special_operand(op->kind, i / n / n1)};
        if (op->arity > 2) {
            check_case(op, x, i % 13);
            continue;
        }
        for (unsigned mode = 0; mode < 16; mode++) {
            check_case(op, x, mode);
        }
    }
}
END_TEST

START_TEST(sse_random)
{
    const SseOp *op = &sse_ops[_i];
    if (!host_has(op->feature)) {
        return;
    }
    Random r = {0x55e + _i};
    for (long n = random_case_count(); n > 0; n--) {
        uint64_t x[3];
        for (int k = 0; k < 3; k++) {
            x[k] = random_sse_operand(&r, op->kind);
        }
        check_case(op, x, random_u64(&r) % 16);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, sse_special, 0, ARRAY_SIZE(sse_ops));
    tcase_add_loop_test(tc, sse_random, 0, ARRAY_SIZE(sse_ops));
}

int main(void)
{
    return unit_main("fpu-sse", add_tests);
}
