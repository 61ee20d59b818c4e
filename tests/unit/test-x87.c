/* The x87 instructions of target/x86/x87.c against the host's, on whole FPU states. */
/* SPDX-License-Identifier: MIT */
/*
 * Each row of x87-insns.def is executed by the host: random state in by FXRSTOR, the
 * instruction from a page of machine code, state out by FXSAVE, which does not wait, so
 * that unmasked exceptions are seen as pending and nothing traps. Our function gets the
 * same state as X87State. Control, status and tag words, registers, memory operand and
 * flags must be equal. The pointers to the last instruction are not compared: processors
 * differ in when they save them.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "tests/unit/unit.h"
#include "tests/unit/x87-machine.h"

/*
 * The host.
 */

#define FXSAVE_SIZE 512
#define RET         0xc3

static uint8_t *code_page;

/* The instruction with its stack index, and a return. */
static void write_code(const X87Insn *insn, unsigned i)
{
    size_t n = strlen(insn->bytes);
    memcpy(code_page, insn->bytes, n);
    code_page[n - 1] += insn->memory == MEM_STI ? i : 0;
    code_page[n] = RET;
}

static void run_code(const uint8_t *in, uint8_t *out, uint8_t *mem, uint64_t *eflags)
{
    uint64_t flags = *eflags;
    asm volatile("fxrstor64 %[in]\n\t"
                 "lea -128(%%rsp), %%rsp\n\t"
                 "pushq %[flags]\n\tpopfq\n\tcall *%[code]\n\tpushfq\n\tpopq %[flags]\n\t"
                 "lea 128(%%rsp), %%rsp\n\t"
                 "fxsave64 %[out]\n\tfninit"
                 : [flags] "+r"(flags), [out] "=m"(*(uint8_t(*)[FXSAVE_SIZE])out)
                 : [in] "m"(*(uint8_t(*)[FXSAVE_SIZE])in), [code] "r"(code_page), "D"(mem)
                 : "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
                   "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                   "xmm15");
    *eflags = flags & EFLAGS_COMPARED;
}

static void run_host(const X87Insn *insn, Machine *m)
{
    static uint8_t __attribute__((aligned(16))) in[FXSAVE_SIZE], out[FXSAVE_SIZE];
    x87_fxsave(&m->x, true, in);
    in[24] = 0x80; /* MXCSR: 0x1f80 */
    in[25] = 0x1f;
    write_code(insn, m->i);
    run_code(in, out, m->mem, &m->eflags);
    x87_fxrstor(&m->x, true, out);
    m->x.cw = out[0] | out[1] << 8; /* as they are, not as loading makes them */
    m->x.sw = (out[2] | out[3] << 8) & ~(7 << X87_SW_TOP_SHIFT);
}

/* Outside of these the SDM leaves the result undefined. */
static bool is_defined(const X87Insn *insn, const X87State *x)
{
    floatx80 v = x->r[x->top];
    if (strcmp(insn->name, "f2xm1") == 0) {
        return magnitude_at_most(v, 0x3fff, (uint64_t)1 << 63);
    }
    if (strcmp(insn->name, "fyl2xp1") == 0) {
        return magnitude_at_most(v, 0x3ffd, 0x95f619980c4336f7);
    }
    return true;
}

static bool same_register(const X87Insn *insn, floatx80 a, floatx80 b)
{
    if (insn->comparison != CMP_NEAR) {
        return a.lo == b.lo && a.hi == b.hi;
    }
    return fx80_distance(a, b) <= 1;
}

/* Bytes of an environment that hold the instruction's and the operand's address. */
static void forget_pointers(const X87Insn *insn, uint8_t *mem)
{
    if (insn->comparison == CMP_ENV && insn->ours != insn_fldenv &&
        insn->ours != insn_frstor) {
        memset(mem + 12, 0, 14);
    } else if (insn->comparison == CMP_ENV16) {
        memset(mem + 6, 0, 8);
    }
}

static bool same_machine(const X87Insn *insn, Machine *a, Machine *b)
{
    uint16_t looked_at = insn->comparison == CMP_NEAR ? ~X87_SW_C1 : 0xffff;
    for (int i = 0; i < 8; i++) {
        if (!same_register(insn, a->x.r[i], b->x.r[i])) {
            return false;
        }
    }
    forget_pointers(insn, a->mem);
    forget_pointers(insn, b->mem);
    return a->x.cw == b->x.cw && ((a->x.sw ^ b->x.sw) & looked_at) == 0 &&
           a->x.top == b->x.top && a->x.empty == b->x.empty && a->eflags == b->eflags &&
           memcmp(a->mem, b->mem, MEM_SIZE) == 0;
}

static void print_machine(const char *who, const Machine *m)
{
    printf("%s cw %04x sw %04x top %d empty %02x eflags %02x\n", who, m->x.cw, m->x.sw,
           m->x.top, m->x.empty, (unsigned)m->eflags);
    for (int i = 0; i < 8; i++) {
        floatx80 v = m->x.r[(m->x.top + i) & 7];
        printf(" st%d %04x:%016" PRIx64 "%s", i, v.hi, v.lo, i % 4 == 3 ? "\n" : "");
    }
    for (int i = 0; i < 28; i++) {
        printf(" %02x", m->mem[i]);
    }
    printf("\n");
}

START_TEST(x87_insn)
{
    const X87Insn *insn = &insns[_i];
    Random r = {0x87 + _i};
    for (long n = random_case_count() / 8; n > 0; n--) {
        Machine in = random_machine(&r, insn);
        if (!is_defined(insn, &in.x)) {
            continue;
        }
        Machine ours = in, host = in;
        insn->ours(&ours.x, ours.mem, ours.i, &ours.eflags);
        run_host(insn, &host);
        if (!same_machine(insn, &ours, &host)) {
            print_machine("before:", &in);
            print_machine("ours:", &ours);
            print_machine("host:", &host);
            fflush(stdout);
            ck_abort_msg("%s i=%u", insn->name, in.i);
        }
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, x87_insn, 0, ARRAY_SIZE(insns));
}

int main(void)
{
    code_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code_page == MAP_FAILED) {
        return 77; /* no such pages here: skipped */
    }
    return unit_main("x87", add_tests);
}
