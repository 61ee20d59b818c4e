/* The interpreter: memory by TLB and slow path, faults and their state, helpers, exits,
 * links, partial writes. */
/* SPDX-License-Identifier: MIT */
#include "tests/ir/machine.h"
#include "tests/unit/unit.h"
#include "util/bitops.h"

enum { RAX, RCX, RDX, RBX, RSP, RBP };

static Machine *m;
static Outcome o;

static void setup(void)
{
    m = machine_new(&tcg_interp_backend);
    memset(m->env.gpr, 0, sizeof m->env.gpr);
    m->env.cc_op = CC_OP(CC_EFLAGS, 0);
}

static void teardown(void)
{
    machine_free(m);
}

/* Runs the ops of `body` as a unit at 0x1000 that ends in exit_tb 7. */
static void run(const char *body)
{
    GError *err = NULL;
    g_autofree char *text =
        g_strdup_printf("tb 0x1000 {\n insn_start 0x1000\n%s\n exit_tb 7\n}\n", body);
    if (!machine_parse(m, text, &err)) {
        ck_abort_msg("%s", err->message);
    }
    machine_run(m, m->s, &o);
}

START_TEST(test_partial_writes)
{
    static const uint64_t want[] = {
        UINT64_C(0xffffffffffffff88),
        UINT64_C(0xffffffffffff7788),
        UINT64_C(0x55667788),
        UINT64_C(0x1122334455667788),
    };
    m->env.gpr[RBX] = UINT64_C(0x1122334455667788);
    for (int i = 0; i < 4; i++) {
        m->env.gpr[RAX] = -1;
        g_autofree char *text = g_strdup_printf("rax = mov.i%d rbx", 8 << i);
        run(text);
        ck_assert(!o.faulted);
        ck_assert_uint_eq(o.reason, TCG_EXIT_TB + 7);
        ck_assert_uint_eq(o.gpr[RAX], want[i]);
    }
    /* Bits that the type does not define are not what a reader might hope for. */
    run("t0 = add.i8 rbx, $0\n t1 = mov.i8 t0\n rcx = zext.i64.i8 t1");
    ck_assert_uint_eq(o.gpr[RCX], 0x88);
    run("t0 = setcond.i8.e rbx, $0x88\n rcx = mov.i64 t0");
    ck_assert_uint_eq(o.gpr[RCX], 1);
}
END_TEST

START_TEST(test_memory)
{
    stq_le_p(m->mem + 8, UINT64_C(0x8899aabbccddeeff));
    m->env.gpr[RBX] = MEM_BASE;
    m->env.gpr[RCX] = 2;
    run("rax = ld.i64.s16 [rbx + rcx*4]\n rdx = ld.i32.s8 [rbx + 9]\n rsp = ld.i64.u32 "
        "[0x1000c]");
    ck_assert_uint_eq(o.gpr[RAX], UINT64_C(0xffffffffffffeeff));
    ck_assert_uint_eq(o.gpr[RDX], 0xffffffee);
    ck_assert_uint_eq(o.gpr[RSP], 0x8899aabb);
    /* In page 1 by the slow path, across pages 1 and 2, and in page 2. */
    m->env.gpr[RAX] = UINT64_C(0x0123456789abcdef);
    run("st.i64.u64 [rbx + 0x1010], rax\n st.i64.u64 [rbx + 0x1ffc], rax\n st.i16.u8 "
        "[rbx + 0x2100], rax\n"
        "rcx = ld.i64.u64 [rbx + 0x1ffc]\n");
    ck_assert_uint_eq(ldq_le_p(o.mem + 0x1010), UINT64_C(0x0123456789abcdef));
    ck_assert_uint_eq(o.gpr[RCX], UINT64_C(0x0123456789abcdef));
    ck_assert_uint_eq(o.mem[0x2100], 0xef);
    run("rcx = at_cmpxchg.i32.u32 [rbx + 0x1010], $0x89abcdef, $5\n rdx = at_add.i8.u8 "
        "[rbx + 0x1014], $1");
    ck_assert_uint_eq(o.gpr[RCX], 0x89abcdef);
    ck_assert_uint_eq(ldq_le_p(o.mem + 0x1010), UINT64_C(0x0123456800000005));
    ck_assert_uint_eq(o.gpr[RDX] & 0xff, 0x67);
}
END_TEST

START_TEST(test_faults)
{
    m->env.gpr[RBX] = MEM_BASE + MEM_SIZE;
    m->env.gpr[RAX] = 5;
    run("rax = add.i64.cc rax, $-5\n insn_start 0x1003\n rcx = mov.i64 $1\n rax = "
        "ld.i64.u64 [rbx - 4]\n rcx = mov.i64 $2");
    ck_assert(o.faulted);
    ck_assert_uint_eq(o.pc, 0x1003);
    ck_assert_uint_eq(o.fault_addr, MEM_BASE + MEM_SIZE);
    ck_assert_uint_eq(o.gpr[RAX], 0);
    ck_assert_uint_eq(o.gpr[RCX], 1);
    ck_assert_uint_eq(o.flags, CC_Z | CC_C | CC_P | CC_A);
    /* Aligned access; a helper; a helper that never returns. */
    run("rax = ld.i64.u32.align [rbx - 6]");
    ck_assert(o.faulted && o.pc == 0x1000);
    run("insn_start 0x1005\n rax = call fault($16) env fault");
    ck_assert(o.faulted && o.pc == 0x1005 && o.fault_addr == 16);
    run("rax = call fault($15) env fault");
    ck_assert(!o.faulted && o.gpr[RAX] == 16);
    run("call noreturn($3) env fault noreturn");
    ck_assert(o.faulted && o.fault_addr == 3);
}
END_TEST

START_TEST(test_helpers)
{
    run("rax = call pure0() pure\n rcx = call pure5($1, $2, $3, $4, $5) pure\n rdx = "
        "call pure5($1, $2, $3, $4, $6) pure");
    ck_assert_uint_eq(o.gpr[RAX], UINT64_C(0x123456789abcdef0));
    ck_assert_uint_ne(o.gpr[RCX], o.gpr[RDX]);
    run("call write_gpr($5, $77) env writes=gpr\n call write_cc($3, $4) env writes=cc\n "
        "rax = call read_cc() env pure reads=cc");
    ck_assert_uint_eq(o.gpr[RBP], 77);
    ck_assert_uint_eq(o.gpr[RAX], CC_C | CC_S | CC_P | CC_A);
    ck_assert_uint_eq(o.flags, CC_C | CC_S | CC_P | CC_A);
}
END_TEST

START_TEST(test_flags)
{
    m->env.gpr[RAX] = 0x80;
    run("rax = dec.i8.cc rax\n rcx = setcc.i64.o\n rdx = adc.i64 $1, $1\n"
        "putcc.i64.cc $0x8d5, c+z\n rbx = getcc.i64\n rsp = selcc.i32.a $1, $-1");
    ck_assert_uint_eq(o.gpr[RAX], 0x7f);
    ck_assert_uint_eq(o.gpr[RCX], 1);
    ck_assert_uint_eq(o.gpr[RDX], 2);
    ck_assert_uint_eq(o.gpr[RBX], CC_O | CC_A | CC_C | CC_Z);
    ck_assert_uint_eq(o.gpr[RSP], 0xffffffff);
    /* A shift by zero leaves the flags. */
    run("putcc.i64.cc $0x8d5, all\n rax = shl.i32.cc rax, $32\n");
    ck_assert_uint_eq(o.flags, CC_ALL);
    ck_assert_uint_eq(o.gpr[RAX], 0x7f);
}
END_TEST

START_TEST(test_branches)
{
    m->env.gpr[RBX] = 5;
    run("brcond.i64.g rbx, $4, L0\n rax = mov.i64 $1\n exit_ind rbx\n L0:\n rax = "
        "mov.i64 $2\n brcond.i64.l rbx, $5, L2\n br L1\n L2:\n"
        "rax = mov.i64 $3\n L1:\n sub.i64.cc rbx, $5\n brcc.ne L3\n exit_link 2, 0x2000, "
        "c+z\n L3:\n");
    ck_assert_uint_eq(o.gpr[RAX], 2);
    ck_assert_uint_eq(o.reason, TCG_EXIT_LINK + 2);
    ck_assert_uint_eq(o.pc, 0x2000);
    ck_assert_uint_eq(o.flags_mask, CC_C | CC_Z);
    run("brcond.i64.tste rbx, $1, L0\n rax = mov.i64 $1\n exit_ind rbx\n L0:");
    ck_assert_uint_eq(o.reason, TCG_EXIT_LOOKUP);
    ck_assert_uint_eq(o.pc, 5);
}
END_TEST

START_TEST(test_env)
{
    m->env.field[0] = -2;
    g_autofree char *text =
        g_strdup_printf("rax = ld_env.i16 %d\n st_env.i32 rax, %d",
                        (int)(offsetof(Env, field) - offsetof(Env, gpr)),
                        (int)(offsetof(Env, field[1]) - offsetof(Env, gpr)));
    run(text);
    ck_assert_uint_eq(o.gpr[RAX], 0xfffe);
    ck_assert_uint_eq(o.field[1], 0xfffe);
}
END_TEST

/* Two units that go round: linked, then stopped by a request at a unit's head. */
START_TEST(test_links)
{
    g_autofree char *second =
        g_strdup_printf("tb 0x1010 {\n t0 = setcond.i64.g rax, $9\n"
                        "st_env.i32 t0, %d\n exit_link 0, 0x1000, all\n}\n",
                        machine_guest.exit_request);
    const char *const texts[] = {
        "tb 0x1000 {\n rax = add.i64 rax, $1\n call io(rax) env io\n exit_link 0, "
        "0x1010, all\n}\n",
        second,
    };
    TCGCode code[2];
    for (int i = 0; i < 2; i++) {
        ck_assert(machine_parse(m, texts[i], NULL));
        ck_assert(m->backend->gen_code(m->s, m->buf, &code[i]));
    }
    TCGExit e = m->backend->enter(m->env.gpr, code[0].entry);
    ck_assert_uint_eq(e.reason, TCG_EXIT_LINK);
    ck_assert_ptr_eq(e.unit, code[0].entry);
    ck_assert_uint_eq(m->env.pc, 0x1010);
    m->backend->link(m->buf, &code[0], 0, code[1].entry);
    m->backend->link(m->buf, &code[1], 0, code[0].entry);
    e = m->backend->enter(m->env.gpr, code[0].entry);
    ck_assert_uint_eq(e.reason, TCG_EXIT_REQUEST);
    ck_assert_uint_eq(m->env.gpr[RAX], 10);
    ck_assert_uint_eq(m->env.pc, 0x1000);
    m->env.exit_request = 0;
    m->backend->link(m->buf, &code[1], 0, NULL);
    e = m->backend->enter(m->env.gpr, code[0].entry);
    ck_assert_uint_eq(e.reason, TCG_EXIT_LINK);
    ck_assert_ptr_eq(e.unit, code[1].entry);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_partial_writes);
    tcase_add_test(tc, test_memory);
    tcase_add_test(tc, test_faults);
    tcase_add_test(tc, test_helpers);
    tcase_add_test(tc, test_flags);
    tcase_add_test(tc, test_branches);
    tcase_add_test(tc, test_env);
    tcase_add_test(tc, test_links);
}

int main(void)
{
    return unit_main("interp", add_tests);
}
