/* A small ring 0 for a static program of Linux's: the module that the loader gives
 * (-initrd) runs in ring 3 with the arguments of the command line (-append), for
 * program.sh. */
/* SPDX-License-Identifier: MIT */
/*
 * Memory is mapped as it is, 2 MiB pages of it for the program: from its own addresses to
 * MMAP_END. System calls get what a program needs that computes and writes: memory, an
 * empty input, output to the console, one second of time at each look. The rest is
 * ENOSYS.
 *
 * For a comparison of single steps: a step over SYSCALL ends when ring 0 is about to go
 * back, since it leaves the guest then, and what it would leave behind in R11 is cleared.
 */
#include "sys.h"

#define PROGRAM_START 0x400000ull  /* where static programs are, or are put */
#define BREAK_END     0x2000000ull /* brk() up to here */
#define STACK_END     0x2200000ull
#define MMAP_END      0x6000000ull
#define FL_TF         0x100
#define ENOENT        2
#define EBADF         9
#define ENOMEM        12
#define ENOSYS        38
#define ENOTTY        25
#define EINVAL        22

typedef struct StartInfo { /* PVH */
    uint32_t magic, version, flags, nr_modules;
    uint64_t modules, cmdline;
} StartInfo;

typedef struct Ehdr {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum;
} Ehdr;

typedef struct Phdr {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
} Phdr;

typedef struct Iovec {
    const char *base;
    uint64_t len;
} Iovec;

static uint64_t entry_at, phdrs_at, nphdrs, program_end, brk_at, mmap_at = STACK_END;

/* ---- loading ---- */

static void copy(void *to, const void *from, uint64_t n)
{
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n)::"memory");
}

static void clear(uint64_t at, uint64_t n)
{
    void *to = (void *)at;

    asm volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(0) : "memory");
}

static uint64_t round_page(uint64_t n)
{
    return (n + 4095) & ~4095ull;
}

static bool load(const uint8_t *file)
{
    enum { DYN = 3, LOAD = 1, INTERP = 3 };
    const Ehdr *e = (const void *)file;
    const Phdr *p = (const void *)(file + e->phoff);
    uint64_t bias = e->type == DYN ? PROGRAM_START : 0;

    if (*(const uint32_t *)file != 0x464c457f || e->machine != 62) {
        print("the module is not a program for x86_64\n");
        return false;
    }
    for (unsigned i = 0; i < e->phnum; i++, p++) {
        uint64_t at = p->vaddr + bias;

        if (p->type == INTERP) {
            print("the program is not static\n");
            return false;
        }
        if (p->type != LOAD) {
            continue;
        }
        if (at < PROGRAM_START || at + p->memsz > BREAK_END) {
            print("the program does not fit: %lx, %lx\n", at, p->memsz);
            return false;
        }
        copy((void *)at, file + p->offset, p->filesz);
        clear(at + p->filesz, p->memsz - p->filesz);
        if (p->offset <= e->phoff && e->phoff < p->offset + p->filesz) {
            phdrs_at = at + e->phoff - p->offset;
        }
        program_end = round_page(at + p->memsz) > program_end ? round_page(at + p->memsz)
                                                              : program_end;
    }
    nphdrs = e->phnum;
    entry_at = e->entry + bias;
    brk_at = program_end;
    return true;
}

/* Arguments, no environment and the auxiliary vector, as the x86_64 ABI has them. */
static uint64_t make_stack(const char *cmdline)
{
    enum {
        PHDR = 3,
        PHENT = 4,
        PHNUM = 5,
        PAGESZ = 6,
        ENTRY = 9,
        RANDOM = 25,
        NR_ARGS = 32
    };
    char *text = (char *)STACK_END - 4096;
    uint64_t args[NR_ARGS], n = 0, *sp;

    for (uint64_t i = 0; i < 16; i++) {
        text[i] = 17 * i;
    }
    char *s = text + 16;

    while (*cmdline && n < NR_ARGS && s < (char *)STACK_END - 1) {
        for (; *cmdline == ' '; cmdline++) {
        }
        args[n++] = (uint64_t)s;
        for (; *cmdline && *cmdline != ' ' && s < (char *)STACK_END - 1; cmdline++) {
            *s++ = *cmdline;
        }
        *s++ = 0;
    }
    const uint64_t aux[] = {PHDR,   phdrs_at, PHENT, sizeof(Phdr), PHNUM,  nphdrs,
                            PAGESZ, 4096,     ENTRY, entry_at,     RANDOM, (uint64_t)text,
                            0,      0};

    sp = (uint64_t *)(text - (((n + 3) * 8 + sizeof aux) | 15) - 1);
    sp[0] = n;
    copy(sp + 1, args, n * 8);
    sp[n + 1] = sp[n + 2] = 0;
    copy(sp + n + 3, aux, sizeof aux);
    return (uint64_t)sp;
}

/* ---- system calls ---- */

static char output[65536]; /* to the console at the end: writing it leaves the guest */
static unsigned noutput;

static int64_t sys_write(uint64_t fd, const char *data, uint64_t n)
{
    if (fd != 1 && fd != 2) {
        return -EBADF;
    }
    for (uint64_t i = 0; i < n && noutput < sizeof output - 1; i++) {
        output[noutput++] = data[i];
    }
    return n;
}

static int64_t sys_writev(uint64_t fd, const Iovec *v, uint64_t n)
{
    int64_t sum = 0;

    for (uint64_t i = 0; i < n; i++) {
        int64_t r = sys_write(fd, v[i].base, v[i].len);

        if (r < 0) {
            return r;
        }
        sum += r;
    }
    return sum;
}

static int64_t sys_brk(uint64_t to)
{
    if (to >= program_end && to <= BREAK_END - 0x200000) {
        if (to > brk_at) {
            clear(brk_at, to - brk_at);
        }
        brk_at = to;
    }
    return brk_at;
}

static int64_t sys_mmap(uint64_t len, uint64_t flags)
{
    enum { ANONYMOUS = 0x20, FIXED = 0x10 };
    uint64_t at = mmap_at;

    if (!(flags & ANONYMOUS) || flags & FIXED) {
        return -EINVAL;
    }
    if (len > MMAP_END - mmap_at) {
        return -ENOMEM;
    }
    clear(at, len);
    mmap_at += round_page(len);
    return at;
}

static int64_t sys_arch_prctl(uint64_t what, uint64_t value)
{
    if (what != 0x1002) { /* ARCH_SET_FS */
        return -EINVAL;
    }
    wrmsr(0xc0000100, value);
    return 0;
}

static int64_t sys_clock_gettime(uint64_t *to)
{
    static uint64_t seconds = 1000000000;

    to[0] = seconds++;
    to[1] = 0;
    return 0;
}

static void __attribute__((noreturn)) leave(uint64_t status)
{
    output[noutput] = 0;
    print("%s", output);
    sys_exit(status);
}

static int64_t system_call(uint64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    switch (nr) {
    case 0: /* read */
        return a == 0 ? 0 : -EBADF;
    case 1:
        return sys_write(a, (const char *)b, c);
    case 20:
        return sys_writev(a, (const Iovec *)b, c);
    case 9:
        return sys_mmap(b, d);
    case 12:
        return sys_brk(a);
    case 16: /* ioctl */
        return -ENOTTY;
    case 10:  /* mprotect */
    case 11:  /* munmap */
    case 13:  /* rt_sigaction */
    case 14:  /* rt_sigprocmask */
    case 102: /* getuid */
    case 104: /* getgid */
    case 107: /* geteuid */
    case 108: /* getegid */
        return 0;
    case 2:   /* open */
    case 89:  /* readlink */
    case 257: /* openat */
    case 267: /* readlinkat */
        return -ENOENT;
    case 39:  /* getpid */
    case 186: /* gettid */
    case 218: /* set_tid_address */
        return 1;
    case 158:
        return sys_arch_prctl(a, b);
    case 228:
        return sys_clock_gettime((uint64_t *)b);
    case 318: /* getrandom */
        clear(a, b);
        return b;
    case 60:
    case 231: /* exit, exit_group */
        leave(a);
    default:
        return -ENOSYS;
    }
}

void on_system_call(Frame *f);
void on_system_call(Frame *f)
{
    f->rax = system_call(f->rax, f->rdi, f->rsi, f->rdx, f->r10);
    f->r11 = f->rflags &= ~(uint64_t)FL_TF;
}

/* ---- entry and exit ---- */

extern char system_call_entry[];
uint64_t user_rsp, user_rip;
uint8_t system_call_stack[8192] __attribute__((aligned(16)));

asm(".globl system_call_entry, program_enter\n"
    "system_call_entry:\n"
    "mov %rsp, user_rsp(%rip); lea system_call_stack + 8192(%rip), %rsp\n"
    "push $0x23; push user_rsp(%rip); push %r11; push $0x2b; push %rcx\n"
    "push $0; push $0\n"
    "push %rax; push %rcx; push %rdx; push %rbx; push %rbp; push %rsi; push %rdi\n"
    "push %r8; push %r9; push %r10; push %r11; push %r12; push %r13; push %r14; push "
    "%r15\n"
    "mov %rsp, %rdi; cld; call on_system_call\n"
    "pop %r15; pop %r14; pop %r13; pop %r12; pop %r11; pop %r10; pop %r9; pop %r8\n"
    "pop %rdi; pop %rsi; pop %rbp; pop %rbx; pop %rdx; pop %rcx; pop %rax\n"
    "add $16, %rsp\n"
    "out %al, $0x80\n" /* leaves the guest, so that a step begins */
    "iretq\n"
    ".type program_enter, @function\n"
    "program_enter:\n"
    "push $0x23; push user_rsp(%rip); push $0x2; push $0x2b; push user_rip(%rip)\n"
    "xor %eax, %eax; xor %ebx, %ebx; xor %ecx, %ecx; xor %edx, %edx; xor %ebp, %ebp\n"
    "xor %esi, %esi; xor %edi, %edi; xor %r8, %r8; xor %r9, %r9; xor %r10, %r10\n"
    "xor %r11, %r11; xor %r12, %r12; xor %r13, %r13; xor %r14, %r14; xor %r15, %r15\n"
    "iretq\n");
void program_enter(void) __attribute__((noreturn));

static void allow_ring3(void)
{
    enum { EM = 4, MP = 2, OSFXSR_OSXMMEXCPT = 0x600 };

    pml4[0] |= U;
    pdpt[0] |= U;
    for (uint64_t va = PROGRAM_START; va < MMAP_END; va += 0x200000) {
        page_dirs[va >> 21] |= U;
    }
    WRITE_CR(3, READ_CR(3));
    WRITE_CR(0, (READ_CR(0) & ~(uint64_t)EM) | MP);
    WRITE_CR(4, READ_CR(4) | OSFXSR_OSXMMEXCPT);
    asm volatile("fninit");
    wrmsr(0xc0000081, 8ull << 32);                  /* STAR */
    wrmsr(0xc0000082, (uint64_t)system_call_entry); /* LSTAR */
    wrmsr(0xc0000084, 0x47700);                     /* FMASK: AC, NT, DF, IF, TF */
}

int test_main(void)
{
    const StartInfo *info = (const void *)start_info;
    const uint64_t *module = (const void *)info->modules;

    if (!info->nr_modules) {
        print("there is no module: give a program with -initrd\n");
        return 1;
    }
    allow_ring3();
    if (!load((const void *)module[0])) {
        return 1;
    }
    user_rsp = make_stack((const char *)info->cmdline);
    user_rip = entry_at;
    program_enter();
}
