/* KVM as an accelerator: options, the virtual machine, its memory slots. */
/* SPDX-License-Identifier: MIT */
/*
 * Linux: Documentation/virt/kvm/api.rst. A machine is one KVM_CREATE_VM; guest memory is
 * a slot for each section of RAM or ROM in the machine's flat view, so that aliases and
 * read-only shadows are slots of the same host memory. Everything else exits to us.
 */
#include "accel/kvm/kvm-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/host.h"
#include "util/options.h"
#include "util/thread.h"

#define MSR_TSC_DEADLINE 0x6e0
#define DEFAULT_DEVICE   "/dev/kvm"

KVMState kvm = {.dev = -1, .vm = -1};

int kvm_ioctl(int fd, unsigned long request, void *arg)
{
    int r;

    do {
        r = ioctl(fd, request, arg);
    } while (r < 0 && errno == EINTR);
    return r;
}

int kvm_check(int extension)
{
    int r = ioctl(kvm.vm >= 0 ? kvm.vm : kvm.dev, KVM_CHECK_EXTENSION, extension);

    return MAX(r, 0);
}

/* Options. */

// clang-format off
static const AccelOption kvm_option_list[] = {
    {"assist", "assist=on|off|auto", "what KVM cannot execute is translated (on); auto: also what it would only emulate (where that is all of ring 0)"},
    {"coalesce", "coalesce=on|off", "writes that a device need not see at once are collected (on)"},
    {"dirty-log", "dirty-log=on|off", "what the guest did not write under KVM stays translated (on)"},
    {"device", "device=PATH", "the device of KVM (" DEFAULT_DEVICE ")"},
    {"kernel-irqchip", "kernel-irqchip=on|split|off", "the kernel has all interrupt controllers (on), local APICs (split), or none (off)"},
    {NULL},
};
// clang-format on

static struct {
    const char *device;
    KVMAssist assist;
    bool coalesce, dirty_log, split, chips; /* chips: split as well */
} settings = {DEFAULT_DEVICE, KVM_ASSIST_DEFAULT, true, true};

static bool set_assist(const char *value, GError **errp)
{
    bool on;

    if (!strcmp(value, "auto")) {
        settings.assist = KVM_ASSIST_AUTO;
        return true;
    }
    if (!parse_bool(value, &on)) {
        return user_error(errp, "assist=%s: expected on, off or auto", value);
    }
    settings.assist = on ? KVM_ASSIST_ON : KVM_ASSIST_OFF;
    return true;
}

static bool set_irqchip(const char *value, GError **errp)
{
    bool on = false;

    if (strcmp(value, "split") && !parse_bool(value, &on)) {
        return user_error(errp, "kernel-irqchip=%s: expected on, split or off", value);
    }
    settings.chips = on;
    settings.split = on || !strcmp(value, "split");
    return true;
}

static bool kvm_set_option(const char *key, const char *value, GError **errp)
{
    if (!strcmp(key, "device")) {
        settings.device = g_intern_string(value);
        return true;
    }
    if (!strcmp(key, "assist")) {
        return set_assist(value, errp);
    }
    if (!strcmp(key, "kernel-irqchip")) {
        return set_irqchip(value, errp);
    }
    bool *to = !strcmp(key, "coalesce") ? &settings.coalesce : &settings.dirty_log;

    return parse_bool(value, to) ||
           user_error(errp, "%s=%s: expected on or off", key, value);
}

/* Set-up. */

static bool open_device(GError **errp)
{
    kvm.dev = open(settings.device, O_RDWR | O_CLOEXEC);
    if (kvm.dev >= 0) {
        return true;
    }
    switch (errno) {
    case ENOENT:
        return user_error(errp,
                          "there is no %s: this kernel has no KVM, its module "
                          "(kvm_intel, kvm_amd) is not loaded, or this is a container "
                          "without it",
                          settings.device);
    case EPERM:
        return user_error(errp,
                          "%s may not be opened here: a container has to be given it "
                          "(--device), or a security policy forbids it",
                          settings.device);
    case EACCES:
        return user_error(errp,
                          "no permission for %s: its group (often 'kvm') may use it",
                          settings.device);
    case ENODEV:
    case ENXIO:
        return user_error(errp,
                          "%s has no driver behind it: the CPU has no virtualisation, "
                          "or it is switched off",
                          settings.device);
    default:
        return user_error(errp, "%s: %s", settings.device, g_strerror(errno));
    }
}

static bool check_api(GError **errp)
{
    static const struct {
        int extension;
        const char *name;
    } needed[] = {
        {KVM_CAP_USER_MEMORY,    "user memory"     },
        {KVM_CAP_IMMEDIATE_EXIT, "immediate exit"  },
        {KVM_CAP_READONLY_MEM,   "read-only memory"},
        {KVM_CAP_VCPU_EVENTS,    "events of vCPUs" },
        {KVM_CAP_XSAVE,          "XSAVE"           },
        {KVM_CAP_DEBUGREGS,      "debug registers" },
        {KVM_CAP_EXT_CPUID,      "CPUID"           },
    };
    int version = ioctl(kvm.dev, KVM_GET_API_VERSION, 0);

    if (version < 0) {
        return user_error(errp, "%s is not KVM: %s", settings.device, g_strerror(errno));
    }
    if (version != KVM_API_VERSION) {
        return user_error(errp, "%s has version %d of the API, and not %d",
                          settings.device, version, KVM_API_VERSION);
    }
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
        if (!kvm_check(needed[i].extension)) {
            return user_error(errp, "this kernel's KVM is too old: it has no %s",
                              needed[i].name);
        }
    }
    return true;
}

static bool enable(int extension, uint64_t value)
{
    struct kvm_enable_cap cap = {.cap = extension, .args = {value}};

    return kvm_check(extension) && kvm_ioctl(kvm.vm, KVM_ENABLE_CAP, &cap) == 0;
}

/* The TSC deadline belongs to a local APIC that KVM has not got. */
static bool filter_msrs(void)
{
    uint8_t none = 0;
    struct kvm_msr_filter filter = {
        .flags = KVM_MSR_FILTER_DEFAULT_ALLOW,
        .ranges = {{.flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE,
                    .nmsrs = 1,
                    .base = MSR_TSC_DEADLINE,
                    .bitmap = &none}},
    };

    return kvm_check(KVM_CAP_X86_MSR_FILTER) &&
           kvm_ioctl(kvm.vm, KVM_X86_SET_MSR_FILTER, &filter) == 0;
}

static void enable_exits(void)
{
    kvm.user_msr = enable(KVM_CAP_X86_USER_SPACE_MSR, KVM_MSR_EXIT_REASON_INVAL |
                                                          KVM_MSR_EXIT_REASON_UNKNOWN |
                                                          KVM_MSR_EXIT_REASON_FILTER) &&
                   (kvm.split || filter_msrs());
    if (kvm.assist != KVM_ASSIST_OFF) {
        enable(KVM_CAP_EXIT_ON_EMULATION_FAILURE, 1); /* in ring 3 as well */
    }
}

static bool create_vm(GError **errp)
{
    kvm.vm = kvm_ioctl(kvm.dev, KVM_CREATE_VM, NULL);
    if (kvm.vm < 0) {
        return user_error(errp, "KVM makes no virtual machine: %s", g_strerror(errno));
    }
    /* Intel: real mode may need a page table and a TSS, where the board has nothing. */
    uint64_t identity = 0xfeffc000;

    if (kvm_check(KVM_CAP_SET_IDENTITY_MAP_ADDR)) {
        kvm_ioctl(kvm.vm, KVM_SET_IDENTITY_MAP_ADDR, &identity);
    }
    if (kvm_check(KVM_CAP_SET_TSS_ADDR)) {
        ioctl(kvm.vm, KVM_SET_TSS_ADDR, identity + host_page_size());
    }
    int size = ioctl(kvm.dev, KVM_GET_VCPU_MMAP_SIZE, 0);

    if (size < (int)sizeof(struct kvm_run)) {
        return user_error(errp, "KVM_GET_VCPU_MMAP_SIZE: %s", g_strerror(errno));
    }
    kvm.run_size = size;
    kvm.asked = settings.assist;
    kvm.assist = kvm.asked ? kvm.asked : KVM_ASSIST_ON;
    kvm.bare = false;
    kvm.clock_stood = -1;
    kvm.split = settings.split;
    kvm.chips = settings.chips;
    if (kvm.split && !kvm_split_create(errp)) {
        return false;
    }
    kvm.logs_dirty = settings.dirty_log;
    kvm.has_xcrs = kvm_check(KVM_CAP_XCRS);
    kvm.xsave_size = MAX((int)sizeof(struct kvm_xsave), kvm_check(KVM_CAP_XSAVE2));
    kvm.coalesces = settings.coalesce && kvm_check(KVM_CAP_COALESCED_MMIO);
    enable_exits();
    kvm.slots = g_array_new(false, true, sizeof(KVMSlot));
    return true;
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static void kvm_exit(void)
{
    kvm_features_exit();
    kvm_state_exit();
    if (kvm.slots) {
        g_array_free(kvm.slots, true);
        kvm.slots = NULL;
    }
    g_clear_pointer(&kvm.failure, g_free);
    close_fd(&kvm.vm);
    close_fd(&kvm.dev);
}

static bool kvm_init(GError **errp)
{
    if (open_device(errp) && check_api(errp) && create_vm(errp) &&
        kvm_features_init(errp) && kvm_state_init(errp)) {
        return true;
    }
    kvm_exit();
    return false;
}

/* Memory. */

/* Only whole pages of RAM and ROM can be slots; the rest is emulated, by exits. */
static bool is_slot(const MemorySection *s)
{
    uint64_t mask = host_page_size() - 1;

    return s->mr->ram && !((s->start | (s->last + 1) | s->offset) & mask);
}

static KVMSlot *find_slot(hwaddr start, hwaddr size)
{
    for (unsigned i = 0; i < kvm.slots->len; i++) {
        KVMSlot *slot = &g_array_index(kvm.slots, KVMSlot, i);

        if (slot->size == size && (!size || slot->start == start)) {
            return slot;
        }
    }
    return NULL;
}

bool kvm_set_slot(const KVMSlot *slot)
{
    struct kvm_userspace_memory_region region = {
        .slot = slot - (KVMSlot *)(void *)kvm.slots->data,
        .flags = slot->readonly     ? KVM_MEM_READONLY
                 : kvm_dirty_logs() ? KVM_MEM_LOG_DIRTY_PAGES
                                    : 0,
        .guest_phys_addr = slot->start,
        .memory_size = slot->size,
        .userspace_addr = (uintptr_t)slot->ram->host + slot->offset,
    };

    return kvm_ioctl(kvm.vm, KVM_SET_USER_MEMORY_REGION, &region) == 0;
}

static void slot_failed(const MemorySection *s)
{
    if (!kvm.failure) { /* the first is told */
        kvm.failure = g_strdup_printf("it takes no memory slot for %s at %" PRIx64
                                      " to %" PRIx64 ": %s",
                                      s->mr->name, s->start, s->last, g_strerror(errno));
    }
}

void kvm_renew_slots(void)
{
    for (unsigned i = 0; i < kvm.slots->len; i++) {
        KVMSlot *slot = &g_array_index(kvm.slots, KVMSlot, i);
        hwaddr size = slot->size;

        if (!size) {
            continue;
        }
        slot->size = 0;
        kvm_set_slot(slot);
        slot->size = size;
        if (!kvm_set_slot(slot) && !kvm.failure) {
            kvm.failure =
                g_strdup_printf("it takes a memory slot no more: %s", g_strerror(errno));
        }
    }
}

static void add_section(MemoryListener *l, const MemorySection *s)
{
    if (!is_slot(s)) {
        return;
    }
    KVMSlot *slot = find_slot(0, 0);

    if (!slot) {
        g_array_set_size(kvm.slots, kvm.slots->len + 1);
        slot = &g_array_index(kvm.slots, KVMSlot, kvm.slots->len - 1);
    }
    *slot = (KVMSlot){
        .start = s->start,
        .size = s->last - s->start + 1,
        .ram = s->mr->ram,
        .offset = s->offset,
        .readonly = s->readonly || s->mr->readonly,
    };
    if (!kvm_set_slot(slot)) {
        slot_failed(s);
        slot->size = 0;
    }
}

static void del_section(MemoryListener *l, const MemorySection *s)
{
    KVMSlot *slot = is_slot(s) ? find_slot(s->start, s->last - s->start + 1) : NULL;

    if (!slot) {
        return;
    }
    slot->size = 0;
    kvm_dirty_lost();
    if (!kvm_set_slot(slot)) {
        slot_failed(s);
    }
}

static void listen(AddressSpace *as)
{
    kvm.listener.region_add = add_section;
    kvm.listener.region_del = del_section;
    memory_listener_register(&kvm.listener, as);
}

/* vCPUs. */

static bool create_vcpu(KVMVcpu *v, GError **errp)
{
    int most = kvm_check(KVM_CAP_MAX_VCPUS);

    if (most && (int)kvm.nvcpus > most) {
        return user_error(errp, "-smp: KVM has at most %d vCPUs", most);
    }
    v->fd = ioctl(kvm.vm, KVM_CREATE_VCPU, (unsigned long)v->cpu->index);
    if (v->fd < 0) {
        return user_error(errp, "KVM makes no vCPU: %s", g_strerror(errno));
    }
    void *run = mmap(NULL, kvm.run_size, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, 0);

    if (run == MAP_FAILED) {
        return user_error(errp, "KVM shows no vCPU: %s", g_strerror(errno));
    }
    v->run = run;
    kvm_coalesce_map(v);
    return true;
}

/* What CPUID does not offer is not there: it would be gone after a change of the
 * accelerator. */
static void hide_paravirtual(KVMVcpu *v)
{
    struct kvm_enable_cap cap = {.cap = KVM_CAP_ENFORCE_PV_FEATURE_CPUID, .args = {1}};

    if (kvm_check(KVM_CAP_ENFORCE_PV_FEATURE_CPUID)) {
        kvm_ioctl(v->fd, KVM_ENABLE_CAP, &cap);
    }
}

static void kvm_vcpu_fini(CPUState *cpu)
{
    KVMVcpu *v = kvm_vcpu(cpu);

    kvm_assist_fini(v);
    kvm_auto_fini(v);
    if (v->run) {
        munmap(v->run, kvm.run_size);
    }
    close_fd(&v->fd);
    for (KVMVcpu **at = &kvm.vcpus; *at; at = &(*at)->next) {
        if (*at == v) {
            *at = v->next;
            break;
        }
    }
    g_free(v);
    cpu->vm_data = NULL;
    cpu->kick = NULL;
    if (--kvm.nvcpus == 0 && kvm.listener.as) {
        memory_listener_unregister(&kvm.listener);
        kvm_coalesce_stop();
    }
}

static bool kvm_vcpu_init(CPUState *cpu, GError **errp)
{
    KVMVcpu *v = g_new0(KVMVcpu, 1);
    CPUX86State *env = cpu_env(cpu);
    const X86Model *model = env->model;
    uint64_t tsc_hz = x86_tsc_hz(env);
    bool offered = env->offers_pvclock;

    *v = (KVMVcpu){
        .cpu = cpu, .next = kvm.vcpus, .fd = -1, .env_valid = true, .put_tsc = true};
    kvm.vcpus = v;
    cpu->vm_data = v;
    cpu->kick = kvm_kick;
    kvm.nvcpus++;
    if (kvm.nvcpus == 1) {
        listen(cpu->mem);
        kvm_coalesce_start(cpu);
    }
    if (kvm.nvcpus == 2 && kvm.assist == KVM_ASSIST_AUTO) {
        report_warning("-accel kvm: assist=auto is for one vCPU; this is assist=on%s",
                       kvm.bare
                           ? ", where this host's KVM emulates ring 0, and in ring 3 "
                             "has SYSCALL go wrong"
                           : "");
        kvm.assist = KVM_ASSIST_ON;
    }
    if (kvm.failure) {
        user_error(errp, "KVM cannot have the guest's memory: %s", kvm.failure);
    } else if (create_vcpu(v, errp)) {
        kvm_init_tsc(v);
        kvm_split_init_vcpu(v);
        hide_paravirtual(v);
        if (kvm_set_cpuid(v, errp) && kvm_try_state(v, errp)) {
            return true;
        }
        x86_set_model(env, model); /* another accelerator may have it as it was */
        x86_set_tsc_hz(env, tsc_hz);
        env->offers_pvclock = offered;
    }
    kvm_vcpu_fini(cpu);
    return false;
}

/* What a vCPU left the guest for, by exit reason. */
static const struct {
    const char *name;
    unsigned reason;
} exit_names[] = {
    {"port I/O",             KVM_EXIT_IO             },
    {"memory-mapped I/O",    KVM_EXIT_MMIO           },
    {"HLT",                  KVM_EXIT_HLT            },
    {"window for interrupt", KVM_EXIT_IRQ_WINDOW_OPEN},
    {"MSR read",             KVM_EXIT_X86_RDMSR      },
    {"MSR written",          KVM_EXIT_X86_WRMSR      },
    {"end of interrupt",     KVM_EXIT_IOAPIC_EOI     },
    {"debug",                KVM_EXIT_DEBUG          },
    {"internal error",       KVM_EXIT_INTERNAL_ERROR },
};

static void kvm_info(CPUState *cpu, GString *to)
{
    const KVMVcpu *v = kvm_vcpu(cpu);

    g_string_append_printf(to, "vCPU %d left the guest for:\n", cpu->index);
    for (size_t i = 0; i < ARRAY_SIZE(exit_names); i++) {
        g_string_append_printf(to, "  %-28s %12" PRIu64 "\n", exit_names[i].name,
                               v->exits[exit_names[i].reason]);
    }
    g_string_append_printf(to,
                           "state fetched %" PRIu64 " times, given back %" PRIu64 "\n"
                           "writes that were collected: %" PRIu64 "%s\n",
                           v->fetches, v->pushes, v->late_writes,
                           kvm.coalesces ? "" : " (not there, or off)");
    kvm_auto_info(v, to);
    g_string_append_printf(to, "instructions translated for KVM: %" PRIu64 "%s\n",
                           v->assists,
                           kvm.assist == KVM_ASSIST_OFF ? " (assist=off)" : "");
    if (v->began) {
        g_string_append_printf(to,
                               "the translator began anew %" PRIu64
                               " times, went on %" PRIu64
                               " times without the units of %" PRIu64 " pages\n",
                               v->began, v->went_on, v->pages_gone);
    }
}

extern const AccelOps kvm_accel;
const AccelOps kvm_accel = {
    .name = "kvm",
    .desc = "the host's CPU executes guest code, by Linux's KVM",
    .options = kvm_option_list,
    .settings = &settings,
    .settings_size = sizeof settings,
    .set_option = kvm_set_option,
    .init = kvm_init,
    .exit = kvm_exit,
    .vcpu_init = kvm_vcpu_init,
    .vcpu_fini = kvm_vcpu_fini,
    .vcpu_run = kvm_vcpu_run,
    .info = kvm_info,
};
