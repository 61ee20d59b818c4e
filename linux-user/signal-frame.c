/* The frame of a signal handler, as x86_64 Linux makes it, and the way back. */
/* SPDX-License-Identifier: MIT */
/*
 * struct rt_sigframe of the kernel's arch/x86 ABI (System V ABI for AMD64, figure 3.36
 * and the uapi header sigcontext.h): below the interrupted stack's red zone, or on the
 * alternate stack, first the XSAVE area aligned to 64, then this, so that rsp + 8 is a
 * multiple of 16 as after a call.
 */
#include "accel/tcg/user.h"
#include "linux-user/guest-mem.h"
#include "linux-user/signals.h"
#include "target/x86/user.h"

typedef struct GuestMcontext {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
    uint16_t cs, gs, fs, ss;
    uint64_t err, trapno, oldmask, cr2, fpstate;
    uint64_t reserved[8];
} GuestMcontext;

typedef struct GuestFrame {
    uint64_t return_address;
    struct {
        uint64_t flags, link;
        uint64_t stack_sp;
        uint32_t stack_flags, pad;
        uint64_t stack_size;
        GuestMcontext mc;
        uint64_t sigmask;
    } uc;
    siginfo_t info;
} GuestFrame;
static_assert(sizeof(GuestMcontext) == 256 && sizeof(GuestFrame) == 8 + 304 + 128,
              "the kernel's layout");

enum { UC_FP_XSTATE = 1, UC_SIGCONTEXT_SS = 2, UC_STRICT_RESTORE_SS = 4 };
enum { GUEST_SA_RESTORER = 0x04000000, RED_ZONE = 128 };
#define GUEST_SS_AUTODISARM (1u << 31)

/* What stands in the legacy area's last 48 bytes: which states the area has, and how long
 * it is. */
typedef struct FpSwBytes {
    uint32_t magic1, extended_size;
    uint64_t features;
    uint32_t xstate_size, pad[7];
} FpSwBytes;
enum { SW_BYTES_AT = 464, MAGIC1 = 0x46505853, MAGIC2 = 0x46505845 };
enum { AREA_MAX = 4096 };

bool signal_on_altstack(const TaskState *ts, uint64_t rsp)
{
    return !(ts->altstack_flags & GUEST_SS_AUTODISARM) &&
           rsp - ts->altstack_sp - 1 < ts->altstack_size;
}

/* Extended area: with header and MAGIC2 behind it; else the 512 bytes of FXSAVE. */
static unsigned area_size(const CPUX86State *env)
{
    unsigned n = x86_user_xsave_size(env);

    return n > 512 ? n + 4 : n;
}

static bool put_area(CPUX86State *env, uint64_t at)
{
    uint8_t area[AREA_MAX] = {0};
    unsigned n = x86_user_xsave_size(env);

    x86_user_xsave(env, area);
    if (n > 512) {
        FpSwBytes sw = {.magic1 = MAGIC1,
                        .extended_size = n + 4,
                        .features = env->xcr0,
                        .xstate_size = n};
        uint32_t magic2 = MAGIC2;

        memcpy(area + SW_BYTES_AT, &sw, sizeof sw);
        memcpy(area + n, &magic2, sizeof magic2);
    }
    return copy_to_guest(at, area, area_size(env)) == 0;
}

static void fill_mcontext(const TaskState *ts, CPUX86State *env, GuestMcontext *mc)
{
    const uint64_t *r = env->regs;

    *mc = (GuestMcontext){
        .r8 = r[8],
        .r9 = r[9],
        .r10 = r[10],
        .r11 = r[11],
        .r12 = r[12],
        .r13 = r[13],
        .r14 = r[14],
        .r15 = r[15],
        .rdi = r[R_RDI],
        .rsi = r[R_RSI],
        .rbp = r[R_RBP],
        .rbx = r[R_RBX],
        .rdx = r[R_RDX],
        .rax = r[R_RAX],
        .rcx = r[R_RCX],
        .rsp = r[R_RSP],
        .rip = env->rip,
        .eflags = x86_eflags(env),
        .cs = env->seg[R_CS].selector,
        .ss = env->seg[R_SS].selector,
        .err = ts->error_code,
        .trapno = ts->trapno,
        .oldmask = 0,
        .cr2 = ts->cr2,
    };
}

static uint64_t stack_for(TaskState *ts, const GuestSigaction *sa)
{
    uint64_t rsp = task_env(ts)->regs[R_RSP];

    if (sa->flags & SA_ONSTACK && ts->altstack_size && !signal_on_altstack(ts, rsp)) {
        return ts->altstack_sp + ts->altstack_size;
    }
    return rsp - RED_ZONE;
}

/* A handler begins with the initial x87, SSE and AVX state, as execve() leaves it. */
static bool reset_fpu(CPUX86State *env)
{
    uint8_t area[512] = {0};

    return x86_user_xrstor(env, area, 0);
}

static void enter_handler(CPUX86State *env, const GuestSigaction *sa, int sig,
                          uint64_t frame)
{
    env->regs[R_RSP] = frame;
    env->regs[R_RDI] = sig;
    env->regs[R_RSI] = frame + offsetof(GuestFrame, info);
    env->regs[R_RDX] = frame + offsetof(GuestFrame, uc);
    env->regs[R_RAX] = 0;
    env->rip = sa->handler;
    x86_set_eflags(env, x86_eflags(env) & ~(uint32_t)(EFL_DF | EFL_RF | EFL_TF));
}

bool signal_frame_push(TaskState *ts, const siginfo_t *si, const GuestSigaction *sa,
                       uint64_t saved)
{
    CPUX86State *env = task_env(ts);

    if (ts->cpu->rseq_area) {
        env->rip = user_rseq_signal(ts->cpu, env->rip);
    }
    uint64_t sp = stack_for(ts, sa);
    uint64_t area = ROUND_DOWN(sp - area_size(env), 64);
    uint64_t at = ROUND_DOWN(area - sizeof(GuestFrame), 16) - 8;
    GuestFrame f = {
        .return_address = sa->restorer,
        .uc.flags = (area_size(env) > 512 ? UC_FP_XSTATE : 0) | UC_SIGCONTEXT_SS |
                    UC_STRICT_RESTORE_SS,
        .uc.stack_sp = ts->altstack_sp,
        .uc.stack_size = ts->altstack_size,
        .uc.stack_flags = ts->altstack_size ? ts->altstack_flags : 2,
        .uc.sigmask = saved,
        .info = *si,
    };
    bool leaves_altstack =
        signal_on_altstack(ts, env->regs[R_RSP]) && !signal_on_altstack(ts, at);

    fill_mcontext(ts, env, &f.uc.mc);
    f.uc.mc.fpstate = area;
    if (!(sa->flags & GUEST_SA_RESTORER) || leaves_altstack || !put_area(env, area) ||
        put_guest(at, f)) {
        return false;
    }
    if (ts->altstack_flags & GUEST_SS_AUTODISARM) {
        ts->altstack_sp = ts->altstack_size = ts->altstack_flags = 0;
    }
    reset_fpu(env);
    enter_handler(env, sa, si->si_signo, at);
    return true;
}

static void take_mcontext(CPUX86State *env, const GuestMcontext *mc)
{
    enum {
        CHANGEABLE = EFL_CF | EFL_PF | EFL_AF | EFL_ZF | EFL_SF | EFL_TF | EFL_DF |
                     EFL_OF | EFL_AC | EFL_RF
    };
    uint64_t *r = env->regs;

    r[8] = mc->r8;
    r[9] = mc->r9;
    r[10] = mc->r10;
    r[11] = mc->r11;
    r[12] = mc->r12;
    r[13] = mc->r13;
    r[14] = mc->r14;
    r[15] = mc->r15;
    r[R_RDI] = mc->rdi;
    r[R_RSI] = mc->rsi;
    r[R_RBP] = mc->rbp;
    r[R_RBX] = mc->rbx;
    r[R_RDX] = mc->rdx;
    r[R_RAX] = mc->rax;
    r[R_RCX] = mc->rcx;
    r[R_RSP] = mc->rsp;
    env->rip = mc->rip;
    x86_set_eflags(env, (x86_eflags(env) & ~CHANGEABLE) | (mc->eflags & CHANGEABLE));
}

/* fpstate 0: all initial. */
static bool take_area(CPUX86State *env, uint64_t at)
{
    uint8_t area[AREA_MAX];
    unsigned n = x86_user_xsave_size(env);
    FpSwBytes sw;
    uint32_t magic2;

    if (!at) {
        return reset_fpu(env);
    }
    if (copy_from_guest(area, at, 512)) {
        return false;
    }
    memcpy(&sw, area + SW_BYTES_AT, sizeof sw);
    bool extended = n > 512 && sw.magic1 == MAGIC1 && sw.xstate_size <= n &&
                    sw.xstate_size >= 576 &&
                    get_guest(magic2, at + sw.xstate_size) == 0 && magic2 == MAGIC2;

    memset(area + 512, 0, sizeof area - 512);
    if (!extended) {
        return x86_user_xrstor(env, area, 3);
    }
    if (copy_from_guest(area, at, sw.xstate_size)) {
        return false;
    }
    return x86_user_xrstor(env, area, sw.features);
}

bool signal_frame_pop(TaskState *ts)
{
    CPUX86State *env = task_env(ts);
    GuestFrame f;

    if (get_guest(f, env->regs[R_RSP] - 8)) {
        return false;
    }
    take_mcontext(env, &f.uc.mc);
    if (!take_area(env, f.uc.mc.fpstate)) {
        return false;
    }
    ts->sigmask = f.uc.sigmask;
    if (!signal_on_altstack(ts, env->regs[R_RSP])) {
        bool off = f.uc.stack_flags & 2;

        ts->altstack_sp = off ? 0 : f.uc.stack_sp;
        ts->altstack_size = off ? 0 : f.uc.stack_size;
        ts->altstack_flags = f.uc.stack_flags;
    }
    return true;
}
