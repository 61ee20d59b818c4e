/* The IR builder and code memory: constants, units after one another, what verify
 * refuses, liveness of a small unit. */
/* SPDX-License-Identifier: MIT */
#include "tcg/backend-internal.h"
#include "tests/unit/unit.h"

enum { RAX, RBX, XMM0, NR_REGS };

static TCGContext *new_context(void)
{
    static const GuestDesc guest;
    TCGContext *s = tcg_context_new(&guest);
    ck_assert_uint_eq(ir_global(s, IR_I64, 0, "rax"), RAX);
    ck_assert_uint_eq(ir_global(s, IR_I64, 8, "rbx"), RBX);
    ck_assert_uint_eq(ir_global(s, IR_V128, 16, "xmm0"), XMM0);
    tcg_start(s, 0x1000);
    return s;
}

static void check_text(const TCGContext *s, const char *want)
{
    g_autoptr(GString) text = g_string_new(NULL);
    ir_print(s, text);
    ck_assert_str_eq(text->str, want);
}

START_TEST(test_constants)
{
    TCGContext *s = new_context();
    IRRef five = ir_const(s, 5), minus = ir_const(s, -1);
    ck_assert_uint_ne(five, minus);
    ck_assert_uint_eq(ir_const(s, 5), five);
    ck_assert_uint_eq(ir_const(s, -1), minus);
    ck_assert(ir_is_const(s, five) && !ir_is_const(s, RAX) && !ir_is_const(s, IR_NONE));
    for (int i = 0; i < 1000; i++) {
        IRRef r = ir_const(s, i * 77);
        ck_assert_uint_eq(ir_t(s, r)->val, i * 77);
    }
    tcg_start(s, 0x2000);
    ck_assert_uint_eq(s->ntemps, NR_REGS);
    ck_assert_uint_eq(ir_const(s, 5), NR_REGS);
    tcg_context_free(s);
}
END_TEST

START_TEST(test_exits)
{
    TCGContext *s = new_context();
    for (unsigned i = 0; i <= TCG_MAX_EXITS; i++) {
        unsigned l = ir_label_new(s);
        ir_brcond(s, IR_I64, COND_E, RAX, ir_const(s, i), l);
        ir_exit_link(s, 0x1000 + i, CC_ALL);
        ir_label(s, l);
    }
    ck_assert_uint_eq(s->nexits, TCG_MAX_EXITS);
    ck_assert_int_eq(s->ops[s->nops - 2].code, OP_exit_ind);
    ir_exit_tb(s, 0);
    ck_assert(ir_verify(s, NULL));
    tcg_context_free(s);
}
END_TEST

/* A unit that uses a temp on two paths after a branch, flags, a fault and a coalesced
 * result. */
static void build_example(TCGContext *s)
{
    unsigned l = ir_label_new(s);
    IRRef t = ir_temp(s, IR_I64), u = ir_temp(s, IR_I64), v = ir_temp(s, IR_I64);
    ir_insn_start(s, 0x1000);
    ir_op2f(s, OP_add, IR_I64, t, RAX, RBX);
    ir_op2f(s, OP_sub, IR_I64, IR_NONE, t, ir_const(s, 8));
    ir_brcc(s, COND_B, l);
    ir_ld(s, IR_I64, u, (IRAddr){t, IR_NONE, 0, 16}, MO_64);
    ir_op2(s, OP_xor, IR_I64, v, u, RAX);
    ir_mov(s, IR_I64, RBX, v);
    ir_exit_link(s, 0x1003, 0);
    ir_label(s, l);
    ir_mov(s, IR_I64, RAX, t);
    ir_exit_tb(s, 3);
}

START_TEST(test_live)
{
    TCGContext *s = new_context();
    build_example(s);
    GError *err = NULL;
    ck_assert_msg(ir_verify(s, &err), "%s", err ? err->message : "");
    tcg_optimize(s);
    check_text(s, "tb 0x1000 {\n"
                  "    insn_start 0x1000\n"
                  "    t0 = add.i64 rax, rbx\n"
                  "    sub.i64.cc t0, $8 ; live=all\n"
                  "    brcc.b L0 ; live=all\n"
                  "    t1 = ld.i64.u64 [t0 + 16] ; dead=1\n"
                  "    rbx = xor.i64 t1, rax ; dead=1\n"
                  "    exit_link 0, 0x1003, none\n"
                  "  L0: ; live=all\n"
                  "    rax = mov.i64 t0 ; dead=1 live=all\n"
                  "    exit_tb 3 ; live=all\n"
                  "}\n");
    ck_assert(ir_verify(s, NULL));
    tcg_context_free(s);
}
END_TEST

/* Every kind of operand and suffix. */
static const char *const texts[] = {
    "tb 0xffffffff81000000 {\n"
    "    insn_start 0xffffffff81000000\n"
    "    t0 = ld.i64.s32.align [rax + rbx*4 - 8] ; dead=3\n"
    "    t1 = ld.i32.u8.rmw [0x12345] ; fault=c+z\n"
    "    st.i32.u16 [rbx*8], t1\n"
    "    t2 = at_cmpxchg.i64.u64 [t0], rax, $-1\n"
    "    t3 = zext.i64.i8 t2\n"
    "    t4 = deposit.i64 t3, t1, 8, 8\n"
    "    t5 = lea.i64 [t4 + rax*2 + 0x1000]\n"
    "    t6, t7 = mulu2.i64.cc t5, $0x1234 ; live=all\n"
    "    t8 = setcond.i64.be t6, t7\n"
    "    t9 = select.i32.tstne t8, $1, rax, rbx\n"
    "    t10 = setcc.i64.le\n"
    "    putcc.i64.cc t10, c+o\n"
    "    t11 = ld_env.i32 -16\n"
    "    st_env.i32 t11, 24\n"
    "    t12 = call helper_x(t11, $0x7fffffffffffffff) env fault io reads=gpr+cc "
    "writes=vec\n"
    "    call helper_y() pure\n"
    "    t13 = vop.v128 #77, xmm0, xmm0, 3\n"
    "    t14 = vtoi.v128.i32 #5, t13\n"
    "    brcond.i64.ge t14, $0, L0\n"
    "    brcc.np L1\n"
    "    exit_link 1, 0xffffffff81000005, z+s\n"
    "  L0:\n"
    "    exit_ind t12\n"
    "  L1: ; live=all\n"
    "    exit_tb 3\n"
    "}\n",
};

START_TEST(test_parse)
{
    TCGContext *s = new_context();
    GError *err = NULL;
    ck_assert_msg(ir_parse(s, texts[_i], &err), "%s", err ? err->message : "");
    check_text(s, texts[_i]);
    tcg_context_free(s);
}
END_TEST

static const struct {
    const char *text, *error;
} bad_texts[] = {
    {"",                                    "line 1: 'tb PC {' expected"             },
    {"tb 0 {\n",                            "line 2: '}' is missing"                 },
    {"tb 0 {\n\nfoo\n}\n",                  "line 3: op 'foo' is unknown"            },
    {"tb 0 {\nadd.i7 rax\n}\n",             "line 2: 'i7' is no type"                },
    {"tb 0 {\nrax = add.i64 rax rbx\n}\n",  "line 2: 'rbx' is too much"              },
    {"tb 0 {\nrax = add.i64 rax, rdi\n}\n", "line 2: 'rdi' is no operand"            },
    {"tb 0 {\nrax = lea.i64 [rax*3]\n}\n",  "line 2: scale is 1, 2, 4 or 8"          },
    {"tb 0 {\nrax = lea.i64 [rax*]\n}\n",   "line 2: number expected at ']\n}\n'"    },
    {"tb 0 {\nrax = setcc.i64.zz\n}\n",     "line 2: condition is missing or unknown"},
    {"tb 0 {\nbr 5\n}\n",                   "line 2: '5' is no label"                },
    {"tb 0 {\nrax = ld.i64.u24 [rax]\n}\n", "line 2: 'u24' is no access size"        },
    {"tb 0 {\nrax = ld.i64\n}\n",           "line 2: '' is no access size"           },
    {"tb 0 {\nt40000 = mov.i64 rax\n}\n",   "line 2: 't40000' is no operand"         },
};

START_TEST(test_parse_errors)
{
    TCGContext *s = new_context();
    GError *err = NULL;
    ck_assert(!ir_parse(s, bad_texts[_i].text, &err));
    ck_assert_str_eq(err->message, bad_texts[_i].error);
    g_error_free(err);
    ck_assert(!ir_parse(s, bad_texts[_i].text, NULL));
    tcg_context_free(s);
}
END_TEST

START_TEST(test_code_buf)
{
    CodeBuf *b = code_buf_new(100000, false, NULL);
    ck_assert_ptr_nonnull(b);
    ck_assert_uint_ge(code_buf_size(b), 100000);
    memcpy(b->rw + 5000, "code", 5);
    ck_assert_str_eq((const char *)b->rx + 5000, "code");
    ck_assert_ptr_eq(code_buf_rx(b, b->rw + 5000), b->rx + 5000);
    ck_assert_ptr_eq(code_buf_rw(b, b->rx + 5000), b->rw + 5000);
    ck_assert(code_buf_contains(b, b->rx) && code_buf_contains(b, b->rx + b->size - 1));
    ck_assert(!code_buf_contains(b, b->rx - 1) && !code_buf_contains(b, b->rx + b->size));
    b->thunks = 64;
    b->used = 6000;
    ck_assert_uint_eq(code_buf_used(b), 6000);
    code_buf_reset(b);
    ck_assert_uint_eq(code_buf_used(b), 64);
    code_buf_free(b);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_constants);
    tcase_add_test(tc, test_exits);
    tcase_add_test(tc, test_live);
    tcase_add_test(tc, test_code_buf);
    tcase_add_loop_test(tc, test_parse, 0, ARRAY_SIZE(texts));
    tcase_add_loop_test(tc, test_parse_errors, 0, ARRAY_SIZE(bad_texts));
}

int main(void)
{
    return unit_main("ir", add_tests);
}
