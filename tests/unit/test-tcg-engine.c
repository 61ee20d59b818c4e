/* The execution engine, run with a toy guest on every back end of this host. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/toy.h"
#include "tests/unit/unit.h"

#include <unistd.h>

#include "cpu/debug.h"
#include "util/atomic.h"
#include "util/bitops.h"
#include "util/host.h"
#include "util/log.h"

/* Each test runs once for each back end: _i is its number. */
static const TCGBackend *backend_of(int i)
{
    return i ? tcg_native_backend : &tcg_interp_backend;
}

static Toy *toy_with(int i, uint64_t tb_size)
{
    TCGOptions opts = tcg_default_options();

    opts.backend = backend_of(i);
    opts.tb_size = tb_size;
    Toy *t = toy_new(&opts);

    t->at = 0x1000;
    toy_reset(t, 0x1000);
    return t;
}

static Toy *toy_of(int i)
{
    return toy_with(i, 8 << 20);
}

static void run_to_halt(Toy *t)
{
    ck_assert_int_eq(toy_run(t), CPU_EXIT_HALT);
}

/* An exception handler at `at` that only halts. */
static void halt_on_exception(Toy *t, uint64_t at)
{
    uint64_t saved = t->at;

    t->at = at;
    toy_halt(t);
    t->at = saved;
    t->env->vector = at;
}

/* r0 = sum of r1 .. 1. */
static void emit_sum(Toy *t, int32_t n)
{
    toy_li(t, 0, 0);
    toy_li(t, 1, n);
    uint64_t loop = toy_rr(t, TOY_ADD, 0, 1);

    toy_r(t, TOY_DEC, 1);
    toy_branch(t, TOY_JNZ, loop);
    toy_halt(t);
}

START_TEST(loop_links)
{
    Toy *t = toy_of(_i);

    emit_sum(t, 1000);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[0], 500500);
    /* the loop links to itself: it does not come back to the main loop each time */
    ck_assert_uint_lt(cpu_tcg(t->cpu)->stats.entered, 10);
    toy_free(t);
}
END_TEST

START_TEST(indirect_jumps)
{
    Toy *t = toy_of(_i);

    toy_li(t, 0, 0);
    toy_li(t, 1, 1);
    toy_li(t, 2, 100);
    uint64_t loop = t->at;

    toy_li(t, 3, 0x2000); /* call: r4 is the return address */
    toy_li(t, 4, t->at + 6 + 2);
    toy_r(t, TOY_JR, 3);
    toy_r(t, TOY_DEC, 2);
    toy_branch(t, TOY_JNZ, loop);
    toy_halt(t);
    t->at = 0x2000;
    toy_rr(t, TOY_ADD, 0, 1);
    toy_r(t, TOY_JR, 4);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[0], 100);
    toy_free(t);
}
END_TEST

/* A function at `at` that adds r1 to r0 and returns to r4; the call of it. */
static void emit_call(Toy *t, uint64_t at)
{
    toy_li(t, 3, at);
    toy_li(t, 4, t->at + 6 + 2);
    toy_r(t, TOY_JR, 3);
    uint64_t back = t->at;

    t->at = at;
    toy_rr(t, TOY_ADD, 0, 1);
    toy_r(t, TOY_JR, 4);
    t->at = back;
}

/* Two functions whose entries in the jump table are the same, until it has grown. */
START_TEST(jump_table_grows)
{
    Toy *t = toy_of(_i);
    const CPUTCG *cpu = cpu_tcg(t->cpu);
    uint32_t first = cpu->jc->mask;

    toy_li(t, 0, 0);
    toy_li(t, 1, 1);
    toy_li(t, 2, jump_index(UINT64_MAX, first));
    uint64_t loop = t->at;

    emit_call(t, 0x10000);
    emit_call(t, 0x20000);
    ck_assert_uint_eq(jump_index(0x10000, first), jump_index(0x20000, first));
    toy_r(t, TOY_DEC, 2);
    toy_branch(t, TOY_JNZ, loop);
    toy_halt(t);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[0], 2 * jump_index(UINT64_MAX, first));
    ck_assert_uint_gt(cpu->jc->mask, first);
    ck_assert_uint_eq(t->cpu->jc_mask, cpu->jc->mask);
    ck_assert_uint_ne(jump_index(0x10000, cpu->jc->mask),
                      jump_index(0x20000, cpu->jc->mask));
    if (tcg_native_backend && cpu->engine->backend == tcg_native_backend) {
        ck_assert_uint_lt(cpu->stats.jump_misses, jump_index(UINT64_MAX, first) / 2);
    }
    toy_free(t);
}
END_TEST

START_TEST(memory)
{
    Toy *t = toy_of(_i);

    toy_li(t, 1, 0x8000);
    toy_li(t, 2, 0x12345678);
    toy_mem(t, TOY_ST, 2, 1, 4);
    toy_mem(t, TOY_LD, 3, 1, 0); /* high half of what is there */
    toy_mem(t, TOY_STB, 2, 1, 0xfff);
    toy_mem(t, TOY_ST, 2, 1, 0xffc); /* across the page border */
    toy_mem(t, TOY_LD, 4, 1, 0xffc);
    toy_mem(t, TOY_XADD, 4, 1, 4);
    toy_mem(t, TOY_LD, 5, 1, 4);
    toy_halt(t);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[3], 0x1234567800000000);
    ck_assert_uint_eq(t->env->r[4], 0x12345678); /* the old value */
    ck_assert_uint_eq(t->env->r[5], 0x2468acf0);
    ck_assert_uint_eq(ldq_le_p(t->host + 0x8ffc), 0x12345678);
    toy_free(t);
}
END_TEST

START_TEST(io_and_rom)
{
    Toy *t = toy_of(_i);

    t->io_reg[1] = 77;
    toy_li(t, 1, TOY_IO);
    toy_li(t, 2, TOY_ROM);
    toy_mem(t, TOY_LD, 3, 1, 8);
    toy_mem(t, TOY_ST, 3, 1, 16);
    toy_mem(t, TOY_XADD, 3, 1, 24); /* r3 = 0, register 3 = 77 */
    toy_mem(t, TOY_STB, 1, 1, 33);
    toy_mem(t, TOY_LD, 4, 1, 0xffc); /* half of it where nothing is */
    toy_mem(t, TOY_LD, 5, 2, 0);
    toy_mem(t, TOY_ST, 1, 2, 0); /* ignored */
    toy_mem(t, TOY_LD, 6, 2, 0);
    toy_halt(t);
    ck_assert_int_eq(address_space_write_rom(&t->mem, TOY_ROM, "romcode", 8), MEMTX_OK);
    run_to_halt(t);
    ck_assert_uint_eq(t->io_reg[2], 77);
    ck_assert_uint_eq(t->io_reg[3], 77);
    ck_assert_uint_eq(t->env->r[3], 0);
    ck_assert_uint_eq(t->io_reg[4], 0); /* TOY_IO's low byte at byte 33 */
    ck_assert_uint_eq(t->env->r[4] >> 32, 0xffffffff);
    ck_assert_uint_eq(t->env->r[5], ldq_le_p("romcode"));
    ck_assert_uint_eq(t->env->r[6], t->env->r[5]);
    ck_assert_uint_gt(t->io_reads, 2);
    toy_free(t);
}
END_TEST

/* Code fetched from a device's registers is not kept. */
START_TEST(code_in_io)
{
    Toy *t = toy_of(_i);
    uint8_t *code = (uint8_t *)t->io_reg;

    code[0] = TOY_LI;
    code[1] = 1;
    stl_le_p(code + 2, 5);
    code[6] = TOY_HALT;
    toy_reset(t, TOY_IO);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[1], 5);
    stl_le_p(code + 2, 6);
    toy_reset(t, TOY_IO);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[1], 6);
    toy_free(t);
}
END_TEST

/* Self-modifying code. */

START_TEST(smc_in_running_unit)
{
    Toy *t = toy_of(_i);

    toy_li(t, 1, 0);
    uint64_t fix = t->at;

    toy_li(t, 2, 99);
    toy_mem(t, TOY_STB, 2, 1,
            fix + 6 + 7 + 2); /* the immediate of the next instruction */
    toy_li(t, 3, 1);
    toy_halt(t);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[3], 99);
    ck_assert_uint_eq(cpu_tcg(t->cpu)->stats.one_shots, 1);
    toy_free(t);
}
END_TEST

START_TEST(smc_of_itself)
{
    Toy *t = toy_of(_i);

    toy_li(t, 1, 0);
    toy_li(t, 2, 7);
    uint64_t insn = t->at;

    /* changes its own register number from 2 to 7 */
    toy_mem(t, TOY_STB, 2, 1, insn + 1);
    toy_branch(t, TOY_JMP, t->at + 5);
    toy_halt(t);
    run_to_halt(t);
    ck_assert_uint_eq(t->host[insn + 1], 7);
    ck_assert_uint_eq(cpu_tcg(t->cpu)->stats.one_shots, 1);
    toy_free(t);
}
END_TEST

START_TEST(smc_of_other_unit)
{
    Toy *t = toy_of(_i);
    uint64_t victim = 0x3000;

    toy_li(t, 1, 0);
    toy_li(t, 5, 0);
    toy_li(t, 6, 3);
    toy_li(t, 2, 10);
    uint64_t loop = t->at;

    toy_li(t, 4, t->at + 6 + 5);
    toy_branch(t, TOY_JMP, victim);
    toy_rr(t, TOY_ADD, 5, 3);
    toy_rr(t, TOY_ADD, 2, 2);
    toy_mem(t, TOY_STB, 2, 1, victim + 2); /* the victim will load 20, then 40 */
    toy_r(t, TOY_DEC, 6);
    toy_branch(t, TOY_JNZ, loop);
    toy_halt(t);
    t->at = victim;
    toy_li(t, 3, 1);
    toy_r(t, TOY_JR, 4);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[5], 1 + 20 + 40);
    ck_assert_uint_eq(cpu_tcg(t->cpu)->stats.one_shots, 0);
    toy_free(t);
}
END_TEST

START_TEST(data_beside_code)
{
    Toy *t = toy_of(_i);

    toy_li(t, 1, 0x1800);
    toy_li(t, 2, 500);
    uint64_t loop = toy_mem(t, TOY_ST, 2, 1, 0);

    toy_r(t, TOY_DEC, 2);
    toy_branch(t, TOY_JNZ, loop);
    toy_halt(t);
    run_to_halt(t);
    ck_assert_uint_eq(ldq_le_p(t->host + 0x1800), 1);
    ck_assert_uint_eq(t->engine->stats.invalidated, 0);
    ck_assert_uint_eq(t->engine->stats.code_stores_miss, 500);

    /* a store of what is there already is no change, even on code */
    t->at = 0x1000;
    toy_li(t, 1, 0x1000);
    toy_mem(t, TOY_LD, 2, 1, 0);
    toy_mem(t, TOY_ST, 2, 1, 0);
    toy_halt(t);
    uint64_t before = t->engine->stats.invalidated;

    toy_reset(t, 0x1000);
    run_to_halt(t);
    ck_assert_uint_eq(t->engine->stats.invalidated, before);
    ck_assert_uint_eq(t->engine->stats.code_stores_same, 1);
    toy_free(t);
}
END_TEST

/* When the last unit of a page is gone, stores to it are ordinary again. */
START_TEST(page_becomes_data)
{
    Toy *t = toy_of(_i);

    toy_li(t, 4, 0x1000 + 6 + 5);
    toy_branch(t, TOY_JMP, 0x3000);
    toy_li(t, 1, 0x3000);
    toy_li(t, 2, 100);
    uint64_t loop = toy_mem(t, TOY_ST, 2, 1, 0);

    toy_r(t, TOY_DEC, 2);
    toy_branch(t, TOY_JNZ, loop);
    toy_halt(t);
    t->at = 0x3000;
    toy_r(t, TOY_JR, 4);
    run_to_halt(t);
    ck_assert_uint_eq(t->engine->stats.invalidated, 1);
    ck_assert_uint_le(t->engine->stats.code_stores, 2);
    toy_free(t);
}
END_TEST

/* The flags that a unit drops because an ADD follows are wanted once that is something
 * else. */
START_TEST(smc_of_what_was_peeked)
{
    Toy *t = toy_of(_i);

    t->at = 0x3000; /* r5 = 1 if not ZF, 2 if ZF */
    toy_li(t, 5, 1);
    toy_branch(t, TOY_JNZ, t->at + 5 + 6);
    toy_li(t, 5, 2);
    toy_halt(t);
    t->at = 0x1000;
    toy_li(t, 1, 0);
    toy_li(t, 4, TOY_JR);
    toy_li(t, 7, 0x3000);
    /* so that the loop is a unit from its first round on */
    toy_branch(t, TOY_JMP, t->at + 5);
    uint64_t loop = toy_li(t, 3, 1);

    toy_r(t, TOY_DEC, 3); /* ZF */
    toy_branch(t, TOY_JMP, 0x1800);
    uint64_t back = toy_mem(t, TOY_STB, 4, 1, 0x1800); /* from now on: JR r7 */

    toy_branch(t, TOY_JMP, loop);
    t->at = 0x1800;
    toy_rr(t, TOY_ADD, 7, 1); /* no ZF */
    toy_branch(t, TOY_JMP, back);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[5], 2);
    toy_free(t);
}
END_TEST

/* A unit whose last instruction lies in two pages, changed in its second part. */
START_TEST(smc_across_pages)
{
    Toy *t = toy_of(_i);

    toy_li(t, 1, 0);
    toy_li(t, 6, 2);
    toy_li(t, 5, 0);
    uint64_t jump = toy_branch(t, TOY_JMP, 0x1ffd);

    (void)jump;
    t->at = 0x1ffd;
    toy_li(t, 3, 0x00112233); /* its immediate begins at 0x1fff */
    toy_rr(t, TOY_ADD, 5, 3);
    toy_li(t, 2, 0x44);
    toy_mem(t, TOY_STB, 2, 1, 0x2000); /* second byte of the immediate */
    toy_r(t, TOY_DEC, 6);
    toy_branch(t, TOY_JNZ, 0x1ffd);
    toy_halt(t);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[5], 0x00112233 + 0x00114433);
    toy_free(t);
}
END_TEST

/* A device or debugger that writes to code. */
START_TEST(dma_to_code)
{
    Toy *t = toy_of(_i);

    uint64_t at = toy_li(t, 3, 1);

    toy_halt(t);
    run_to_halt(t);
    address_space_stb(&t->mem, at + 2, 9);
    toy_reset(t, 0x1000);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[3], 9);
    toy_free(t);
}
END_TEST

/* Paging. */

typedef struct Tables {
    uint64_t root, pool;
} Tables;

/* Maps n pages from va to pa. */
static void map(Toy *t, Tables *m, vaddr va, hwaddr pa, unsigned n, uint64_t bits)
{
    for (unsigned i = 0; i < n; i++) {
        *toy_pte(t, m->root, va + i * 4096, &m->pool) = (pa + i * 4096) | bits | PTE_P;
    }
}

static Tables new_tables(Toy *t, uint64_t root)
{
    Tables m = {root, root + 0x1000};

    memset(t->host + root, 0, 4096);
    map(t, &m, 0, 0, 512, PTE_W | PTE_X | PTE_G); /* the kernel: two MiB */
    return m;
}

static void start_paging(Toy *t, const Tables *m, uint64_t pc)
{
    uint64_t vector = t->env->vector;

    toy_reset(t, pc);
    t->env->root = m->root;
    t->env->paging = true;
    t->env->vector = vector;
    tlb_flush(t->cpu);
    cpu_switch_address_space(t->cpu, m->root, false);
    cpu_mode_changed(t->cpu, 1);
}

/* An instruction that begins in RAM and goes on in a device's registers. */
START_TEST(code_runs_into_io)
{
    Toy *t = toy_of(_i);
    Tables m = new_tables(t, 0x100000);
    uint8_t *regs = (uint8_t *)t->io_reg;

    map(t, &m, 0x40000, 0x30000, 1, PTE_W | PTE_X);
    map(t, &m, 0x41000, TOY_IO, 1, PTE_W | PTE_X);
    t->at = 0x30000 + 4093;
    toy_li(t, 1, 0x12345678); /* all but three bytes of it come from the device */
    regs[0] = 0x56;
    regs[1] = 0x34;
    regs[2] = 0;
    regs[3] = TOY_HALT;
    start_paging(t, &m, 0x40000 + 4093);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[1], 0x00345678);
    toy_free(t);
}
END_TEST

START_TEST(faults_are_precise)
{
    Toy *t = toy_of(_i);
    Tables m = new_tables(t, 0x100000);

    halt_on_exception(t, 0x5000);
    map(t, &m, 0x400000, 0x200000, 1, PTE_W);
    toy_li(t, 1, 0x400ffc);
    toy_li(t, 2, -1);
    toy_rr(t, TOY_ADD, 2, 2);
    uint64_t pc = toy_mem(t, TOY_ST, 2, 1, 0); /* its second half has no page */

    toy_li(t, 2, 0);
    toy_halt(t);
    start_paging(t, &m, 0x1000);
    run_to_halt(t);
    ck_assert_int_eq(t->env->cause, TOY_EXCP_WRITE);
    ck_assert_uint_eq(t->env->epc, pc);
    ck_assert_uint_eq(t->env->bad, 0x401000);
    ck_assert_uint_eq(t->env->r[2], (uint64_t)-2);
    ck_assert_uint_eq(ldl_le_p(t->host + 0x200ffc),
                      0); /* the first half was not written */
    CCState cc = {t->env->cc_op, t->env->cc_a, t->env->cc_b, t->env->cc_c, t->env->cc_r};

    ck_assert_uint_eq(cc_compute(&cc) & (CC_C | CC_S | CC_Z), CC_C | CC_S);
    toy_free(t);
}
END_TEST

START_TEST(fetch_fault_when_reached)
{
    Toy *t = toy_of(_i);
    Tables m = new_tables(t, 0x100000);

    halt_on_exception(t, 0x5000);
    map(t, &m, 0x400000, 0x200000, 1, PTE_X);
    t->at = 0x200ff0;
    toy_li(t, 1, 11);         /* 0xff0 */
    toy_r(t, TOY_DEC, 1);     /* 0xff6 */
    toy_rr(t, TOY_ADD, 1, 1); /* 0xff8 */
    toy_li(t, 2, 5);          /* 0xffb: crosses */
    start_paging(t, &m, 0x400ff0);
    run_to_halt(t);
    ck_assert_int_eq(t->env->cause, TOY_EXCP_FETCH);
    ck_assert_uint_eq(t->env->epc, 0x400ffb);
    ck_assert_uint_eq(t->env->bad, 0x401000);
    ck_assert_uint_eq(t->env->r[1], 20);

    /* with the page there, the same code goes on */
    map(t, &m, 0x401000, 0x201000, 1, PTE_X);
    t->at = 0x201001;
    toy_halt(t);
    start_paging(t, &m, 0x400ff0);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[2], 5);

    /* and with another second page, another instruction is met */
    map(t, &m, 0x401000, 0x202000, 1, PTE_X);
    memset(t->host + 0x202000, 0, 16);
    t->host[0x202000] = 1;
    start_paging(t, &m, 0x400ff0);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[2], 0x01000005);
    toy_free(t);
}
END_TEST

/* A program of user mode at 0x400000: r2 = what the word at 0x600000 says; trap. */
static void emit_user(Toy *t, uint64_t pa, int32_t id)
{
    t->at = pa;
    toy_li(t, 1, 0x600000);
    toy_mem(t, TOY_LD, 2, 1, 0);
    toy_li(t, 3, id);
    toy_branch(t, TOY_JMP,
               t->at + 5 + 0x1000 - (t->at & 0xfff) - 5); /* to the next page */
    t->at = pa + 0x1000;
    toy_rr(t, TOY_ADD, 4, 3);
    toy_sys(t, SYS_TRAP);
}

/* Two address spaces with different code and data at the same addresses, switched to and
 * fro. */
START_TEST(address_spaces)
{
    Toy *t = toy_of(_i);
    Tables m[2];

    for (int i = 0; i < 2; i++) {
        m[i] = new_tables(t, 0x100000 + i * 0x10000);
        map(t, &m[i], 0x400000, 0x200000 + i * 0x10000, 2, PTE_U | PTE_X);
        map(t, &m[i], 0x600000, 0x300000 + i * 0x10000, 1, PTE_U | PTE_W);
        emit_user(t, 0x200000 + i * 0x10000, 100 + i);
        stq_le_p(t->host + 0x300000 + i * 0x10000, 1000 + i);
    }
    halt_on_exception(t, 0x5000);
    start_paging(t, &m[0], 0x400000);
    for (int n = 0; n < 40; n++) {
        int space = n / 3 % 2;

        t->env->r[4] = 0;
        t->env->pc = 0x400000;
        t->env->mode = 0;
        t->env->root = m[space].root;
        cpu_switch_address_space(t->cpu, m[space].root, n > 10);
        cpu_mode_changed(t->cpu, 0);
        t->cpu->halted = false;
        run_to_halt(t);
        ck_assert_int_eq(t->env->cause, TOY_EXCP_TRAP);
        ck_assert_uint_eq(t->env->r[2], 1000 + space);
        ck_assert_uint_eq(t->env->r[4], 100 + space);
    }
    toy_free(t);
}
END_TEST

/* The pages of one of two programs that share their first page, at 0x400000. */
static void map_sharer(Toy *t, Tables *m, int i)
{
    hwaddr own = 0x210000 + i * 0x10000;

    *m = new_tables(t, 0x100000 + i * 0x10000);
    map(t, m, 0x400000, 0x200000, 1, PTE_U | PTE_X);
    map(t, m, 0x401000, own, 2, PTE_U | PTE_X);
    t->at = own; /* the rest of an immediate that begins in the shared page */
    t->host[t->at++] = 0x11 * (i + 1);
    t->at += 2;
    toy_sys(t, SYS_TRAP);
    t->at = own + 0x1000;
    toy_li(t, 5, 7 + i);
    toy_sys(t, SYS_TRAP);
}

/* Two address spaces share a page of code, but not the page that it jumps to, nor the one
 * that its last instruction reaches into. Links and two-page units have to notice. */
START_TEST(shared_code_page)
{
    Toy *t = toy_of(_i);
    Tables m[2];

    map_sharer(t, &m[0], 0);
    map_sharer(t, &m[1], 1);
    t->at = 0x200000;
    toy_branch(t, TOY_JMP, 0x202000);
    t->at = 0x200800;
    toy_branch(t, TOY_JMP, 0x200ffd);
    t->at = 0x200ffd;
    toy_li(t, 5, 0x22);
    t->host[0x201000] = 0;
    halt_on_exception(t, 0x5000);
    start_paging(t, &m[0], 0x400000);
    for (int n = 0; n < 40; n++) {
        int space = n / 2 % 2;
        bool far = n % 8 < 4;

        t->env->pc = far ? 0x400000 : 0x400800;
        t->env->mode = 0;
        t->env->root = m[space].root;
        cpu_switch_address_space(t->cpu, m[space].root, true);
        cpu_mode_changed(t->cpu, 0);
        t->cpu->halted = false;
        run_to_halt(t);
        ck_assert_int_eq(t->env->cause, TOY_EXCP_TRAP);
        ck_assert_uint_eq(t->env->r[5], far ? 7 + space : 0x22 | 0x1100 * (space + 1));
    }
    ck_assert_uint_gt(t->engine->stats.cross_links, 0);
    toy_free(t);
}
END_TEST

/* The kernel remaps a page of code that other pages jump to, and flushes it. */
START_TEST(remapped_code)
{
    Toy *t = toy_of(_i);
    Tables m = new_tables(t, 0x100000);
    uint64_t *pte = toy_pte(t, m.root, 0x80000, &m.pool);

    for (int i = 0; i < 2; i++) {
        t->at = 0x30000 + i * 0x1000;
        toy_li(t, 3, 10 + i);
        toy_r(t, TOY_JR, 7);
    }
    t->at = 0x1000;
    toy_li(t, 0, 0x80000);
    toy_li(t, 5, 0);
    toy_li(t, 1, (uintptr_t)((uint8_t *)pte - t->host));
    toy_li(t, 6, 0x30000 | PTE_P | PTE_X | PTE_G);
    toy_li(t, 2, 3);
    uint64_t loop = t->at;

    toy_mem(t, TOY_ST, 6, 1, 0);
    toy_sys(t, SYS_INVLPG);
    toy_li(t, 7, t->at + 6 + 5);
    toy_branch(t, TOY_JMP, 0x80000); /* a direct jump to another page */
    toy_rr(t, TOY_ADD, 5, 3);
    toy_rr(t, TOY_ADD, 5, 5);
    toy_li(t, 4, 0x1000);
    toy_rr(t, TOY_ADD, 6, 4); /* the other page next */
    toy_r(t, TOY_DEC, 2);
    toy_branch(t, TOY_JNZ, loop);
    toy_halt(t);
    t->at = 0x32000;
    toy_li(t, 3, 12);
    toy_r(t, TOY_JR, 7);
    start_paging(t, &m, 0x1000);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[5], ((10 * 2 + 11) * 2 + 12) * 2);
    ck_assert_uint_gt(t->engine->stats.cross_links, 0);
    ck_assert_uint_gt(t->engine->stats.kernel_unlinks, 0);
    toy_free(t);
}
END_TEST

/* Code that is written through two other mappings of its page, which are in the TLB
 * before it is code. */
START_TEST(smc_by_alias)
{
    Toy *t = toy_of(_i);
    Tables m = new_tables(t, 0x100000);
    int32_t alias[] = {0x401000, 0x402000};

    for (int i = 0; i < 2; i++) {
        map(t, &m, alias[i], 0x30000, 1, PTE_W);
    }
    map(t, &m, 0x80000, 0x30000, 1, PTE_X);
    t->at = 0x30000;
    toy_li(t, 3, 0);
    toy_r(t, TOY_JR, 7);
    t->at = 0x1000;
    toy_li(t, 5, 0);
    for (int i = 0; i < 4; i++) {
        toy_li(t, 1, alias[i % 2]);
        toy_li(t, 2, 1 << i);
        toy_mem(t, TOY_STB, 2, 1, 2);
        if (i > 0) {
            toy_li(t, 7, t->at + 6 + 5);
            toy_branch(t, TOY_JMP, 0x80000);
            toy_rr(t, TOY_ADD, 5, 3);
        }
    }
    toy_halt(t);
    start_paging(t, &m, 0x1000);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[5], 2 + 4 + 8);
    toy_free(t);
}
END_TEST

/* Interrupts. */

static void *interrupt_soon(void *opaque)
{
    g_usleep(20000);
    cpu_interrupt(opaque, CPU_INTERRUPT_HARD);
    return NULL;
}

/* A loop that is linked to itself is left for an interrupt. */
START_TEST(interrupt_in_loop)
{
    Toy *t = toy_of(_i);
    Thread thread;

    halt_on_exception(t, 0x5100);
    t->env->vector = 0x5000;
    t->env->ie = true;
    toy_branch(t, TOY_JMP, t->at);
    thread_create(&thread, "irq", interrupt_soon, t->cpu);
    run_to_halt(t);
    thread_join(&thread);
    ck_assert_uint_eq(t->env->interrupts, 1);
    ck_assert_uint_eq(t->env->epc, 0x1000);
    toy_free(t);
}
END_TEST

START_TEST(interrupt_shadow)
{
    Toy *t = toy_of(_i);

    halt_on_exception(t, 0x5100);
    t->env->vector = 0x5000;
    t->cpu->interrupt_request = CPU_INTERRUPT_HARD;
    toy_li(t, 1, 1);
    toy_sys(t, SYS_STI);
    uint64_t shadowed = toy_li(t, 1, 2);

    toy_li(t, 1, 3);
    toy_halt(t);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[1], 2);
    ck_assert_uint_eq(t->env->epc, shadowed + 6);
    toy_free(t);
}
END_TEST

/* SYS_STI; HALT: the interrupt comes after HALT, and wakes it. */
START_TEST(sti_halt)
{
    Toy *t = toy_of(_i);

    halt_on_exception(t, 0x5100);
    t->env->vector = 0x5000;
    toy_sys(t, SYS_STI);
    uint64_t halt = toy_halt(t);

    toy_li(t, 1, 3);
    toy_halt(t);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->pc, halt + 1);
    cpu_interrupt(t->cpu, CPU_INTERRUPT_HARD);
    t->env->shadow = false;
    run_to_halt(t);
    ck_assert_uint_eq(t->env->epc, halt + 1);
    ck_assert_uint_eq(t->env->r[1], 0);
    toy_free(t);
}
END_TEST

static void work_stop(CPUState *cpu, void *data)
{
    *(int *)data = 1;
    cpu_interrupt(cpu, CPU_INTERRUPT_EXIT);
}

static void *queue_soon(void *opaque)
{
    static int done;
    Toy *t = opaque;

    done = 0;
    run_on_cpu(t->cpu, work_stop, &done);
    return GINT_TO_POINTER(done);
}

START_TEST(queued_work)
{
    Toy *t = toy_of(_i);
    Thread self = {pthread_self()}, thread;

    t->cpu->thread = &self;
    toy_branch(t, TOY_JMP, t->at);
    thread_create(&thread, "work", queue_soon, t);
    ck_assert_int_eq(toy_run(t), CPU_EXIT_REQUEST);
    ck_assert(thread_join(&thread));
    t->cpu->thread = NULL;
    toy_free(t);
}
END_TEST

/* Debugging. */

START_TEST(breakpoints)
{
    Toy *t = toy_of(_i);

    toy_li(t, 1, 1);
    uint64_t at = toy_li(t, 1, 2);

    toy_li(t, 1, 3);
    toy_halt(t);
    run_to_halt(t); /* the unit exists before the breakpoint does */
    toy_reset(t, 0x1000);
    cpu_breakpoint_insert(t->cpu, at, BP_DEBUGGER);
    ck_assert_int_eq(toy_run(t), CPU_EXIT_DEBUG);
    ck_assert_uint_eq(t->env->pc, at);
    ck_assert_uint_eq(t->env->r[1], 1);
    run_to_halt(t); /* goes on from there */
    ck_assert_uint_eq(t->env->r[1], 3);
    ck_assert(cpu_breakpoint_remove(t->cpu, at, BP_DEBUGGER));
    toy_reset(t, 0x1000);
    run_to_halt(t);

    halt_on_exception(t, 0x5000);
    uint64_t vector = t->env->vector;

    toy_reset(t, 0x1000);
    t->env->vector = vector;
    cpu_breakpoint_insert(t->cpu, at, BP_GUEST);
    run_to_halt(t);
    ck_assert_int_eq(t->env->cause, TOY_EXCP_DEBUG);
    ck_assert_uint_eq(t->env->epc, at);
    cpu_breakpoint_remove_all(t->cpu, BP_GUEST);
    toy_free(t);
}
END_TEST

START_TEST(watchpoints)
{
    Toy *t = toy_of(_i);

    halt_on_exception(t, 0x5000);
    toy_li(t, 1, 0x8000);
    toy_mem(t, TOY_ST, 1, 1, 8);
    toy_mem(t, TOY_LD, 2, 1, 0); /* read: not watched */
    uint64_t hit = toy_mem(t, TOY_ST, 1, 1, 0);

    toy_li(t, 3, 1);
    toy_halt(t);
    cpu_watchpoint_insert(t->cpu, 0x8004, 1, BP_WRITE | BP_DEBUGGER);
    ck_assert_int_eq(toy_run(t), CPU_EXIT_DEBUG);
    ck_assert_uint_eq(t->env->pc, hit + 7); /* after the store, which was done */
    ck_assert_uint_eq(ldq_le_p(t->host + 0x8000), 0x8000);
    ck_assert_uint_eq(t->env->r[3], 0);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[3], 1);
    cpu_watchpoint_remove_all(t->cpu, BP_DEBUGGER);

    uint64_t vector = t->env->vector;

    toy_reset(t, 0x1000);
    t->env->vector = vector;
    cpu_watchpoint_insert(t->cpu, 0x8000, 8, BP_READ | BP_GUEST);
    run_to_halt(t);
    ck_assert_int_eq(t->env->cause, TOY_EXCP_DEBUG);
    ck_assert_uint_eq(t->env->epc, hit);
    cpu_watchpoint_remove_all(t->cpu, BP_GUEST);
    toy_free(t);
}
END_TEST

START_TEST(single_step)
{
    Toy *t = toy_of(_i);

    emit_sum(t, 2);
    static const uint64_t pcs[] = {0x1006, 0x100c, 0x100f, 0x1011, 0x100c};

    cpu_single_step(t->cpu, true);
    for (unsigned i = 0; i < ARRAY_SIZE(pcs); i++) {
        ck_assert_int_eq(toy_run(t), CPU_EXIT_DEBUG);
        ck_assert_uint_eq(t->env->pc, pcs[i]);
    }
    cpu_single_step(t->cpu, false);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[0], 3);
    toy_free(t);
}
END_TEST

/* Code memory that is always full. */
START_TEST(flushes)
{
    Toy *t = toy_with(_i, 1 << 18);
    unsigned blocks = 3000;

    halt_on_exception(t, 0xf00);
    t->at = 0x10000;
    for (unsigned i = 0; i < blocks; i++) {
        toy_rr(t, TOY_ADD, 0, 1);
        for (unsigned k = 0; k < 20; k++) {
            toy_r(t, TOY_DEC, 3);
        }
        toy_branch(t, TOY_JMP, t->at + 5);
    }
    toy_r(t, TOY_DEC, 2);
    toy_branch(t, TOY_JNZ, 0x10000);
    toy_halt(t);
    t->at = 0x1000;
    toy_li(t, 1, 1);
    toy_li(t, 2, 3);
    toy_branch(t, TOY_JMP, 0x10000);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[0], 3 * blocks);
    ck_assert_uint_gt(t->engine->stats.flushes, 0);
    toy_free(t);
}
END_TEST

/* Random programs that write over themselves, against the oracle. */

#define RANDOM_CODE 0x1000
#define RANDOM_SIZE 0x1200 /* a page and a bit: some instructions lie in two pages */
#define RANDOM_DATA 0x3000

static void random_insn(Toy *t, Rand *r)
{
    int a = rand_below(r, 6), b = rand_below(r, 6); /* 6: code, 7: data */
    uint64_t target = RANDOM_CODE + rand_below(r, RANDOM_SIZE);
    static const uint8_t mem_ops[] = {TOY_LD, TOY_ST, TOY_STB, TOY_XADD};
    int op = mem_ops[rand_below(r, 4)];

    switch (rand_below(r, 12)) {
    case 0:
        toy_li(t, a, rand_below(r, 2) ? rand_below(r, 14) : rand_u64(r));
        break;
    case 1:
        toy_rr(t, TOY_ADD, a, b);
        break;
    case 2:
        toy_r(t, TOY_DEC, a);
        break;
    case 3:
    case 4:
    case 5:
        toy_mem(t, op, a, 7, rand_below(r, 0x1000));
        break;
    case 6:
        toy_mem(t, op, a, 6, rand_below(r, RANDOM_SIZE));
        break;
    case 7:
        toy_mem(t, TOY_STB, a, 6, t->at - RANDOM_CODE + rand_below(r, 24));
        break;
    case 8:
        t->host[t->at++] = rand_u64(r);
        break;
    case 9:
        toy_branch(t, TOY_JMP, target);
        break;
    default:
        toy_branch(t, TOY_JNZ, target);
        break;
    }
}

/* Handler of exceptions (undefined opcodes, wild jumps): counts in r5, starts again at
 * the next multiple of 64. */
static void random_handler(Toy *t)
{
    t->at = 0x800;
    toy_li(t, 6, RANDOM_CODE);
    toy_li(t, 7, RANDOM_DATA);
    toy_r(t, TOY_DEC, 5);
    toy_branch(t, TOY_JNZ, RANDOM_CODE + 64);
    toy_branch(t, TOY_JMP, RANDOM_CODE);
    t->env->vector = 0x800;
}

static void compare_states(Toy *t, const ToyEnv *want, const uint8_t *ram, int seed)
{
    ToyEnv *got = t->env;
    CCState a = {want->cc_op, want->cc_a, want->cc_b, want->cc_c, want->cc_r};
    CCState b = {got->cc_op, got->cc_a, got->cc_b, got->cc_c, got->cc_r};

    for (int i = 0; i < 8; i++) {
        ck_assert_msg(got->r[i] == want->r[i],
                      "seed %d: r%d is %" PRIx64 ", not %" PRIx64, seed, i, got->r[i],
                      want->r[i]);
    }
    ck_assert_msg(got->pc == want->pc && got->epc == want->epc &&
                      got->cause == want->cause,
                  "seed %d: pc %" PRIx64 ", not %" PRIx64, seed, got->pc, want->pc);
    ck_assert_msg(cc_compute(&a) == cc_compute(&b), "seed %d: flags", seed);
    ck_assert_msg(!memcmp(t->host, ram, 0x10000), "seed %d: memory", seed);
}

/* Steps the engine to where the oracle stopped: it has no instruction counter, so the
 * oracle's last pc is made a HALT. */
static void random_program(int backend, int seed)
{
    Rand r = {seed + 1};
    Toy *t = toy_of(backend);
    g_autofree uint8_t *start = g_malloc(0x10000), *end = g_malloc(0x10000);

    random_handler(t);
    t->at = RANDOM_CODE;
    while (t->at < RANDOM_CODE + RANDOM_SIZE) {
        random_insn(t, &r);
    }
    toy_halt(t);
    for (int i = 0; i < 8; i++) {
        t->env->r[i] = rand_below(&r, 300);
    }
    t->env->limit = 0x10000;
    t->env->r[6] = RANDOM_CODE;
    t->env->r[7] = RANDOM_DATA;
    memcpy(start, t->host, 0x10000);
    ToyEnv want = *t->env;
    uint64_t steps = 2000 + rand_below(&r, 1000);
    uint64_t done = toy_interpret(t, &want, steps);

    memcpy(end, t->host, 0x10000);
    memcpy(t->host, start, 0x10000);
    if (done < steps) {
        run_to_halt(t);
        want.pc++; /* behind the HALT */
    } else {
        cpu_single_step(t->cpu,
                        true); /* one-shot units only: another path through the engine */
        for (uint64_t i = 0; i < steps; i++) {
            ck_assert_int_eq(toy_run(t), CPU_EXIT_DEBUG);
        }
        cpu_single_step(t->cpu, false);
    }
    compare_states(t, &want, end, seed);
    toy_free(t);
}

START_TEST(random_programs)
{
    for (int seed = 0; seed < 60; seed++) {
        random_program(_i, seed);
    }
}
END_TEST

/* What -d prints. */

static unsigned count_lines(const char *text, const char *prefix)
{
    unsigned n = 0;

    for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        n += g_str_has_prefix(p, prefix);
    }
    return n;
}

static char *log_of_sum(int backend, uint32_t mask)
{
    g_autofree char *path =
        g_strdup_printf("%s/mynah-test-%d.log", g_get_tmp_dir(), getpid());
    char *text;

    ck_assert(log_set_file(path, false, NULL));
    log_set_mask(mask);
    Toy *t = toy_of(backend);

    emit_sum(t, 10);
    run_to_halt(t);
    toy_free(t);
    log_set_mask(0);
    ck_assert(log_set_file(NULL, false, NULL));
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    unlink(path);
    return text;
}

START_TEST(log_items)
{
    g_autofree char *every = log_of_sum(_i, LOG_EXEC | LOG_CPU | LOG_NOCHAIN);
    g_autofree char *entered = log_of_sum(_i, LOG_EXEC);
    g_autofree char *dumps =
        log_of_sum(_i, LOG_IN_ASM | LOG_OP | LOG_OP_OPT | LOG_OUT_ASM);

    ck_assert_uint_eq(count_lines(every, "Trace 0: "), 11); /* ten rounds and the HALT */
    ck_assert_uint_eq(count_lines(every, "pc="), 11);
    ck_assert_uint_lt(count_lines(entered, "Trace 0: "), 6);
    ck_assert_uint_eq(count_lines(dumps, "IN:"), 3);
    ck_assert_uint_eq(count_lines(dumps, "OP:"), 3);
    ck_assert_uint_eq(count_lines(dumps, "OP after optimization:"), 3);
    ck_assert_uint_eq(count_lines(dumps, "OUT:"), 3);
}
END_TEST

/* Lockstep. */

START_TEST(lockstep_agrees)
{
    log_set_mask(LOG_LOCKSTEP);
    for (int seed = 100; seed < 120; seed++) {
        random_program(_i, seed);
    }
    Toy *t = toy_of(_i);

    emit_sum(t, 100);
    run_to_halt(t);
    ck_assert_uint_eq(t->env->r[0], 5050);
    ck_assert_uint_gt(cpu_tcg(t->cpu)->stats.lockstep_units, 90);
    toy_free(t);
    log_set_mask(0);
}
END_TEST

/* A back end that gets the tenth unit wrong. */
static TCGExit wrong_enter(void *env, const void *entry)
{
    static int n;
    TCGExit x = tcg_interp_backend.enter(env, entry);

    ((ToyEnv *)env)->r[3] ^= ++n == 10;
    return x;
}

static bool wrong_gen_code(TCGContext *s, CodeBuf *b, TCGCode *out)
{
    static TCGBackend wrong;
    bool ok = tcg_interp_backend.gen_code(s, b, out);

    wrong = tcg_interp_backend;
    wrong.enter = wrong_enter;
    out->backend = &wrong;
    return ok;
}

START_TEST(lockstep_finds)
{
    TCGOptions opts = tcg_default_options();
    TCGBackend wrong = tcg_interp_backend;

    wrong.gen_code = wrong_gen_code;
    opts.backend = &wrong;
    opts.tb_size = 1 << 20;
    log_set_mask(LOG_LOCKSTEP);
    ck_assert(log_set_file("/dev/null", false, NULL));
    Toy *t = toy_new(&opts);

    t->at = 0x1000;
    emit_sum(t, 100);
    toy_reset(t, 0x1000);
    toy_run(t); /* ends the program */
}
END_TEST

/* Programs that take turns in a machine find their code again; links lead anywhere in it.
 */
START_TEST(default_size)
{
    TCGOptions opts = tcg_default_options();

    ck_assert_uint_ge(opts.tb_size, 64 << 20);
    ck_assert_uint_le(opts.tb_size, 512 << 20);
    if (opts.backend->reach) {
        ck_assert_uint_le(opts.tb_size, opts.backend->reach);
    } else if (host_memory_size() >= UINT64_C(4) << 30) {
        ck_assert_uint_eq(opts.tb_size, 512 << 20);
    }
}
END_TEST

static void add(TCase *tc)
{
    int n = tcg_native_backend ? 2 : 1;

#define T(name) tcase_add_loop_test(tc, name, 0, n)
    T(loop_links);
    T(indirect_jumps);
    T(jump_table_grows);
    T(memory);
    T(io_and_rom);
    T(code_in_io);
    T(code_runs_into_io);
    T(smc_in_running_unit);
    T(smc_of_itself);
    T(smc_of_other_unit);
    T(data_beside_code);
    T(page_becomes_data);
    T(smc_of_what_was_peeked);
    T(smc_across_pages);
    T(dma_to_code);
    T(faults_are_precise);
    T(fetch_fault_when_reached);
    T(address_spaces);
    T(shared_code_page);
    T(remapped_code);
    T(smc_by_alias);
    T(interrupt_in_loop);
    T(interrupt_shadow);
    T(sti_halt);
    T(queued_work);
    T(breakpoints);
    T(watchpoints);
    T(single_step);
    T(flushes);
    T(random_programs);
    T(log_items);
    T(lockstep_agrees);
#undef T
    tcase_add_test(tc, default_size);
    tcase_add_exit_test(tc, lockstep_finds, 1);
}

int main(void)
{
    return unit_main("tcg-engine", add);
}
