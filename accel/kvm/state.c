/* The vCPU's state on its way between KVM and env. */
/* SPDX-License-Identifier: MIT */
/*
 * One pair of functions for each of KVM's structures; parts[] lists them in the order of
 * KVM's dependencies: CPU mode before what is checked against it, MSRs before events.
 *
 * An event that KVM has accepted and not delivered yet is cpu->exception_index here
 * (EXCP_EXTERNAL + vector: an interrupt), which the translator would deliver first as
 * well.
 */
#include "accel/kvm/kvm-internal.h"

#include <errno.h>

#include "hw/core/clock.h"
#include "target/x86/debug.h"
#include "target/x86/excp.h"
#include "target/x86/seg.h"
#include "util/log.h"
#include "util/thread.h"

/* General registers: in the order of struct kvm_regs, their numbers. */

static const uint8_t reg_order[] = {
    R_RAX, R_RBX, R_RCX, R_RDX, R_RSI, R_RDI, R_RSP, R_RBP, 8, 9, 10, 11, 12, 13, 14, 15};

static bool get_regs(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_regs r;

    if (kvm_ioctl(v->fd, KVM_GET_REGS, &r) < 0) {
        return false;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(reg_order); i++) {
        env->regs[reg_order[i]] = (&r.rax)[i];
    }
    env->rip = r.rip;
    env->exit_note = NOTE_NO_BRANCH;
    x86_set_eflags(env, r.rflags);
    return true;
}

static bool put_regs(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_regs r;

    for (unsigned i = 0; i < ARRAY_SIZE(reg_order); i++) {
        (&r.rax)[i] = env->regs[reg_order[i]];
    }
    r.rip = env->rip;
    r.rflags = x86_eflags(env);
    return kvm_ioctl(v->fd, KVM_SET_REGS, &r) == 0;
}

/* Segments and control registers. */

static void seg_to_env(X86Seg *to, const struct kvm_segment *s)
{
    uint32_t attr = s->type | s->s << 4 | s->dpl << SEG_DPL_SHIFT | s->present << 7 |
                    s->avl << 12 | s->l << 13 | s->db << 14 | s->g << 15;

    *to = (X86Seg){.selector = s->selector,
                   .attr = s->unusable ? attr & ~(uint32_t)SEG_P : attr,
                   .limit = s->limit,
                   .base = s->base};
}

static struct kvm_segment seg_to_kvm(const X86Seg *s)
{
    return (struct kvm_segment){
        .base = s->base,
        .limit = s->limit,
        .selector = s->selector,
        .type = s->attr & SEG_TYPE,
        .present = !!(s->attr & SEG_P),
        .dpl = seg_dpl(s),
        .db = !!(s->attr & SEG_DB),
        .s = !!(s->attr & SEG_S),
        .l = !!(s->attr & SEG_L),
        .g = !!(s->attr & SEG_G),
        .avl = !!(s->attr & SEG_AVL),
        .unusable = !(s->attr & SEG_P),
    };
}

static struct kvm_dtable table_to_kvm(const X86Table *t)
{
    return (struct kvm_dtable){.base = t->base, .limit = t->limit};
}

/* Where struct kvm_sregs has the segment registers, by our numbers. */
static struct kvm_segment *sregs_seg(struct kvm_sregs *s, int reg)
{
    struct kvm_segment *const at[NR_SEGS] = {
        [R_ES] = &s->es, [R_CS] = &s->cs, [R_SS] = &s->ss,
        [R_DS] = &s->ds, [R_FS] = &s->fs, [R_GS] = &s->gs,
    };

    return at[reg];
}

static bool get_sregs(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_sregs s;

    if (kvm_ioctl(v->fd, KVM_GET_SREGS, &s) < 0) {
        return false;
    }
    for (int reg = 0; reg < NR_SEGS; reg++) {
        X86Seg seg;

        seg_to_env(&seg, sregs_seg(&s, reg));
        seg_set(env, reg, seg);
    }
    seg_to_env(&env->ldt, &s.ldt);
    seg_to_env(&env->tr, &s.tr);
    env->gdt = (X86Table){.base = s.gdt.base, .limit = s.gdt.limit};
    env->idt = (X86Table){.base = s.idt.base, .limit = s.idt.limit};
    env->cr0 = s.cr0;
    env->cr2 = env->fault_cr2 = s.cr2;
    env->cr3 = s.cr3;
    env->cr4 = s.cr4;
    env->efer = s.efer;
    v->apic_base = s.apic_base;
    v->apic_cr8 = s.cr8;
    return true;
}

/* Without those of the local APIC. */
static struct kvm_sregs sregs_to_kvm(CPUX86State *env)
{
    struct kvm_sregs s = {
        .ldt = seg_to_kvm(&env->ldt),
        .tr = seg_to_kvm(&env->tr),
        .gdt = table_to_kvm(&env->gdt),
        .idt = table_to_kvm(&env->idt),
        .cr0 = env->cr0,
        .cr2 = env->cr2,
        .cr3 = env->cr3,
        .cr4 = env->cr4,
        .efer = env->efer,
    };

    for (int reg = 0; reg < NR_SEGS; reg++) {
        *sregs_seg(&s, reg) = seg_to_kvm(&env->seg[reg]);
    }
    return s;
}

static bool put_sregs(KVMVcpu *v, CPUX86State *env)
{
    CPUIntc *intc = &v->cpu->intc;
    struct kvm_sregs s = sregs_to_kvm(env);

    if (intc->get_base) {
        machine_lock();
        if (intc->is_given(intc->opaque)) {
            s.apic_base = v->apic_base;
            s.cr8 = v->apic_cr8;
        } else {
            s.apic_base = intc->get_base(intc->opaque);
            s.cr8 = intc->get_tpr(intc->opaque) >> 4;
        }
        machine_unlock();
    }
    v->run->apic_base = s.apic_base;
    v->run->cr8 = s.cr8;
    return kvm_ioctl(v->fd, KVM_SET_SREGS, &s) == 0;
}

/*
 * KVM for AMD has cleared what the processor has of the vCPU, nested page tables
 * included, and given it the state of INIT. It sets the tables again when CR0 changes,
 * which a reset does not do where the vCPU begins with INIT's.
 */
void kvm_after_shutdown(KVMVcpu *v)
{
    struct kvm_sregs s;

    if (kvm_ioctl(v->fd, KVM_GET_SREGS, &s) == 0) {
        s.cr0 ^= CR0_TS;
        kvm_ioctl(v->fd, KVM_SET_SREGS, &s);
    }
}

/* x87 and vectors: SDM vol. 1, 13.4. The image is larger than struct kvm_xsave where the
 * process may have AMX in its guests. */

enum {
    XSAVE_MXCSR = 24,
    XSAVE_XMM = 160,
    XSAVE_BV = 512,
    XSAVE_YMM = 576,
    XSTATE_X87_SSE = 3,
    XSTATE_AVX = 4,
};

static bool get_xsave(KVMVcpu *v, CPUX86State *env)
{
    g_autofree uint8_t *image = g_malloc0(kvm.xsave_size);
    bool large = kvm.xsave_size > sizeof(struct kvm_xsave);

    if (kvm_ioctl(v->fd, large ? KVM_GET_XSAVE2 : KVM_GET_XSAVE, image) < 0) {
        return false;
    }
    x87_fxrstor(&env->x87, true, image);
    env->mxcsr = ldl_le_p(image + XSAVE_MXCSR);
    for (unsigned i = 0; i < ARRAY_SIZE(env->vec); i++) {
        memcpy(env->vec[i].b, image + XSAVE_XMM + 16 * i, 16);
        if (ldq_le_p(image + XSAVE_BV) & XSTATE_AVX) {
            memcpy(env->vec[i].b + 16, image + XSAVE_YMM + 16 * i, 16);
        } else {
            memset(env->vec[i].b + 16, 0, 16);
        }
    }
    return true;
}

static bool put_xsave(KVMVcpu *v, CPUX86State *env)
{
    g_autofree uint8_t *image = g_malloc0(kvm.xsave_size);

    x87_fxsave(&env->x87, true, image);
    stl_le_p(image + XSAVE_MXCSR, env->mxcsr);
    for (unsigned i = 0; i < ARRAY_SIZE(env->vec); i++) {
        memcpy(image + XSAVE_XMM + 16 * i, env->vec[i].b, 16);
        memcpy(image + XSAVE_YMM + 16 * i, env->vec[i].b + 16, 16);
    }
    stq_le_p(image + XSAVE_BV, XSTATE_X87_SSE | (x86_xcr0_supported(env) & XSTATE_AVX));
    return kvm_ioctl(v->fd, KVM_SET_XSAVE, image) == 0;
}

static bool get_xcrs(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_xcrs x;

    if (!kvm.has_xcrs) {
        return true;
    }
    if (kvm_ioctl(v->fd, KVM_GET_XCRS, &x) < 0) {
        return false;
    }
    for (unsigned i = 0; i < x.nr_xcrs; i++) {
        env->xcr0 = x.xcrs[i].xcr == 0 ? x.xcrs[i].value : env->xcr0;
    }
    return true;
}

static bool put_xcrs(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_xcrs x = {.nr_xcrs = 1, .xcrs = {{.xcr = 0, .value = env->xcr0}}};

    return !kvm.has_xcrs || kvm_ioctl(v->fd, KVM_SET_XCRS, &x) == 0;
}

/* Debug registers. */

static bool get_debugregs(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_debugregs d;

    if (kvm_ioctl(v->fd, KVM_GET_DEBUGREGS, &d) < 0) {
        return false;
    }
    bool changed = memcmp(env->dr, d.db, sizeof d.db) || env->dr[7] != d.dr7;

    memcpy(env->dr, d.db, sizeof d.db);
    env->dr[6] = d.dr6;
    env->dr[7] = d.dr7;
    if (changed) {
        x86_update_breakpoints(env);
    }
    return true;
}

static bool put_debugregs(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_debugregs d = {.dr6 = env->dr[6], .dr7 = env->dr[7]};

    memcpy(d.db, env->dr, sizeof d.db);
    return kvm_ioctl(v->fd, KVM_SET_DEBUGREGS, &d) == 0;
}

/* Model-specific registers. */

static const struct {
    uint32_t number;
    uint32_t offset; /* of a field of CPUX86State */
} msr_table[] = {
#define MSR(nr, field) {nr, offsetof(CPUX86State, field)},
#include "accel/kvm/msrs.def"
};

typedef struct MSRBuffer {
    struct kvm_msrs head;
    struct kvm_msr_entry entries[ARRAY_SIZE(msr_table)];
} MSRBuffer;

/* The rows of msr_table that this KVM has: found with the first vCPU. */
static uint8_t msr_rows[ARRAY_SIZE(msr_table)];
static unsigned nmsr_rows;

/* KVM's list says what it saves; some that it has not in it can be read all the same. */
static bool msr_exists(KVMVcpu *v, uint32_t number)
{
    struct kvm_msr_entry *e;
    MSRBuffer b = {.head = {.nmsrs = 1}};

    for (unsigned i = 0; i < kvm.msrs->nmsrs; i++) {
        if (kvm.msrs->indices[i] == number) {
            return true;
        }
    }
    e = b.head.entries;
    e->index = number;
    return kvm_ioctl(v->fd, KVM_GET_MSRS, &b) == 1;
}

static void find_msrs(KVMVcpu *v)
{
    for (unsigned i = 0; i < ARRAY_SIZE(msr_table) && !v->cpu->index; i++) {
        if (msr_exists(v, msr_table[i].number)) {
            msr_rows[nmsr_rows++] = i;
        }
    }
}

bool kvm_state_init(GError **errp)
{
    struct kvm_msr_list probe = {.nmsrs = 0};

    if (kvm_ioctl(kvm.dev, KVM_GET_MSR_INDEX_LIST, &probe) < 0 && errno != E2BIG) {
        return user_error(errp, "KVM_GET_MSR_INDEX_LIST: %s", g_strerror(errno));
    }
    kvm.msrs = g_malloc0(sizeof probe + probe.nmsrs * sizeof probe.indices[0]);
    kvm.msrs->nmsrs = probe.nmsrs;
    if (kvm_ioctl(kvm.dev, KVM_GET_MSR_INDEX_LIST, kvm.msrs) < 0) {
        return user_error(errp, "KVM_GET_MSR_INDEX_LIST: %s", g_strerror(errno));
    }
    return true;
}

void kvm_state_exit(void)
{
    g_free(kvm.msrs);
    kvm.msrs = NULL;
    nmsr_rows = 0;
}

static uint64_t *msr_field(CPUX86State *env, unsigned row)
{
    return (uint64_t *)((char *)env + msr_table[msr_rows[row]].offset);
}

static void name_msrs(MSRBuffer *b)
{
    b->head = (struct kvm_msrs){.nmsrs = nmsr_rows};
    for (unsigned i = 0; i < nmsr_rows; i++) {
        b->head.entries[i] =
            (struct kvm_msr_entry){.index = msr_table[msr_rows[i]].number};
    }
}

/* The one at which KVM stopped is not there, after all. */
static void forget_msr(unsigned row)
{
    log_guest_error("kvm: no MSR %08x", msr_table[msr_rows[row]].number);
    memmove(&msr_rows[row], &msr_rows[row + 1], nmsr_rows - row - 1);
    nmsr_rows--;
}

static bool get_msrs(KVMVcpu *v, CPUX86State *env)
{
    for (;;) {
        MSRBuffer b;

        name_msrs(&b);
        int n = kvm_ioctl(v->fd, KVM_GET_MSRS, &b);

        if (n < 0) {
            return false;
        }
        for (int i = 0; i < n; i++) {
            *msr_field(env, i) = b.head.entries[i].data;
        }
        if (n == (int)nmsr_rows) {
            return true;
        }
        forget_msr(n);
    }
}

static bool put_msrs(KVMVcpu *v, CPUX86State *env)
{
    for (;;) {
        MSRBuffer b;

        name_msrs(&b);
        for (unsigned i = 0; i < nmsr_rows; i++) {
            b.head.entries[i].data = *msr_field(env, i);
        }
        int n = kvm_ioctl(v->fd, KVM_SET_MSRS, &b);

        if (n < 0 || n == (int)nmsr_rows) {
            return n >= 0;
        }
        forget_msr(n);
    }
}

/* The time stamp counter. */

#define MSR_TSC 0x10

bool kvm_one_msr(KVMVcpu *v, unsigned long request, uint32_t number, uint64_t *val)
{
    MSRBuffer b = {.head = {.nmsrs = 1}};

    b.head.entries[0] = (struct kvm_msr_entry){.index = number, .data = *val};
    int n = kvm_ioctl(v->fd, request, &b);

    *val = b.head.entries[0].data;
    return n == 1;
}

void kvm_init_tsc(KVMVcpu *v)
{
    CPUX86State *env = cpu_env(v->cpu);
    uint64_t want = x86_tsc_hz(env) / 1000;
    int have = kvm_ioctl(v->fd, KVM_GET_TSC_KHZ, NULL);

    if (have <= 0 && !v->cpu->index) {
        report_warning(
            "-accel kvm: the rate of the host's TSC is not known, as when it is "
            "not stable: the guest's may not be what CPUID says");
    }
    if (have > 0 && (uint64_t)have != want &&
        (!kvm_check(KVM_CAP_TSC_CONTROL) ||
         kvm_ioctl(v->fd, KVM_SET_TSC_KHZ, (void *)(uintptr_t)want) < 0)) {
        x86_set_tsc_hz(env, (uint64_t)have * 1000);
    }
    find_msrs(v);
}

/* env keeps the TSC as an offset from guest time. */
static bool get_tsc(KVMVcpu *v, CPUX86State *env)
{
    uint64_t tsc = 0;

    if (!kvm_one_msr(v, KVM_GET_MSRS, MSR_TSC, &tsc)) {
        return false;
    }
    env->tsc_offset += (int64_t)(tsc - x86_tsc(env));
    return true;
}

void kvm_get_tsc(KVMVcpu *v)
{
    get_tsc(v, cpu_env(v->cpu));
}

static Mutex shifts = MUTEX_INIT; /* KVMState.tsc_shift and tsc_stood */

/*
 * Several vCPUs have to agree. KVM has begun their TSCs at the same time, so the same is
 * added to each: what the first one that runs after a stop lacks to go on where it was.
 */
static bool shift_with_others(KVMVcpu *v, CPUX86State *env)
{
    int64_t stood = clock_stood_ns(env->clock);
    uint64_t offset, tsc = 0;
    bool ok = true;
    struct kvm_device_attr attr = {
        .group = KVM_VCPU_TSC_CTRL,
        .attr = KVM_VCPU_TSC_OFFSET,
        .addr = (uintptr_t)&offset,
    };

    if (kvm_ioctl(v->fd, KVM_GET_DEVICE_ATTR, &attr) < 0) {
        return true; /* a kernel before 5.16: their TSCs go on */
    }
    mutex_lock(&shifts);
    if (kvm.tsc_stood != stood) {
        ok = kvm_one_msr(v, KVM_GET_MSRS, MSR_TSC, &tsc);
        kvm.tsc_shift = v->tsc_shift + x86_tsc(env) - tsc;
        kvm.tsc_stood = stood;
    }
    offset += kvm.tsc_shift - v->tsc_shift;
    v->tsc_shift = kvm.tsc_shift;
    mutex_unlock(&shifts);
    return ok && kvm_ioctl(v->fd, KVM_SET_DEVICE_ATTR, &attr) == 0;
}

/* KVM takes a value of the MSR that is off by less than a second for an attempt to make
 * vCPUs agree, and corrects it; so its offset is changed instead, if there is a way. */
static bool shift_tsc(KVMVcpu *v, CPUX86State *env)
{
    uint64_t offset, tsc = 0;
    struct kvm_device_attr attr = {
        .group = KVM_VCPU_TSC_CTRL,
        .attr = KVM_VCPU_TSC_OFFSET,
        .addr = (uintptr_t)&offset,
    };

    if (kvm_ioctl(v->fd, KVM_GET_DEVICE_ATTR, &attr) < 0 ||
        !kvm_one_msr(v, KVM_GET_MSRS, MSR_TSC, &tsc)) {
        return false;
    }
    offset += x86_tsc(env) - tsc;
    return kvm_ioctl(v->fd, KVM_SET_DEVICE_ATTR, &attr) == 0;
}

/* Not with each state: that would make time jitter. */
static bool put_tsc(KVMVcpu *v, CPUX86State *env)
{
    uint64_t tsc = x86_tsc(env);

    if (v->put_tsc && kvm.nvcpus > 1) {
        if (!shift_with_others(v, env)) {
            return false;
        }
    } else if (v->put_tsc && !shift_tsc(v, env) &&
               !kvm_one_msr(v, KVM_SET_MSRS, MSR_TSC, &tsc)) {
        return false;
    }
    v->put_tsc = false;
    return true;
}

/* Events on their way. */

static int accepted_event(const struct kvm_vcpu_events *e)
{
    if (e->exception.injected) {
        return e->exception.nr;
    }
    if (e->nmi.injected) {
        return EXCP_NMI;
    }
    return e->interrupt.injected ? EXCP_EXTERNAL + e->interrupt.nr : -1;
}

static bool get_events(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_vcpu_events e;
    CPUState *cpu = v->cpu;

    if (kvm_ioctl(v->fd, KVM_GET_VCPU_EVENTS, &e) < 0) {
        return false;
    }
    cpu->exception_index = accepted_event(&e);
    env->has_error_code = e.exception.has_error_code;
    env->error_code = e.exception.error_code;
    env->pending_dr6 = 0;
    env->held_dr6 = 0;
    env->old_exception = -1;
    env->inhibit_irq = e.interrupt.shadow;
    env->ss_shadow = e.interrupt.shadow & KVM_X86_SHADOW_INT_MOV_SS;
    env->nmi_blocked = e.nmi.masked;
    if (e.nmi.pending) {
        v->nmi_passed = true;
        cpu_interrupt(cpu, CPU_INTERRUPT_NMI);
    }
    return true;
}

/* A vCPU that waits for interrupts costs one request: the rest of its state stays where
 * it is, and most often is not wanted. */
void kvm_get_halted(KVMVcpu *v)
{
    CPUX86State *env = cpu_env(v->cpu);

    if (v->env_valid) {
        return;
    }
    get_events(v, env);
    env->eflags = (env->eflags & ~(uint32_t)EFL_IF) | (v->run->if_flag ? EFL_IF : 0);
}

static bool put_events(KVMVcpu *v, CPUX86State *env)
{
    int index = v->cpu->exception_index;
    struct kvm_vcpu_events e = {
        .flags = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW,
    };

    if (index >= EXCP_EXTERNAL && index < EXCP_EXTERNAL + 256) {
        e.interrupt.injected = true;
        e.interrupt.nr = index - EXCP_EXTERNAL;
    } else if (index == EXCP_NMI) {
        e.nmi.injected = true;
    } else if (index >= 0 && index < 32) {
        e.exception.injected = true;
        e.exception.nr = index;
        e.exception.has_error_code = env->has_error_code;
        e.exception.error_code = env->error_code;
    }
    e.nmi.masked = env->nmi_blocked;
    /* VMX refuses to enter a guest that STI holds back with IF clear (SDM 26.3.1.5) */
    bool held = env->inhibit_irq && (env->ss_shadow || env->eflags & EFL_IF);

    e.interrupt.shadow = !held            ? 0
                         : env->ss_shadow ? KVM_X86_SHADOW_INT_MOV_SS
                                          : KVM_X86_SHADOW_INT_STI;
    v->cpu->exception_index = -1;
    v->run->ready_for_interrupt_injection = /* in the kernel LINT0 counts as well */
        !kvm.split && env->eflags & EFL_IF && !env->inhibit_irq && index < 0;
    return kvm_ioctl(v->fd, KVM_SET_VCPU_EVENTS, &e) == 0;
}

/* The whole. KVM puts an accepted event's DR6 and CR2 there when it is asked for it; and
 * when asked for the MP state it takes an INIT or start-up IPI that has come. */

static const struct {
    const char *name; /* either function may be NULL */
    bool (*get)(KVMVcpu *v, CPUX86State *env);
    bool (*put)(KVMVcpu *v, CPUX86State *env);
} parts[] = {
    {"MP state",          kvm_split_get_waiting, NULL                 },
    {"events",            get_events,            NULL                 },
    {"control registers", get_sregs,             put_sregs            },
    {"registers",         get_regs,              put_regs             },
    {"XCR0",              get_xcrs,              put_xcrs             },
    {"FPU",               get_xsave,             put_xsave            },
    {"debug registers",   get_debugregs,         put_debugregs        },
    {"MSRs",              get_msrs,              put_msrs             },
    {"kvmclock",          NULL,                  kvm_put_pvclock      },
    {"TSC",               get_tsc,               put_tsc              },
    {"kvmclock",          kvm_get_pvclock,       NULL                 },
    {"events",            NULL,                  put_events           },
    {"MP state",          NULL,                  kvm_split_put_waiting},
};

bool kvm_get_state(KVMVcpu *v)
{
    CPUX86State *env = cpu_env(v->cpu);
    bool ok = true;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (parts[i].get && !parts[i].get(v, env)) {
            report_error("KVM does not tell the vCPU's %s: %s", parts[i].name,
                         g_strerror(errno));
            ok = false;
        }
    }
    x86_update_hflags(env);
    return ok;
}

bool kvm_try_state(KVMVcpu *v, GError **errp)
{
    CPUX86State *env = cpu_env(v->cpu);
    struct kvm_sregs now, s = sregs_to_kvm(env);

    if (!env->xcr0) { /* it has not been reset yet */
        return true;
    }
    if (kvm_ioctl(v->fd, KVM_GET_SREGS, &now) < 0) {
        return user_error(errp, "KVM_GET_SREGS: %s", g_strerror(errno));
    }
    s.apic_base = now.apic_base;
    s.cr8 = now.cr8;
    if (kvm_ioctl(v->fd, KVM_SET_SREGS, &s) < 0 || !put_xcrs(v, env)) {
        return user_error(
            errp,
            "KVM does not take the guest's control registers, which may use "
            "what this host has not got: %s",
            g_strerror(errno));
    }
    return true;
}

bool kvm_put_state(KVMVcpu *v)
{
    CPUX86State *env = cpu_env(v->cpu);

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (parts[i].put && !parts[i].put(v, env)) {
            int err = errno;

            report_error("KVM does not take the vCPU's %s: %s", parts[i].name,
                         g_strerror(err));
            errno = err;
            return false;
        }
    }
    return true;
}
