/* cc_compute() against the flags that an x86_64 host really sets: bytes exhaustively,
 * wider types at random. */
/* SPDX-License-Identifier: MIT */
#include "tcg/cc.h"
#include "tests/unit/unit.h"

enum { NR_RANDOM = 20000 };

/* `ins` on x (%0, of the register name modifier m) and y (%1) with CF = carry; *x becomes
 * the result. */
#define HOST(ins, m)                                           \
    __asm__("bt $0, %k3\n\t" ins " %" m "1, %" m "0\n\t" FLAGS \
            : "+r"(*x), "+r"(y), "=&r"(f)                      \
            : "r"(carry)                                       \
            : "cc", "memory", "rcx")
#define HOST_CL(ins, m)                                        \
    __asm__("mov %1, %%rcx\n\t" ins " %%cl, %" m "0\n\t" FLAGS \
            : "+r"(*x), "+r"(y), "=&r"(f)                      \
            :                                                  \
            : "cc", "memory", "rcx")
#define HOST_1(ins, m)                                \
    __asm__("bt $0, %k3\n\t" ins " %" m "0\n\t" FLAGS \
            : "+r"(*x), "+r"(y), "=&r"(f)             \
            : "r"(carry)                              \
            : "cc", "memory", "rcx")
/* The red zone lies below the stack pointer: step over it. */
#define FLAGS "lea -128(%%rsp), %%rsp\n\tpushfq\n\tpop %2\n\tlea 128(%%rsp), %%rsp"

#define WIDTHS(HOW, ins) \
    switch (t) {         \
    case IR_I8:          \
        HOW(ins, "b");   \
        break;           \
    case IR_I16:         \
        HOW(ins, "w");   \
        break;           \
    case IR_I32:         \
        HOW(ins, "k");   \
        break;           \
    default:             \
        HOW(ins, "q");   \
        break;           \
    }                    \
    return f & CC_ALL

#define DEFINE_HOST(name, HOW, ins)                                                \
    static uint32_t host_##name(uint64_t *x, uint64_t y, unsigned carry, IRType t) \
    {                                                                              \
        uint64_t f;                                                                \
        WIDTHS(HOW, ins);                                                          \
    }

DEFINE_HOST(add, HOST, "add")
DEFINE_HOST(adc, HOST, "adc")
DEFINE_HOST(sub, HOST, "sub")
DEFINE_HOST(sbb, HOST, "sbb")
DEFINE_HOST(and, HOST, "and")
DEFINE_HOST(shl, HOST_CL, "shl")
DEFINE_HOST(shr, HOST_CL, "shr")
DEFINE_HOST(sar, HOST_CL, "sar")
DEFINE_HOST(inc, HOST_1, "inc")
DEFINE_HOST(dec, HOST_1, "dec")

static void check(const char *what, CCState cc, uint32_t host, uint32_t defined)
{
    uint32_t got = cc_compute(&cc);
    if ((got ^ host) & defined) {
        ck_abort_msg(
            "%s type %d a=%" PRIx64 " b=%" PRIx64 " c=%" PRIx64 ": %x, the host has %x",
            what, CC_OP_TYPE(cc.op), cc.a, cc.b, cc.c, got & defined, host & defined);
    }
}

static void check_arith(uint64_t x, uint64_t y, unsigned c, IRType t)
{
    uint64_t r = x;
    uint32_t f = host_add(&r, y, 0, t);
    check("add", (CCState){CC_OP(CC_ADD, t), r, y}, f, CC_ALL);
    r = x;
    f = host_adc(&r, y, c, t);
    check("adc", (CCState){CC_OP(CC_ADC, t), r, y, c}, f, CC_ALL);
    r = x;
    f = host_sub(&r, y, 0, t);
    check("sub", (CCState){CC_OP(CC_SUB, t), r, y}, f, CC_ALL);
    check("cmp", (CCState){CC_OP(CC_CMP, t), x, y}, f, CC_ALL);
    r = x;
    f = host_sbb(&r, y, c, t);
    check("sbb", (CCState){CC_OP(CC_SBB, t), r, y, c}, f, CC_ALL);
    r = x;
    f = host_and(&r, y, 0, t);
    check("and", (CCState){CC_OP(CC_LOGIC, t), r}, f, CC_ALL & ~CC_A);
    r = x;
    f = host_inc(&r, 0, c, t);
    check("inc", (CCState){CC_OP_OVERLAY(CC_OV_INC, t), .a = c, .r = r}, f, CC_ALL);
    r = x;
    f = host_dec(&r, 0, c, t);
    check("dec", (CCState){CC_OP_OVERLAY(CC_OV_DEC, t), .a = c, .r = r}, f, CC_ALL);
}

static void check_shifts(uint64_t x, unsigned n, IRType t)
{
    unsigned up = 64 - ir_type_bits(t);
    uint64_t sx = (uint64_t)((int64_t)(x << up) >> up), zx = x & ir_type_mask(t);
    uint32_t defined = CC_ALL & ~CC_A & ~(n > 1 ? CC_O : 0);
    uint64_t r = x;
    uint32_t f = host_shl(&r, n, 0, t);
    check("shl", (CCState){CC_OP(CC_SHL, t), r, x << (n - 1)}, f, defined);
    r = x;
    f = host_shr(&r, n, 0, t);
    check("shr", (CCState){CC_OP(CC_SAR, t), r, zx >> (n - 1)}, f, defined);
    r = x;
    f = host_sar(&r, n, 0, t);
    check("sar", (CCState){CC_OP(CC_SAR, t), r, (uint64_t)((int64_t)sx >> (n - 1))}, f,
          defined);
}

START_TEST(test_bytes)
{
    for (unsigned x = 0; x < 256; x++) {
        for (unsigned y = 0; y < 256; y++) {
            check_arith(x, y, 0, IR_I8);
            check_arith(x, y, 1, IR_I8);
        }
        for (unsigned n = 1; n <= 8; n++) {
            check_shifts(x, n, IR_I8);
        }
    }
}
END_TEST

START_TEST(test_widths)
{
    Rand r = {777};
    for (unsigned i = 0; i < NR_RANDOM; i++) {
        IRType t = i % 4;
        uint64_t x = rand_u64(&r) >> rand_below(&r, 64),
                 y = rand_u64(&r) >> rand_below(&r, 64);
        x = rand_below(&r, 2) ? x : -x;
        y = rand_below(&r, 2) ? y : x + rand_below(&r, 3) - 1;
        check_arith(x, y, i & 1, t);
        check_shifts(x, 1 + rand_below(&r, ir_type_bits(t) - 1), t);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_bytes);
    tcase_add_test(tc, test_widths);
}

int main(void)
{
    return unit_main("cc-host", add_tests);
}
