/* fake-kvm.so, for LD_PRELOAD: a /dev/kvm that executes nothing, and fails where it is
 * told to. */
/* SPDX-License-Identifier: MIT */
/*
 * Opening /dev/kvm gives an empty file; requests of the KVM API are answered in this
 * process. What a SET gave a GET tells. KVM_RUN says that the instruction cannot be
 * emulated, so that the translator has to do all of it.
 *
 * FAKE_KVM="emulates": it says so never, but is in KVM_RUN for ever; its statistics tell
 * of two million instructions a second that were emulated, with few exits.
 * FAKE_KVM="emulates-slowly": the same with 200,000, for which it takes all of the CPU.
 * FAKE_KVM="events-fail": it cannot deliver an event either, and has another error for
 * it. FAKE_KVM="system-event=TYPE": the first KVM_RUN ends with such an event.
 * FAKE_KVM="exit=REASON": it ends for that reason, with details that are made up.
 * FAKE_KVM="halt-traps": the first ends with HLT, but with #DB ready to be delivered.
 * FAKE_KVM="large-xsave": the process may have AMX in guests.
 * FAKE_KVM="bare": it offers no SSE3, and shows it all the same (docs/kvm.md, "Bare
 * hosts").
 * FAKE_KVM="NAME[:ARGUMENT]=RESULT[@N]": from the Nth time on (the first) the request of
 * that name (see below; or "open") has that result, a number; negative: -errno.
 */
#undef _FILE_OFFSET_BITS /* open() and open64() are to be two names */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DEVICE      "/dev/kvm"
#define RUN_SIZE    8192
#define LARGE_XSAVE 11008
#define TSC_KHZ     1000000
#define MSR_TSC     0x10
#define NR_FDS      64
#define MAX_MSRS    128
#define RFLAGS_IF   0x200
#define RFLAGS_RF   0x10000

#define CPUID_1_ECX_SSE3 1u

static bool ours[NR_FDS]; /* by file descriptor */
static struct kvm_run *run;
static struct kvm_regs regs;
static struct kvm_sregs sregs;
static uint8_t xsave[LARGE_XSAVE];
static struct kvm_xcrs xcrs;
static struct kvm_debugregs debugregs;
static struct kvm_vcpu_events events;
static uint64_t payload_dr6; /* of an event, until somebody asks for events */
static struct kvm_msr_entry msrs[MAX_MSRS];
static int64_t tsc_offset;

/* State of the vCPU: a pair of requests each. */
static const struct {
    unsigned long get, set;
    void *at;
} pairs[] = {
    {KVM_GET_REGS,        KVM_SET_REGS,        &regs     },
    {KVM_GET_SREGS,       KVM_SET_SREGS,       &sregs    },
    {KVM_GET_XSAVE,       KVM_SET_XSAVE,       xsave     },
    {KVM_GET_XCRS,        KVM_SET_XCRS,        &xcrs     },
    {KVM_GET_DEBUGREGS,   KVM_SET_DEBUGREGS,   &debugregs},
    {KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS, &events   },
};

/* ---- the fault ---- */

static const struct {
    const char *name;
    unsigned long request;
} names[] = {
    {"open",      0                         },
    {"version",   KVM_GET_API_VERSION       },
    {"extension", KVM_CHECK_EXTENSION       },
    {"vm",        KVM_CREATE_VM             },
    {"run-size",  KVM_GET_VCPU_MMAP_SIZE    },
    {"cpuid",     KVM_GET_SUPPORTED_CPUID   },
    {"msr-list",  KVM_GET_MSR_INDEX_LIST    },
    {"slot",      KVM_SET_USER_MEMORY_REGION},
    {"vcpu",      KVM_CREATE_VCPU           },
    {"set-cpuid", KVM_SET_CPUID2            },
    {"set-regs",  KVM_SET_REGS              },
    {"set-sregs", KVM_SET_SREGS             },
    {"tsc-khz",   KVM_GET_TSC_KHZ           },
    {"run",       KVM_RUN                   },
    {"dirty-log", KVM_GET_DIRTY_LOG         },
    {"clock",     KVM_SET_CLOCK             },
};

/* True: this call is to have *result. */
static bool is_fault(unsigned long request, unsigned long arg, int *result)
{
    static unsigned calls;
    const char *s = getenv("FAKE_KVM");
    char name[32], *end;
    unsigned long wanted = arg;

    if (!s || sscanf(s, "%31[a-z-]", name) != 1) {
        return false;
    }
    s += strlen(name);
    if (*s == ':') {
        wanted = strtoul(s + 1, &end, 0);
        s = end;
    }
    *result = strtol(s + 1, &end, 0);
    unsigned first = *end == '@' ? strtoul(end + 1, NULL, 0) : 1;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!strcmp(name, names[i].name) && request == names[i].request &&
            arg == wanted) {
            return ++calls >= first;
        }
    }
    return false;
}

static int answer(int result)
{
    if (result < 0) {
        errno = -result;
        return -1;
    }
    return result;
}

/* ---- the requests ---- */

static int new_fd(void)
{
    int fd = memfd_create("fake-kvm", MFD_CLOEXEC);

    if (fd < 0 || ftruncate(fd, RUN_SIZE) < 0) {
        return -1;
    }
    if (fd >= NR_FDS) {
        abort();
    }
    ours[fd] = true;
    return fd;
}

static bool is_ours(int fd)
{
    return fd >= 0 && fd < NR_FDS && ours[fd];
}

static int new_vcpu(void)
{
    int fd = new_fd();

    run = mmap(NULL, RUN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return run == MAP_FAILED ? -1 : fd;
}

static bool has_large_xsave(void)
{
    const char *s = getenv("FAKE_KVM");

    return s && !strcmp(s, "large-xsave");
}

static int check_extension(unsigned long which)
{
    switch (which) {
    case KVM_CAP_XSAVE2:
        return has_large_xsave() ? LARGE_XSAVE : 0;
    case KVM_CAP_USER_MEMORY:
    case KVM_CAP_IMMEDIATE_EXIT:
    case KVM_CAP_READONLY_MEM:
    case KVM_CAP_VCPU_EVENTS:
    case KVM_CAP_XSAVE:
    case KVM_CAP_XCRS:
    case KVM_CAP_DEBUGREGS:
    case KVM_CAP_EXT_CPUID:
        return 1;
    default:
        return 0;
    }
}

static bool is_bare(void)
{
    const char *s = getenv("FAKE_KVM");

    return s && !strcmp(s, "bare");
}

/* What SET_CPUID2 gave. */
static struct kvm_cpuid2 *cpuid;

static int set_cpuid(const struct kvm_cpuid2 *c)
{
    size_t size = sizeof *c + c->nent * sizeof c->entries[0];

    cpuid = realloc(cpuid, size);
    if (!cpuid) {
        abort();
    }
    memcpy(cpuid, c, size);
    return 0;
}

static int get_cpuid(struct kvm_cpuid2 *c)
{
    if (!is_bare()) {
        return answer(-ENOTTY);
    }
    memcpy(c, cpuid, sizeof *c + cpuid->nent * sizeof c->entries[0]);
    for (unsigned i = 0; i < c->nent; i++) {
        c->entries[i].ecx |= c->entries[i].function == 1 ? CPUID_1_ECX_SSE3 : 0;
    }
    return 0;
}

/* All features that there are, and some more. */
static int supported_cpuid(struct kvm_cpuid2 *c)
{
    static const struct {
        uint32_t leaf, subleaf;
    } leaves[] = {
        {1,          0},
        {7,          0},
        {7,          1},
        {0xd,        0},
        {0xd,        1},
        {0x40000001, 0},
        {0x80000001, 0},
        {0x80000007, 0},
        {0x80000008, 0},
    };

    c->nent = sizeof leaves / sizeof *leaves;
    for (unsigned i = 0; i < c->nent; i++) {
        c->entries[i] = (struct kvm_cpuid_entry2){leaves[i].leaf,
                                                  leaves[i].subleaf,
                                                  KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
                                                  ~0u,
                                                  ~0u,
                                                  ~0u,
                                                  ~0u,
                                                  {0}};
    }
    c->entries[0].ecx &= is_bare() ? ~CPUID_1_ECX_SSE3 : ~0u;
    return 0;
}

static uint64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

static struct kvm_msr_entry *find_msr(uint32_t number)
{
    struct kvm_msr_entry *m = msrs;

    while (m < msrs + MAX_MSRS - 1 && m->index && m->index != number) {
        m++;
    }
    m->index = number;
    return m;
}

static int access_msrs(struct kvm_msrs *list, bool set)
{
    for (unsigned i = 0; i < list->nmsrs; i++) {
        struct kvm_msr_entry *e = &list->entries[i];

        if (e->index == MSR_TSC && set) {
            tsc_offset = e->data - now();
        } else if (e->index == MSR_TSC) {
            e->data = now() + tsc_offset;
        } else if (set) {
            *find_msr(e->index) = *e;
        } else {
            e->data = find_msr(e->index)->data;
        }
    }
    return list->nmsrs;
}

static bool can_interrupt(void)
{
    return regs.rflags & RFLAGS_IF && !events.interrupt.shadow &&
           !events.interrupt.injected && !events.exception.injected;
}

static struct {
    struct kvm_stats_header header;
    struct {
        uint32_t flags;
        int16_t exponent;
        uint16_t size;
        uint32_t offset, bucket_size;
        char name[16];
    } of[2];
    uint64_t values[2];
} * stats;
enum { EMULATED, EXITS };

static int new_stats(void)
{
    static const char *const called[] = {
        [EMULATED] = "insn_emulation", [EXITS] = "exits"};
    int fd = new_fd();

    stats = mmap(NULL, sizeof *stats, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (stats == MAP_FAILED) {
        return -1;
    }
    stats->header = (struct kvm_stats_header){
        .name_size = sizeof stats->of[0].name,
        .num_desc = 2,
        .desc_offset = sizeof stats->header,
        .data_offset = (char *)stats->values - (char *)stats,
    };
    for (int i = 0; i < 2; i++) {
        stats->of[i].size = 1;
        stats->of[i].offset = i * sizeof stats->values[0];
        strcpy(stats->of[i].name, called[i]);
    }
    return fd;
}

static int64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Until somebody wants the vCPU. */
static void emulate(bool slowly)
{
    const struct timespec a_while = {.tv_nsec = 100 * 1000};

    while (!*(volatile uint8_t *)&run->immediate_exit) {
        if (slowly) {
            for (int64_t begin = cpu_ns(); cpu_ns() - begin < a_while.tv_nsec;) {
            }
        } else {
            nanosleep(&a_while, NULL);
        }
        if (stats) {
            stats->values[EMULATED] += slowly ? 20 : 200;
            stats->values[EXITS]++;
        }
    }
}

/* The guest's breakpoints, SDM vol. 3, 17.2: KVM looks at them before it emulates. */
static void check_breakpoints(void)
{
    if (events.interrupt.shadow & KVM_X86_SHADOW_INT_MOV_SS) {
        return;
    }
    for (int i = 0; i < 4 && !events.exception.injected; i++) {
        bool on = debugregs.dr7 >> 2 * i & 3 && !(debugregs.dr7 >> (16 + 4 * i) & 3);

        if (on && debugregs.db[i] == sregs.cs.base + regs.rip &&
            !(regs.rflags & RFLAGS_RF)) {
            payload_dr6 = 0xffff0ff0 | 1 << i;
            events.exception.injected = true;
            events.exception.nr = 1;
            events.exception.has_error_code = false;
        }
    }
}

/* The first time, and if there is to be one. */
static bool system_event(const char *s)
{
    static bool was;

    if (!s || was || sscanf(s, "system-event=%u", &run->system_event.type) != 1) {
        return false;
    }
    was = true;
    run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
    return true;
}

static bool other_exit(const char *s)
{
    if (!s || sscanf(s, "exit=%u", &run->exit_reason) != 1) {
        return false;
    }
    switch (run->exit_reason) {
    case KVM_EXIT_UNKNOWN:
        run->hw.hardware_exit_reason = 0x2a;
        break;
    case KVM_EXIT_FAIL_ENTRY:
        run->fail_entry.hardware_entry_failure_reason = 0x80000021;
        break;
    case KVM_EXIT_INTERNAL_ERROR:
        run->internal.suberror = KVM_INTERNAL_ERROR_DELIVERY_EV;
        run->internal.ndata = 2;
        run->internal.data[0] = 0x8000030e;
        run->internal.data[1] = 0x31;
        break;
    }
    return true;
}

static bool has_event(void)
{
    return events.exception.injected || events.interrupt.injected || events.nmi.injected;
}

/* The first time, and if that is asked for: HLT, and an exception behind it. */
static bool trap_behind_halt(const char *s)
{
    static bool was;

    if (!s || was || strcmp(s, "halt-traps")) {
        return false;
    }
    was = true;
    run->exit_reason = KVM_EXIT_HLT;
    events.exception.injected = true;
    events.exception.nr = 1;
    return true;
}

static int enter(void)
{
    const char *s = getenv("FAKE_KVM");

    if (system_event(s) || other_exit(s) || trap_behind_halt(s)) {
        return 0;
    }
    if (s && !strncmp(s, "emulates", 8)) {
        emulate(s[8]);
    }
    if (run->immediate_exit) {
        return answer(-EINTR);
    }
    run->ready_for_interrupt_injection = can_interrupt();
    if (run->request_interrupt_window && can_interrupt()) {
        run->exit_reason = KVM_EXIT_IRQ_WINDOW_OPEN;
        return 0;
    }
    check_breakpoints();
    run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
    run->internal.suberror = s && !strcmp(s, "events-fail") && has_event()
                                 ? KVM_INTERNAL_ERROR_DELIVERY_EV
                                 : KVM_INTERNAL_ERROR_EMULATION;
    return 0;
}

static int inject(const struct kvm_interrupt *irq)
{
    events.interrupt.injected = true;
    events.interrupt.nr = irq->irq;
    return 0;
}

/* True: the request was one for the vCPU's state. */
static bool move_state(unsigned long request, void *arg)
{
    if (request == KVM_GET_VCPU_EVENTS && payload_dr6) {
        debugregs.dr6 = payload_dr6;
        payload_dr6 = 0;
    }
    if (has_large_xsave() && request == KVM_GET_XSAVE2) {
        memcpy(arg, xsave, sizeof xsave);
        return true;
    }
    if (has_large_xsave() && request == KVM_SET_XSAVE) {
        memcpy(xsave, arg, sizeof xsave);
        return true;
    }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (request == pairs[i].get) {
            memcpy(arg, pairs[i].at, _IOC_SIZE(request));
            return true;
        }
        if (request == pairs[i].set) {
            memcpy(pairs[i].at, arg, _IOC_SIZE(request));
            return true;
        }
    }
    return false;
}

static int request_kvm(unsigned long request, void *arg)
{
    switch (request) {
    case KVM_GET_API_VERSION:
        return KVM_API_VERSION;
    case KVM_CHECK_EXTENSION:
        return check_extension((uintptr_t)arg);
    case KVM_CREATE_VM:
        return new_fd();
    case KVM_CREATE_VCPU:
        return new_vcpu();
    case KVM_GET_VCPU_MMAP_SIZE:
        return RUN_SIZE;
    case KVM_GET_SUPPORTED_CPUID:
        return supported_cpuid(arg);
    case KVM_SET_CPUID2:
        return set_cpuid(arg);
    case KVM_GET_CPUID2:
        return get_cpuid(arg);
    case KVM_GET_MSR_INDEX_LIST:
        ((struct kvm_msr_list *)arg)->nmsrs = 0;
        return 0;
    case KVM_GET_MSRS:
    case KVM_SET_MSRS:
        return access_msrs(arg, request == KVM_SET_MSRS);
    case KVM_GET_TSC_KHZ:
        return TSC_KHZ;
    case KVM_GET_CLOCK:
        *(struct kvm_clock_data *)arg = (struct kvm_clock_data){.clock = now()};
        return 0;
    case KVM_RUN:
        return enter();
    case KVM_GET_STATS_FD:
        return new_stats();
    case KVM_INTERRUPT:
        return inject(arg);
    case KVM_NMI:
        events.nmi.injected = true;
        return 0;
    case KVM_SET_USER_MEMORY_REGION:
    case KVM_SET_GUEST_DEBUG:
    case KVM_SET_CLOCK:
    case KVM_KVMCLOCK_CTRL:
    case KVM_GET_DIRTY_LOG: /* all zeros, as the bitmap has been */
        return 0;
    default:
        return answer(-ENOTTY);
    }
}

/* ---- instead of libc's ---- */

int ioctl(int fd, unsigned long request, ...)
{
    int result;
    va_list ap;

    va_start(ap, request);
    void *arg = va_arg(ap, void *);

    va_end(ap);
    if (!is_ours(fd)) {
        return syscall(SYS_ioctl, fd, request, arg);
    }
    if (is_fault(request, (uintptr_t)arg, &result)) {
        return answer(result);
    }
    if (request == KVM_GET_XSAVE && has_large_xsave()) {
        return answer(-EINVAL); /* its state is larger than this request's */
    }
    return move_state(request, arg) ? 0 : request_kvm(request, arg);
}

int open(const char *path, int flags, ...)
{
    int result;
    va_list ap;

    va_start(ap, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;

    va_end(ap);
    if (strcmp(path, DEVICE) != 0) {
        return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    }
    return is_fault(0, 0, &result) ? answer(result) : new_fd();
}

int close(int fd)
{
    if (is_ours(fd)) {
        ours[fd] = false;
    }
    return syscall(SYS_close, fd);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));
