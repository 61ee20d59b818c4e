/* Addresses that are not canonical: branches to them, #SS by way of the stack, #GP else.
 */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define BAD "0x1234567812345678"

/*
 * Runs `before`, then the instruction at label `at`, which must fault with `vector`
 * there. trap.rsp is compared with what RSP was at the label.
 */
#define FAULTS(vector_, at, before, insn)                                              \
    do {                                                                               \
        extern char at[];                                                              \
        TRY("mov $" BAD ", %%rbx\n" before "\nmov %%rsp, arg+56\n.globl " #at "\n" #at \
            ": " insn "\n1: nop\n");                                                   \
        CHECK_EQ(trap.vector, vector_);                                                \
        CHECK_EQ(trap.error, 0);                                                       \
        CHECK_EQ(trap.rip, (uint64_t)at);                                              \
        CHECK_EQ(trap.rsp, arg[7]);                                                    \
    } while (0)

/* The branch itself faults, and has done nothing. */
static void branches(void)
{
    FAULTS(13, b_jmp, "", "jmp *%%rbx");
    FAULTS(13, b_jmp_mem, "mov %%rbx, arg", "jmp *arg");
    FAULTS(13, b_call, "", "call *%%rbx");
    FAULTS(13, b_call_mem, "mov %%rbx, arg", "call *arg");
    FAULTS(13, b_ret, "push %%rbx", "ret");
    FAULTS(13, b_ret_n, "sub $16, %%rsp; push %%rbx", "ret $16");
    FAULTS(13, b_iret,
           "mov %%ss, %%eax; push %%rax; push %%rax; pushf; push $8; push %%rbx",
           "iretq");
    FAULTS(13, b_retf, "push $8; push %%rbx", "lretq");
}

static volatile int debug_traps;

static void on_debug(Frame *f)
{
    (void)f;
    debug_traps++;
}

/* Under single step too: a fault, and no trap behind it. */
static void stepped(void)
{
    trap_fn[1] = on_debug;
    debug_traps = 0;
    FAULTS(13, s_call, "pushf; orq $0x100, (%%rsp); popf", "call *%%rbx");
    CHECK_EQ(debug_traps, 1); /* of the MOV in front of it */
    debug_traps = 0;
    FAULTS(13, s_ret, "push %%rbx; pushf; orq $0x100, (%%rsp); popf", "ret");
    CHECK_EQ(debug_traps, 1);
    trap_fn[1] = NULL;
}

/* A relative branch over the end of the lower half; code that runs over it faults behind.
 */
static void relative(void)
{
    uint8_t *page = alloc_page();
    uint64_t end = 1ull << 47;

    map_page(end - 4096, (uint64_t)page, P | W);
    page[4090] = 0xeb; /* JMP to end + 8 */
    page[4091] = 12;
    arg[0] = end - 6;
    TRY("jmp *arg");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.rip, end - 6);
    page[4088] = 0x31; /* XOR EAX, EAX; JZ to end + 8 */
    page[4089] = 0xc0;
    page[4090] = 0x74;
    arg[0] = end - 8;
    TRY("jmp *arg");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.rip, end - 6);
    page[4090] = 0xe8; /* CALL to end + 8 */
    page[4091] = 9;
    page[4092] = page[4093] = page[4094] = 0;
    arg[0] = end - 6;
    TRY("mov %%rsp, arg+56; jmp *arg");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.rip, end - 6);
    CHECK_EQ(trap.rsp, arg[7]);
    page[4095] = 0x90;
    arg[0] = end - 1;
    TRY("jmp *arg");
    CHECK_EQ(trap.vector, 13);
    CHECK_EQ(trap.rip, end);
}

/* Handlers need a stack that is one: they get it by the IST. */
static uint8_t ist_stack[8192] __attribute__((aligned(16)));

static void stack(void)
{
    tss.ist[1] = (uint64_t)(ist_stack + sizeof ist_stack);
    set_gate(12, 14, 0, 2);
    set_gate(13, 14, 0, 2);
#define ON_BAD_STACK "mov %%rbx, %%rsp"
    FAULTS(12, t_push, ON_BAD_STACK, "push %%rax");
    FAULTS(12, t_push_mem, ON_BAD_STACK, "push arg");
    FAULTS(12, t_pushf, ON_BAD_STACK, "pushf");
    FAULTS(12, t_push_fs, ON_BAD_STACK, "push %%fs");
    FAULTS(12, t_pop, ON_BAD_STACK, "pop %%rax");
    FAULTS(12, t_pop_mem, ON_BAD_STACK, "pop arg");
    FAULTS(12, t_popf, ON_BAD_STACK, "popf");
    FAULTS(12, t_pop_fs, ON_BAD_STACK, "pop %%fs");
    FAULTS(12, t_call, ON_BAD_STACK, "call 1f");
    FAULTS(12, t_call_ind, "lea 1f(%%rip), %%rax; " ON_BAD_STACK, "call *%%rax");
    FAULTS(12, t_ret, ON_BAD_STACK, "ret");
    FAULTS(12, t_retf, ON_BAD_STACK, "lretq");
    FAULTS(12, t_iret, ON_BAD_STACK, "iretq");
    FAULTS(12, t_enter, ON_BAD_STACK, "enter $16, $0");
    FAULTS(12, t_int, ON_BAD_STACK, "int $0x80");
    FAULTS(12, t_load, ON_BAD_STACK, "mov 8(%%rsp), %%rax");
    FAULTS(12, t_store, ON_BAD_STACK, "mov %%rax, (%%rsp, %%rcx)");
    /* RBP as base is the stack segment too, unless FS or GS says otherwise; RBX is not */
    FAULTS(12, t_rbp, "push %%rbp; mov %%rbx, %%rbp",
           "mov 8(%%rbp), %%rax; mov $0, %%eax");
    FAULTS(13, t_fs, "mov %%rbx, %%r8; " ON_BAD_STACK, "mov %%fs:(%%rsp), %%rax");
    FAULTS(13, t_index, "xor %%eax, %%eax; mov %%rbx, %%r8", "mov (%%rax, %%r8), %%rax");
    FAULTS(13, t_data, "", "mov (%%rbx), %%rax");
    FAULTS(13, t_push_bad, "", "push (%%rbx)");
    FAULTS(13, t_pop_bad, "push %%rax", "pop (%%rbx)");
    FAULTS(13, t_call_bad, "", "call *(%%rbx)");
    FAULTS(13, t_string, "mov %%rbx, %%rdi", "stosb");
    set_gate(12, 14, 0, 0);
    set_gate(13, 14, 0, 0);
}

/* An access half of which is canonical. */
static void across(void)
{
    FAULTS(13, a_load, "mov $0x7ffffffffffc, %%r8", "mov (%%r8), %%rax");
    TRY("mov $0x7ffffffffffc, %%r8; mov (%%r8), %%eax"); /* all of it: only not mapped */
    CHECK(trap.vector == 14 || trap.vector == -1);
}

/* A gate may not lead there; nothing has been pushed. */
static void gate(void)
{
    set_gate_to(0x92, (void *)0x1234567812345678ull, 8, 14, 0, 0);
    FAULTS(13, g_int, "", "int $0x92");
    set_gate(0x92, 14, 0, 0);
}

int test_main(void)
{
    branches();
    stepped();
    relative();
    stack();
    across();
    gate();
    return failures;
}
