/* Runs x86 code on the host's own CPU, entered and left by signal frames or jumps. */
/* SPDX-License-Identifier: MIT */
/*
 * Two ways. One is for all code and modes:
 * A signal handler may change the registers in its frame, and the kernel loads them all
 * when it returns: that is how the state is put in place, with no assembly and nothing
 * clobbered. The exception that ends the run arrives as a signal, too, whose frame is the
 * final state; its handler puts the registers of before back. Handlers run on a stack of
 * their own.
 *
 * The other, native_run_to(), loads the state by XRSTOR and moves, and expects the code
 * to end with a jump to native_exit, which stores it: much faster, since nothing goes
 * through the kernel. When an exception comes instead its handler has the registers, and
 * goes on at native_back.
 */
#include "tests/asm/rig.h"

#include "target/x86/regs.h"
#include "util/bitops.h"

#include <asm/ldt.h>
#include <cpuid.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define USER32_CS 0x23
#define USER64_CS 0x33
#define USER_DS   0x2b

enum { LDT_FLAT, LDT_CODE, LDT_STACK, LDT_DS, LDT_ES, LDT_GS };
#define LDT_SELECTOR(n) ((n) << 3 | 7)

static const int gpr_index[16] = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

/* FXSAVE image, as the kernel puts it into a frame; behind it the XSAVE header. */
typedef struct FXState {
    uint16_t fcw, fsw;
    uint8_t ftw, pad;
    uint16_t fop;
    uint64_t fip, fdp;
    uint32_t mxcsr, mxcsr_mask;
    uint8_t st[8][16];
    uint8_t xmm[16][16];
    uint8_t reserved[48], software[48];
    uint64_t xstate_bv, xcomp_bv, header[6];
} FXState;

/* What native_go() loads and stores: general registers by number, EFLAGS, vectors. */
typedef struct Direct {
    uint64_t regs[16], eflags, host_rsp;
    void *target;
    uint8_t fp[4096] __attribute__((aligned(64)));
} Direct;
static_assert(offsetof(Direct, eflags) == 128 && offsetof(Direct, host_rsp) == 136 &&
                  offsetof(Direct, target) == 144 && offsetof(Direct, fp) == 192,
              "native_go() has these numbers");
extern Direct native_direct;
Direct native_direct;
void native_go(void);
extern const uint8_t native_exit[], native_back[];

static struct {
    MachineState *st;
    MachineResult result;
    gregset_t saved_regs;
    uint8_t saved_fp[576];
    unsigned ymm_offset; /* in the XSAVE image; 0: none */
    uint16_t cs[3];      /* selector for each X86Mode; 0: there is none */
    bool entering;
    bool direct;  /* native_run_to() */
    uint8_t segs; /* that DS, ES and GS are loaded for */
} native;

static void fp_to_frame(FXState *fx, const MachineState *st)
{
    fx->fcw = st->fcw;
    fx->fsw = st->fsw;
    fx->ftw = st->ftw;
    fx->mxcsr = st->mxcsr;
    fx->fop = 0;
    fx->fip = fx->fdp = 0;
    for (unsigned n = 0; n < 8; n++) {
        memcpy(fx->st[n], st->st[n], 10);
    }
    for (unsigned n = 0; n < 16; n++) {
        memcpy(fx->xmm[n], st->vec[n].b, 16);
        if (native.ymm_offset) {
            memcpy((char *)fx + native.ymm_offset + 16 * n, st->vec[n].b + 16, 16);
        }
    }
    if (native.ymm_offset) {
        fx->xstate_bv |= 7;
    }
}

static void fp_from_frame(MachineState *st, const FXState *fx)
{
    bool has_x87 = !native.ymm_offset || fx->xstate_bv & 1;
    bool has_sse = !native.ymm_offset || fx->xstate_bv & 2;
    bool has_avx = native.ymm_offset && fx->xstate_bv & 4;

    st->fcw = has_x87 ? fx->fcw : 0x37f;
    st->fsw = has_x87 ? fx->fsw : 0;
    st->ftw = has_x87 ? fx->ftw : 0;
    st->mxcsr = fx->mxcsr;
    for (unsigned n = 0; n < 8; n++) {
        memset(st->st[n], 0, 10);
        if (has_x87) {
            memcpy(st->st[n], fx->st[n], 10);
        }
    }
    memset(st->vec, 0, sizeof(st->vec));
    for (unsigned n = 0; n < 16; n++) {
        if (has_sse) {
            memcpy(st->vec[n].b, fx->xmm[n], 16);
        }
        if (has_avx) {
            memcpy(st->vec[n].b + 16, (const char *)fx + native.ymm_offset + 16 * n, 16);
        }
    }
}

/* Entering with a non-canonical RSP: a stub at the end of the code area loads it. */
#define STUB_SIZE 24
#define STUB_BASE (CODE_BASE + CODE_SIZE - STUB_SIZE)

/*
 * Some hypervisors turn a return to user mode with a non-canonical RSP into #GP, whatever
 * the instruction there. So such a RSP is loaded in user mode. True if the stub is in
 * place; it does not go with single step.
 */
static bool place_stub(const MachineState *st)
{
    static const uint8_t movabs_rsp[] = {0x48, 0xbc};
    static const uint8_t jmp_next8[] = {0xff, 0x25, 0, 0, 0, 0};
    uint8_t *to = (uint8_t *)(uintptr_t)STUB_BASE;

    if (st->mode != X86_MODE_64 || native_rsp_is_canonical(st)) {
        return false;
    }
    memcpy(to, movabs_rsp, 2);
    stq_le_p(to + 2, st->regs[R_RSP]);
    memcpy(to + 10, jmp_next8, 6);
    stq_le_p(to + 16, st->rip);
    return true;
}

static void enter(mcontext_t *mc)
{
    const MachineState *st = native.st;

    memcpy(native.saved_regs, mc->gregs, sizeof(native.saved_regs));
    memcpy(native.saved_fp, mc->fpregs, sizeof(native.saved_fp));
    for (unsigned n = 0; n < 16; n++) {
        mc->gregs[gpr_index[n]] = st->regs[n];
    }
    mc->gregs[REG_RIP] = st->rip;
    if (place_stub(st)) {
        mc->gregs[REG_RSP] = 0;
        mc->gregs[REG_RIP] = STUB_BASE;
    }
    mc->gregs[REG_EFL] = (mc->gregs[REG_EFL] & ~(greg_t)(RIG_EFLAGS | EFL_TF)) |
                         (st->eflags & (RIG_EFLAGS | EFL_TF));
    uint16_t *sel = (uint16_t *)&mc->gregs[REG_CSGSFS]; /* CS, GS, FS, SS */
    sel[0] = st->segs ? LDT_SELECTOR(LDT_CODE) : native.cs[st->mode];
    sel[3] = st->segs ? LDT_SELECTOR(LDT_STACK) : USER_DS;
    fp_to_frame((FXState *)mc->fpregs, st);
    native.entering = false;
}

/* Registers of the host when native_go() goes on after an exception. */
static void leave_to_back(mcontext_t *mc)
{
    mc->gregs[REG_RIP] = (uintptr_t)native_back;
    mc->gregs[REG_RSP] = native_direct.host_rsp;
    mc->gregs[REG_EFL] &= ~(greg_t)RIG_EFLAGS;
}

static void leave(mcontext_t *mc)
{
    MachineState *st = native.st;
    bool pf = mc->gregs[REG_TRAPNO] == EXCP_PF;

    for (unsigned n = 0; n < 16; n++) {
        st->regs[n] = mc->gregs[gpr_index[n]];
    }
    st->rip = mc->gregs[REG_RIP];
    st->eflags = mc->gregs[REG_EFL] & RIG_EFLAGS;
    fp_from_frame(st, (const FXState *)mc->fpregs);
    native.result = (MachineResult){
        .vector = mc->gregs[REG_TRAPNO],
        .error = pf ? mc->gregs[REG_ERR] : 0,
        .cr2 = pf ? mc->gregs[REG_CR2] : 0,
    };
    if (native.direct) {
        leave_to_back(mc);
        return;
    }
    memcpy(mc->gregs, native.saved_regs, sizeof(native.saved_regs));
    memcpy(mc->fpregs, native.saved_fp, sizeof(native.saved_fp));
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    if (native.entering) {
        enter(&uc->uc_mcontext);
    } else if (native.st) {
        leave(&uc->uc_mcontext);
    } else {
        signal(sig, SIG_DFL); /* a fault of the test program itself */
    }
}

/* Loads DS and ES, which 32-bit code uses; false: the kernel has no such segments. */
static bool load_flat_segments(void)
{
    unsigned readable;

    asm("lar %1, %0; jz 1f; xor %0, %0; 1:" : "=&r"(readable) : "r"(USER32_CS) : "cc");
    if (!readable) {
        return false;
    }
    asm volatile("mov %0, %%ds; mov %0, %%es" : : "r"(USER_DS));
    return true;
}

static bool write_ldt(unsigned n, unsigned contents, uint32_t base, uint32_t limit)
{
    struct user_desc d = {
        .entry_number = n,
        .base_addr = base,
        .limit = limit > 0xfffff ? limit >> 12 : limit,
        .contents = contents,
        .limit_in_pages = limit > 0xfffff,
        .useable = 1,
    };

    return syscall(SYS_modify_ldt, 0x11, &d, sizeof(d)) == 0;
}

/* 16-bit segments: flat code, and those of SEGS_LIMITED. */
static bool make_16bit_segments(void)
{
    return write_ldt(LDT_FLAT, MODIFY_LDT_CONTENTS_CODE, 0, UINT32_MAX) &&
           write_ldt(LDT_CODE, MODIFY_LDT_CONTENTS_CODE, CODE_BASE, 0xffff) &&
           write_ldt(LDT_STACK, MODIFY_LDT_CONTENTS_DATA, STACK_BASE, STACK_SIZE - 1) &&
           write_ldt(LDT_DS, MODIFY_LDT_CONTENTS_DATA, DATA_BASE, DATA_SIZE - 1) &&
           write_ldt(LDT_ES, MODIFY_LDT_CONTENTS_DATA, DATA_BASE, ES_LIMIT) &&
           write_ldt(LDT_GS, MODIFY_LDT_CONTENTS_STACK, DATA_BASE - GS_START,
                     GS_START - 1);
}

/* DS, ES and GS keep what they are loaded with: signal frames do not have them. */
static void load_segments(const MachineState *st)
{
    bool limited = st->segs != SEGS_FLAT;
    unsigned ds = limited ? LDT_SELECTOR(LDT_DS) : USER_DS;
    unsigned es = limited ? LDT_SELECTOR(LDT_ES) : USER_DS;
    unsigned gs = limited ? LDT_SELECTOR(LDT_GS) : 0;

    if (native.segs != st->segs) {
        asm volatile("mov %0, %%ds; mov %1, %%es; mov %2, %%gs"
                     :
                     : "r"(ds), "r"(es), "r"(gs));
        native.segs = st->segs;
    }
}

bool native_init(void)
{
    static const int signals[] = {SIGUSR1, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS};
    stack_t stack = {.ss_sp = g_malloc(65536), .ss_size = 65536};
    struct sigaction sa = {.sa_sigaction = on_signal,
                           .sa_flags = SA_SIGINFO | SA_ONSTACK};
    unsigned eax, ebx, ecx, edx;

    sigfillset(&sa.sa_mask);
    for (unsigned n = 0; n < ARRAY_SIZE(signals); n++) {
        sigdelset(&sa.sa_mask, signals[n]);
    }
    sigaltstack(&stack, NULL);
    for (unsigned n = 0; n < ARRAY_SIZE(signals); n++) {
        sigaction(signals[n], &sa, NULL);
    }
    if (native_has_feature(X86_FEAT_AVX) &&
        __get_cpuid_count(13, 2, &eax, &ebx, &ecx, &edx)) {
        native.ymm_offset = ebx;
    }
    native.cs[X86_MODE_64] = USER64_CS;
    native.cs[X86_MODE_32] = load_flat_segments() ? USER32_CS : 0;
    native.cs[X86_MODE_16] =
        native.cs[X86_MODE_32] && make_16bit_segments() ? LDT_SELECTOR(LDT_FLAT) : 0;
    return true;
}

bool native_has_mode(X86Mode mode)
{
    return native.cs[mode] != 0;
}

bool native_rsp_is_canonical(const MachineState *st)
{
    return sign_extend(st->regs[R_RSP], 48) == (int64_t)st->regs[R_RSP];
}

MachineResult native_run(MachineState *st)
{
    load_segments(st);
    native.st = st;
    native.entering = true;
    raise(SIGUSR1);
    native.st = NULL;
    memset((void *)(uintptr_t)STUB_BASE, 0, STUB_SIZE);
    return native.result;
}

/*
 * Loads and stores the state components x87, SSE and AVX. The host's own control words
 * and flags are put back at native_back.
 */
asm(".pushsection .text\n"
    ".globl native_go, native_exit, native_back\n"
    ".hidden native_go, native_exit, native_back\n"
    "native_go:\n"
    "    push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "    lea native_direct(%rip), %rdi\n"
    "    mov %rsp, 136(%rdi)\n"
    "    mov $7, %eax\n"
    "    xor %edx, %edx\n"
    "    xrstor64 192(%rdi)\n"
    "    push 128(%rdi)\n"
    "    popfq\n"
    "    mov 0*8(%rdi), %rax; mov 1*8(%rdi), %rcx; mov 2*8(%rdi), %rdx\n"
    "    mov 3*8(%rdi), %rbx; mov 4*8(%rdi), %rsp; mov 5*8(%rdi), %rbp\n"
    "    mov 6*8(%rdi), %rsi; mov 8*8(%rdi), %r8; mov 9*8(%rdi), %r9\n"
    "    mov 10*8(%rdi), %r10; mov 11*8(%rdi), %r11; mov 12*8(%rdi), %r12\n"
    "    mov 13*8(%rdi), %r13; mov 14*8(%rdi), %r14; mov 15*8(%rdi), %r15\n"
    "    mov 7*8(%rdi), %rdi\n"
    "    jmp *native_direct+144(%rip)\n"
    "native_exit:\n"
    "    mov %rdi, native_direct+7*8(%rip)\n"
    "    lea native_direct(%rip), %rdi\n"
    "    mov %rax, 0*8(%rdi); mov %rcx, 1*8(%rdi); mov %rdx, 2*8(%rdi)\n"
    "    mov %rbx, 3*8(%rdi); mov %rsp, 4*8(%rdi); mov %rbp, 5*8(%rdi)\n"
    "    mov %rsi, 6*8(%rdi); mov %r8, 8*8(%rdi); mov %r9, 9*8(%rdi)\n"
    "    mov %r10, 10*8(%rdi); mov %r11, 11*8(%rdi); mov %r12, 12*8(%rdi)\n"
    "    mov %r13, 13*8(%rdi); mov %r14, 14*8(%rdi); mov %r15, 15*8(%rdi)\n"
    "    mov 136(%rdi), %rsp\n"
    "    pushfq\n"
    "    pop 128(%rdi)\n"
    "    mov $7, %eax\n"
    "    xor %edx, %edx\n"
    "    xsave64 192(%rdi)\n"
    "native_back:\n"
    "    cld\n"
    "    vzeroupper\n"
    "    fninit\n"
    "    push $0x1f80\n"
    "    ldmxcsr (%rsp)\n"
    "    pop %rax\n"
    "    pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
    "    ret\n"
    ".popsection");

void native_put_exit(uint8_t *at)
{
    static const uint8_t jmp_next8[] = {0xff, 0x25, 0, 0, 0, 0};

    memcpy(at, jmp_next8, sizeof(jmp_next8));
    stq_le_p(at + sizeof(jmp_next8), (uintptr_t)native_exit);
}

MachineResult native_run_to(MachineState *st, uint64_t end)
{
    Direct *d = &native_direct;

    if (!native.ymm_offset) {
        return native_run(st); /* there may be no XSAVE */
    }
    memcpy(d->regs, st->regs, sizeof(d->regs));
    d->eflags = 2 | (st->eflags & RIG_EFLAGS);
    d->target = (void *)(uintptr_t)st->rip;
    memset(d->fp + offsetof(FXState, xstate_bv), 0, 64);
    fp_to_frame((FXState *)d->fp, st);
    native.st = st;
    native.direct = true;
    native.result = (MachineResult){.vector = -1};
    native_go();
    native.direct = false;
    native.st = NULL;
    if (native.result.vector >= 0) {
        return native.result; /* the handler has filled *st */
    }
    memcpy(st->regs, d->regs, sizeof(d->regs));
    st->rip = end;
    st->eflags = d->eflags & RIG_EFLAGS;
    fp_from_frame(st, (const FXState *)d->fp);
    return (MachineResult){.vector = EXCP_GP};
}

static bool has_feature(unsigned feature)
{
    const X86FeatureInfo *f = &x86_features[feature];
    unsigned r[4];

    if (feature == X86_FEAT_0) {
        return true;
    }
    return __get_cpuid_count(f->leaf, f->subleaf, &r[0], &r[1], &r[2], &r[3]) &&
           r[f->reg] >> f->bit & 1;
}

/* CPUID is slow where there is a hypervisor. */
bool native_has_feature(unsigned feature)
{
    static uint8_t known[NR_X86_FEATS]; /* 1: no, 2: yes */

    if (!known[feature]) {
        known[feature] = 1 + has_feature(feature);
    }
    return known[feature] == 2;
}
