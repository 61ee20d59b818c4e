/* ir_eval() against the instructions of an x86_64 host: results and flags, bytes
 * exhaustively. */
/* SPDX-License-Identifier: MIT */
#include "tcg/eval.h"
#include "tests/ir/gen.h"
#include "tests/unit/unit.h"
#include "util/host.h"

enum { NR_RANDOM = 4000 };

/* What an instruction works on: rax rbx rcx rdx, and the flags before and after. */
typedef struct Regs {
    uint64_t a, b, c, d, flags;
} Regs;

/* The stack pointer steps over the red zone first. */
#define RUN(text)                                                                     \
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpush %4\n\tpopfq\n\t" text            \
                     "\n\tpushfq\n\tpop %4\n\tlea 128(%%rsp), %%rsp"                  \
                     : "+a"(r->a), "+b"(r->b), "+c"(r->c), "+d"(r->d), "+r"(r->flags) \
                     :                                                                \
                     : "cc", "memory")

#define HOST(name, text8, text16, text32, text64) \
    static void host_##name(Regs *r, IRType t)    \
    {                                             \
        switch (t) {                              \
        case IR_I8:                               \
            RUN(text8);                           \
            break;                                \
        case IR_I16:                              \
            RUN(text16);                          \
            break;                                \
        case IR_I32:                              \
            RUN(text32);                          \
            break;                                \
        default:                                  \
            RUN(text64);                          \
            break;                                \
        }                                         \
    }

#define TWO(name, i) \
    HOST(name, i "b %%bl, %%al", i "w %%bx, %%ax", i "l %%ebx, %%eax", i "q %%rbx, %%rax")
#define TWO16(name, i) \
    HOST(name, "", i "w %%bx, %%ax", i "l %%ebx, %%eax", i "q %%rbx, %%rax")
#define ONE(name, i) HOST(name, i "b %%al", i "w %%ax", i "l %%eax", i "q %%rax")
#define SHIFT(name, i) \
    HOST(name, i "b %%cl, %%al", i "w %%cl, %%ax", i "l %%cl, %%eax", i "q %%cl, %%rax")
#define DOUBLE(name, i)                                              \
    HOST(name, "", i "w %%cl, %%bx, %%ax", i "l %%cl, %%ebx, %%eax", \
         i "q %%cl, %%rbx, %%rax")
#define SCAN(name, i) \
    HOST(name, "", i "w %%ax, %%bx", i "l %%eax, %%ebx", i "q %%rax, %%rbx")
#define COUNT(name, i) \
    HOST(name, "", i "w %%ax, %%ax", i "l %%eax, %%eax", i "q %%rax, %%rax")
#define WIDE(name, i) HOST(name, "", "", i "l %%ebx", i "q %%rbx")

TWO(add, "add")
TWO(sub, "sub")
TWO(adc, "adc")
TWO(sbb, "sbb")
TWO(and, "and")
TWO(or, "or")
TWO(xor, "xor")
HOST(andn, "", "", "andnl %%ebx, %%eax, %%eax", "andnq %%rbx, %%rax, %%rax")
ONE(inc, "inc")
ONE(dec, "dec")
ONE(neg, "neg")
ONE(not, "not")
TWO16(mul, "imul")
WIDE(mulu2, "mul")
WIDE(muls2, "imul")
SHIFT(shl, "shl")
SHIFT(shr, "shr")
SHIFT(sar, "sar")
SHIFT(rotl, "rol")
SHIFT(rotr, "ror")
SHIFT(rcl, "rcl")
SHIFT(rcr, "rcr")
DOUBLE(shld, "shld")
DOUBLE(shrd, "shrd")
TWO16(bt, "bt")
TWO16(bts, "bts")
TWO16(btr, "btr")
TWO16(btc, "btc")
SCAN(bsf, "bsf")
SCAN(bsr, "bsr")
COUNT(tzcnt, "tzcnt")
COUNT(lzcnt, "lzcnt")
COUNT(popcnt, "popcnt")
HOST(pdep, "", "", "pdepl %%ebx, %%eax, %%eax", "pdepq %%rbx, %%rax, %%rax")
HOST(pext, "", "", "pextl %%ebx, %%eax, %%eax", "pextq %%rbx, %%rax, %%rax")
HOST(crc32, "crc32b %%bl, %%eax", "crc32w %%bx, %%eax", "crc32l %%ebx, %%eax",
     "crc32q %%rbx, %%rax")
WIDE(divu2, "div")
WIDE(divs2, "idiv")
HOST(bswap, "", "xchg %%al, %%ah", "bswap %%eax", "bswap %%rax")

typedef struct Case {
    OpCode code;
    void (*host)(Regs *r, IRType t);
    IRType from; /* narrowest type */
    bool in_b;   /* the result is in rbx, not rax */
    HostFeature needs;
} Case;

#define ALWAYS NR_HOST_FEATURES
static const Case cases[] = {
    {OP_add,    host_add,    IR_I8,  false, ALWAYS         },
    {OP_sub,    host_sub,    IR_I8,  false, ALWAYS         },
    {OP_adc,    host_adc,    IR_I8,  false, ALWAYS         },
    {OP_sbb,    host_sbb,    IR_I8,  false, ALWAYS         },
    {OP_and,    host_and,    IR_I8,  false, ALWAYS         },
    {OP_or,     host_or,     IR_I8,  false, ALWAYS         },
    {OP_xor,    host_xor,    IR_I8,  false, ALWAYS         },
    {OP_andn,   host_andn,   IR_I32, false, HOST_X86_BMI1  },
    {OP_inc,    host_inc,    IR_I8,  false, ALWAYS         },
    {OP_dec,    host_dec,    IR_I8,  false, ALWAYS         },
    {OP_neg,    host_neg,    IR_I8,  false, ALWAYS         },
    {OP_not,    host_not,    IR_I8,  false, ALWAYS         },
    {OP_mul,    host_mul,    IR_I16, false, ALWAYS         },
    {OP_mulu2,  host_mulu2,  IR_I32, false, ALWAYS         },
    {OP_muls2,  host_muls2,  IR_I32, false, ALWAYS         },
    {OP_shl,    host_shl,    IR_I8,  false, ALWAYS         },
    {OP_shr,    host_shr,    IR_I8,  false, ALWAYS         },
    {OP_sar,    host_sar,    IR_I8,  false, ALWAYS         },
    {OP_rotl,   host_rotl,   IR_I8,  false, ALWAYS         },
    {OP_rotr,   host_rotr,   IR_I8,  false, ALWAYS         },
    {OP_rcl,    host_rcl,    IR_I8,  false, ALWAYS         },
    {OP_rcr,    host_rcr,    IR_I8,  false, ALWAYS         },
    {OP_shld,   host_shld,   IR_I16, false, ALWAYS         },
    {OP_shrd,   host_shrd,   IR_I16, false, ALWAYS         },
    {OP_bt,     host_bt,     IR_I16, false, ALWAYS         },
    {OP_bts,    host_bts,    IR_I16, false, ALWAYS         },
    {OP_btr,    host_btr,    IR_I16, false, ALWAYS         },
    {OP_btc,    host_btc,    IR_I16, false, ALWAYS         },
    {OP_bsf,    host_bsf,    IR_I16, true,  ALWAYS         },
    {OP_bsr,    host_bsr,    IR_I16, true,  ALWAYS         },
    {OP_tzcnt,  host_tzcnt,  IR_I16, false, HOST_X86_BMI1  },
    {OP_lzcnt,  host_lzcnt,  IR_I16, false, HOST_X86_LZCNT },
    {OP_popcnt, host_popcnt, IR_I16, false, HOST_X86_POPCNT},
    {OP_pdep,   host_pdep,   IR_I32, false, HOST_X86_BMI2  },
    {OP_pext,   host_pext,   IR_I32, false, HOST_X86_BMI2  },
    {OP_crc32,  host_crc32,  IR_I8,  false, HOST_X86_SSE4_2},
    {OP_divu2,  host_divu2,  IR_I32, false, ALWAYS         },
    {OP_divs2,  host_divs2,  IR_I32, false, ALWAYS         },
    {OP_bswap,  host_bswap,  IR_I16, false, ALWAYS         },
};

static bool is_div(OpCode code)
{
    return code == OP_divu2 || code == OP_divs2;
}

/* A divisor for which the quotient fits: not negative, larger than the high half, which
 * is a sign or 0. */
static void tame_division(const Case *c, Regs *r, IRType t)
{
    r->b = (r->b & ir_type_mask(t) >> 1) | 1;
    r->d = 0;
    if (c->code == OP_divs2 && r->a >> (ir_type_bits(t) - 1) & 1) {
        r->d = -1;
    }
}

/* Flags that the IR promises to be as on the host. */
static uint32_t comparable(const Case *c, const Regs *r, IRType t)
{
    unsigned count = r->c & (t == IR_I64 ? 63 : 31);
    bool counted = op_info[c->code].ccw & OPCC_VAR;
    if (is_div(c->code)) {
        return 0;
    }
    return counted && count == 0 ? CC_ALL
                                 : CC_ALL & ~ir_undefined_flags(c->code, t, count);
}

static void differs(const Case *c, IRType t, const Regs *r, const char *what,
                    uint64_t got, uint64_t want)
{
    ck_abort_msg("%s type %d a=%" PRIx64 " b=%" PRIx64 " c=%" PRIx64 " d=%" PRIx64
                 " flags=%" PRIx64 ": %s %" PRIx64 ", the host has %" PRIx64,
                 op_names[c->code], t, r->a, r->b, r->c, r->d, r->flags, what, got, want);
}

static void check(const Case *c, IRType t, Regs r)
{
    IROp op = {.code = c->code, .type = t, .setcc = op_info[c->code].ccw != 0};
    bool counted = op_info[c->code].ccw & OPCC_VAR;
    bool doubled = c->code == OP_shld || c->code == OP_shrd;
    if (is_div(c->code)) {
        tame_division(c, &r, t);
    }
    if (doubled && t == IR_I16 && (r.c & 31) > 16) {
        return; /* the result is undefined */
    }
    uint64_t in[5] = {r.a, r.b, r.c}, out[2] = {r.a, 0};
    if (counted && !doubled) {
        in[1] = r.c;
    } else if (is_div(c->code)) {
        in[1] = r.d, in[2] = r.b;
    }
    uint32_t cc = r.flags & CC_ALL;
    ir_eval(&op, in, out, &cc);
    Regs h = r;
    h.flags = (r.flags & CC_ALL) | 0x202;
    c->host(&h, t);
    uint64_t mask = ir_type_mask(ir_out_type(&op)), want = (c->in_b ? h.b : h.a) & mask;
    if ((out[0] & mask) != want) {
        differs(c, t, &r, "result", out[0], want);
    }
    if (op_info[c->code].outs == 2 && out[1] != (h.d & mask)) {
        differs(c, t, &r, "second result", out[1], h.d & mask);
    }
    uint32_t defined = comparable(c, &r, t);
    if ((cc ^ h.flags) & defined) {
        differs(c, t, &r, "flags", cc & defined, h.flags & defined);
    }
}

START_TEST(test_op)
{
    const Case *c = &cases[_i];
    Rand r = {99 + _i};
    if (c->needs != ALWAYS && !host_has(c->needs)) {
        return;
    }
    for (IRType t = c->from; t <= IR_I64; t++) {
        for (unsigned i = 0; i < NR_RANDOM; i++) {
            Regs regs = {gen_edge(&r), gen_edge(&r), rand_below(&r, 80), gen_edge(&r),
                         rand_u64(&r) & CC_ALL};
            check(c, t, regs);
        }
    }
    for (unsigned i = 0; c->from == IR_I8 && i < 0x10000; i++) {
        for (unsigned carry = 0; carry < 2; carry++) {
            check(c, IR_I8, (Regs){i & 0xff, i >> 8, i >> 8, 0, carry});
        }
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, test_op, 0, ARRAY_SIZE(cases));
}

int main(void)
{
    return unit_main("eval-host", add_tests);
}
