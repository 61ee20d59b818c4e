/* System instructions: what raises #UD and what #GP, by operand, level and mode. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

enum { UD = 6, GP = 13 };

#define RAISES(vector_, code)           \
    do {                                \
        TRY(code);                      \
        CHECK_EQ(trap.vector, vector_); \
        if (trap.vector == GP) {        \
            CHECK_EQ(trap.error, 0);    \
        }                               \
    } while (0)

/* LOCK is for read-modify-write of memory by some instructions only. */
static void lock(void)
{
    RAISES(-1, "lock addl $0, arg");
    RAISES(-1, "lock xaddl %%eax, arg");
    RAISES(UD, ".byte 0xf0, 0x01, 0xc0");       /* ADD EAX, EAX */
    RAISES(UD, ".byte 0xf0, 0x03, 0x03");       /* ADD EAX, [RBX] */
    RAISES(UD, ".byte 0xf0, 0x39, 0x03");       /* CMP [RBX], EAX */
    RAISES(UD, ".byte 0xf0, 0x85, 0x03");       /* TEST */
    RAISES(UD, ".byte 0xf0, 0x89, 0x03");       /* MOV [RBX], EAX */
    RAISES(UD, ".byte 0xf0, 0x0f, 0xa3, 0x03"); /* BT */
    RAISES(UD, ".byte 0xf0, 0xd1, 0x23");       /* SHL */
    RAISES(UD, ".byte 0xf0, 0x90");             /* NOP */
    RAISES(UD, ".byte 0xf0, 0xff, 0x33");       /* PUSH [RBX] */
    RAISES(UD, ".byte 0xf0, 0xf4");             /* HLT */
    RAISES(UD, ".byte 0xf0, 0x0f, 0x20, 0xc0"); /* MOV RAX, CR0 */
}

static void control_registers(void)
{
    RAISES(UD, ".byte 0x0f, 0x20, 0xc8");       /* MOV RAX, CR1 */
    RAISES(UD, ".byte 0x0f, 0x22, 0xe8");       /* MOV CR5, RAX */
    RAISES(UD, ".byte 0x44, 0x0f, 0x20, 0xc8"); /* MOV RAX, CR9 */
    RAISES(UD, ".byte 0x44, 0x0f, 0x21, 0xc0"); /* MOV RAX, DR8 */
    RAISES(GP, "mov $16, %%eax; mov %%rax, %%cr8");
    RAISES(-1, "mov %%cr8, %%rax; mov %%rax, %%cr8");
    RAISES(GP, "mov %%cr0, %%rax; bts $32, %%rax; mov %%rax, %%cr0");
    RAISES(GP, "mov %%cr0, %%rax; and $~1, %%rax; mov %%rax, %%cr0"); /* PG without PE */
    RAISES(GP, "mov %%cr0, %%rax; bts $29, %%rax; mov %%rax, %%cr0"); /* NW without CD */
    RAISES(GP,
           "mov %%cr4, %%rax; and $~0x20, %%rax; mov %%rax, %%cr4"); /* PAE, long mode */
    RAISES(GP, "mov %%cr4, %%rax; bts $31, %%rax; mov %%rax, %%cr4");
    RAISES(GP,
           "mov %%cr4, %%rax; bts $12, %%rax; mov %%rax, %%cr4"); /* LA57: not offered */
    RAISES(GP, "mov %%cr3, %%rax; bts $60, %%rax; mov %%rax, %%cr3");
    /* PCIDE wants CR3[11:0] to be 0 */
    RAISES(GP, "mov %%cr3, %%rbx; mov %%rbx, %%rcx; or $8, %%rbx; mov %%rbx, %%cr3\n"
               "mov %%cr4, %%rax; bts $17, %%rax; mov %%rax, %%cr4; mov %%rcx, %%cr3");
    WRITE_CR(3, READ_CR(3) & ~8ull);
}

static void msrs(void)
{
    const uint64_t bad = 0x1234567812345678;
    static const uint32_t address[] = {0x175,      0x176,      0xc0000082, 0xc0000083,
                                       0xc0000100, 0xc0000101, 0xc0000102};

    for (unsigned i = 0; i < sizeof address / sizeof *address; i++) {
        arg[0] = address[i];
        arg[1] = bad & 0xffffffff;
        arg[2] = bad >> 32;
        RAISES(GP, "mov arg, %%ecx; mov arg+8, %%eax; mov arg+16, %%edx; wrmsr");
    }
    RAISES(GP, "mov $0x12345, %%ecx; rdmsr");
    RAISES(GP, "mov $0x12345, %%ecx; wrmsr");
    /* PAT: types 2 and 3 do not exist; EFER: LME cannot change under paging */
    RAISES(GP, "mov $0x277, %%ecx; rdmsr; mov $2, %%al; wrmsr");
    RAISES(GP, "mov $0x277, %%ecx; rdmsr; mov $8, %%al; wrmsr");
    RAISES(-1, "mov $0x277, %%ecx; rdmsr; wrmsr");
    RAISES(GP, "mov $0xc0000080, %%ecx; rdmsr; btr $8, %%eax; wrmsr");
    RAISES(GP, "mov $0xc0000080, %%ecx; rdmsr; bts $2, %%eax; wrmsr");
    RAISES(GP, "mov $0x10a, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr");
}

/* Not offered by CPUID, so they do not exist. */
static void absent(void)
{
    CHECK(!has_feature(1, 2, 3)); /* MONITOR */
    RAISES(UD, "mov $arg, %%eax; xor %%ecx, %%ecx; xor %%edx, %%edx; monitor");
    RAISES(UD, "mwait");
    CHECK(!has_feature(1, 2, 5)); /* VMX */
    RAISES(UD, "vmxoff");
    CHECK(!has_feature(1, 2, 6)); /* SMX */
    RAISES(UD, ".byte 0x0f, 0x37");
    RAISES(UD, "rsm");
    RAISES(UD, "vmmcall");
    CHECK(!has_feature(7, 3,
                       20)); /* CET_IBT: CR4.CET cannot be set, ENDBR64 does nothing */
    RAISES(GP, "mov %%cr4, %%rax; bts $23, %%rax; mov %%rax, %%cr4");
    RAISES(-1, "endbr64");
    RAISES(UD, "ud1 %%eax, %%eax");
    RAISES(UD, ".byte 0x0f, 0xff, 0xc0"); /* UD0 */
    RAISES(UD, ".byte 0x06");             /* PUSH ES in 64-bit code */
    RAISES(UD, ".byte 0x9a");             /* CALL ptr16:32 */
    RAISES(UD, ".byte 0xce");             /* INTO */
    RAISES(UD, ".byte 0x62, 0x00");       /* BOUND: an EVEX prefix here */
    RAISES(UD, ".byte 0xd5, 0x0a");       /* AAD */
    RAISES(UD, ".byte 0x8e, 0xc8");       /* MOV CS, AX */
    RAISES(UD, ".byte 0x8e, 0xf0");       /* the sixth segment register */
    RAISES(UD, ".byte 0x8c, 0xf8");
    RAISES(UD, ".byte 0x0f, 0x01, 0xf8 + 3"); /* nothing is there */
    RAISES(UD, ".byte 0x0f, 0x01, 0xd3");     /* LGDT of a register */
    RAISES(UD, ".byte 0x0f, 0xc7, 0xc8");     /* CMPXCHG8B of a register */
    RAISES(UD, ".byte 0x8d, 0xc0");           /* LEA of a register */
}

static void tables(void)
{
    RAISES(GP,
           "mov $0x1234567812345678, %%rax; mov %%rax, arg+2; movw $7, arg; lgdt arg");
    RAISES(GP,
           "mov $0x1234567812345678, %%rax; mov %%rax, arg+2; movw $7, arg; lidt arg");
    RAISES(GP, "xor %%eax, %%eax; ltr %%ax");
    TRY("mov $0x48, %%eax; ltr %%ax"); /* busy already */
    CHECK_EQ(trap.vector, GP);
    CHECK_EQ(trap.error, 0x48);
    TRY("mov $8, %%eax; ltr %%ax"); /* a code segment */
    CHECK_EQ(trap.vector, GP);
    CHECK_EQ(trap.error, 8);
    TRY("mov $0x48, %%eax; lldt %%ax");
    CHECK_EQ(trap.vector, GP);
    CHECK_EQ(trap.error, 0x48);
    RAISES(-1, "xor %%eax, %%eax; lldt %%ax");
    RAISES(GP, "xor %%eax, %%eax; mov $3, %%eax; mov %%eax, %%ss"); /* NULL, RPL 3 */
    RAISES(-1, "xor %%eax, %%eax; mov %%eax, %%ss; mov $16, %%eax; mov %%eax, %%ss");
}

/* IRET to an outer level: SS may be NULL for rings 1 and 2 of 64-bit code only. */
static void returns(void)
{
    TRY("push $0; push $0; pushf; push $0x2b; lea 1f(%%rip), %%rax; push %%rax; iretq; "
        "1:");
    CHECK_EQ(trap.vector, GP); /* RPL 3 */
    CHECK_EQ(trap.error, 0);
    TRY("push $3; push $0; pushf; push $0x2b; lea 1f(%%rip), %%rax; push %%rax; iretq; "
        "1:");
    CHECK_EQ(trap.vector, GP);
    CHECK_EQ(trap.error, 0);
    TRY("push $0x20; push $0; pushf; push $0x2b; lea 1f(%%rip), %%rax; push %%rax; "
        "iretq; 1:");
    CHECK_EQ(trap.vector, GP); /* RPL of SS is not that of CS */
    CHECK_EQ(trap.error, 0x20);
    TRY("push $0x10; push %%rsp; pushf; push $0; lea 1f(%%rip), %%rax; push %%rax; "
        "iretq; 1:");
    CHECK_EQ(trap.vector, GP); /* CS is NULL */
    CHECK_EQ(trap.error, 0);
    TRY("push $0x10; push %%rsp; pushf; push $0x10; lea 1f(%%rip), %%rax; push %%rax; "
        "iretq; 1:");
    CHECK_EQ(trap.vector, GP); /* a data segment */
    CHECK_EQ(trap.error, 0x10);
    RAISES(GP, "pushf; orl $0x4000, (%%rsp); popf; iretq"); /* NT in long mode */
    asm volatile("pushf; andl $~0x4000, (%%rsp); popf" ::: "memory", "cc");
    RAISES(UD, "mov $0xc0000080, %%ecx; rdmsr; mov %%eax, %%ebx; and $~1, %%eax; wrmsr\n"
               "syscall"); /* EFER.SCE */
    wrmsr(0xc0000080, rdmsr(0xc0000080) | 1);
    wrmsr(0x174, 0);
    RAISES(GP, "sysenter");
    RAISES(GP, "xor %%ecx, %%ecx; xor %%edx, %%edx; sysexitl");
    RAISES(GP, "mov $0x1234567812345678, %%rcx; sysretq");
}

#define USER(name, code)                                                                 \
    static void name(void)                                                               \
    {                                                                                    \
        asm volatile(code "; int $0x80" ::: "memory", "rax", "rcx", "rdx", "rbx", "cc"); \
    }
USER(u_clts, "clts")
USER(u_cr8, "mov %%cr8, %%rax")
USER(u_to_cr0, "mov %%rax, %%cr0")
USER(u_bad_cr, ".byte 0x0f, 0x20, 0xc8")
USER(u_dr, "mov %%dr7, %%rax")
USER(u_invd, "invd")
USER(u_wbinvd, "wbinvd")
USER(u_lmsw, "lmsw %%ax")
USER(u_ltr, "ltr %%ax")
USER(u_lldt, "lldt %%ax")
USER(u_lidt, "lidt (%%rsp)")
USER(u_wrmsr, "wrmsr")
USER(u_rdpmc, "xor %%ecx, %%ecx; rdpmc")
USER(u_sysexit, "sysexitl")
USER(u_stac, "stac")
USER(u_xsetbv, "xsetbv")
USER(u_invpcid, "invpcid (%%rsp), %%rax")
USER(u_sti, "sti")
USER(u_lock_hlt, ".byte 0xf0, 0xf4")
USER(u_rdtsc, "rdtsc")
USER(u_sgdt, "sub $16, %%rsp; sgdt (%%rsp); add $16, %%rsp")
USER(u_str, "str %%eax")
USER(u_smsw, "smsw %%eax")
USER(u_rdfsbase, "rdfsbase %%rax")
USER(u_iret_kernel, "push $0x10; push %%rsp; pushf; push $8; push $0; iretq")
USER(u_int_dpl, "int $0x90")

#define at_ring3(fn, vector_)           \
    do {                                \
        run_user(fn);                   \
        CHECK_EQ(trap.vector, vector_); \
    } while (0)

static void ring3(void)
{
    static void (*const privileged[])(void) = {
        u_clts, u_cr8,  u_to_cr0, u_dr,    u_invd,  u_wbinvd,  u_lmsw,
        u_ltr,  u_lldt, u_lidt,   u_wrmsr, u_rdpmc, u_sysexit, u_sti,
    };

    for (unsigned i = 0; i < sizeof privileged / sizeof *privileged; i++) {
        at_ring3(privileged[i], GP);
    }
    at_ring3(u_bad_cr, UD); /* no such register: before the level is looked at */
    at_ring3(u_stac, UD);
    at_ring3(u_lock_hlt, UD);
    at_ring3(u_iret_kernel, GP);
    CHECK_EQ(trap.error, 8);
    at_ring3(u_int_dpl, GP);
    CHECK_EQ(trap.error, 0x90 * 8 + 2);
    at_ring3(u_invpcid, has_feature(7, 1, 10) ? GP : UD);
}

/* What CR4 takes from ring 3. */
static void by_cr4(void)
{
    uint64_t cr4 = READ_CR(4);

    at_ring3(u_rdtsc, 0x80);
    at_ring3(u_sgdt, 0x80);
    at_ring3(u_str, 0x80);
    at_ring3(u_smsw, 0x80);
    at_ring3(u_rdfsbase, UD);
    at_ring3(u_xsetbv, UD);
    WRITE_CR(4, cr4 | 4 | 1 << 11 | 1 << 16 | 1 << 18); /* TSD, UMIP, FSGSBASE, OSXSAVE */
    at_ring3(u_rdtsc, GP);
    at_ring3(u_sgdt, GP);
    at_ring3(u_str, GP);
    at_ring3(u_smsw, GP);
    at_ring3(u_rdfsbase, 0x80);
    at_ring3(u_xsetbv, GP);
    RAISES(-1, "rdtsc; str %%eax; smsw %%eax");
    RAISES(GP, "mov $5, %%ecx; xgetbv");
    RAISES(GP,
           "xor %%ecx, %%ecx; xor %%edx, %%edx; xor %%eax, %%eax; xsetbv"); /* x87 off */
    RAISES(GP,
           "xor %%ecx, %%ecx; xor %%edx, %%edx; mov $5, %%eax; xsetbv"); /* AVX, no SSE */
    WRITE_CR(4, cr4);
}

int test_main(void)
{
    lock();
    control_registers();
    msrs();
    absent();
    tables();
    returns();
    ring3();
    by_cr4();
    return failures;
}
