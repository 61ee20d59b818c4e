/* CPUID under KVM: the model's leaves, without what the host cannot do. */
/* SPDX-License-Identifier: MIT */
#include "accel/kvm/kvm-internal.h"
#include "target/x86/pvclock.h"

#include <errno.h>

#define MAX_ENTRIES 256

static struct kvm_cpuid2 *new_cpuid(void)
{
    return g_malloc0(sizeof *kvm.cpuid + MAX_ENTRIES * sizeof kvm.cpuid->entries[0]);
}

bool kvm_features_init(GError **errp)
{
    kvm.cpuid = new_cpuid();
    kvm.cpuid->nent = MAX_ENTRIES;
    if (kvm_ioctl(kvm.dev, KVM_GET_SUPPORTED_CPUID, kvm.cpuid) < 0) {
        return user_error(errp, "KVM_GET_SUPPORTED_CPUID: %s", g_strerror(errno));
    }
    return true;
}

void kvm_features_exit(void)
{
    g_free(kvm.cpuid);
    kvm.cpuid = NULL;
}

/* What the board's devices do, or what no instruction depends on. */
static bool is_ours(X86Feature f)
{
    return f == X86_FEAT_APIC || f == X86_FEAT_OSXSAVE || f == X86_FEAT_HYPERVISOR ||
           f == X86_FEAT_ARAT;
}

/* The bit of `c` that is for f. */
static bool has_bit(const struct kvm_cpuid2 *c, X86Feature f)
{
    const X86FeatureInfo *info = &x86_features[f];

    for (unsigned i = 0; i < c->nent; i++) {
        const struct kvm_cpuid_entry2 *e = &c->entries[i];

        if (e->function == info->leaf && (!(e->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) ||
                                          e->index == info->subleaf)) {
            /* the registers are there in the order of CPUID_EAX .. */
            return (&e->eax)[info->reg] >> info->bit & 1;
        }
    }
    return false;
}

/* ---- hosts without virtual machines ---- */
/*
 * There is a KVM for hosts that are guests themselves and have no virtual machine to give
 * (PVM). There the guest's 64-bit ring 3 runs as the host's does, and all else is
 * emulated. Such ring 3 sees the host's CPUID, so KVM puts that into what it was told for
 * ring 0, and KVM_GET_CPUID2 says so: that is how it is known here (kvm.bare).
 *
 * What else it is to know: the guest's page tables have shadows, which what the
 * translator writes does not reach (kvm_renew_slots()). Emulated writes are in no log of
 * dirty pages. Neither single steps nor debug registers have an effect in ring 3. SYSCALL
 * goes to its target and stays in ring 3, INT n is #UD there, and nothing of it comes to
 * us: so assist=auto, which is the default then, has the translator run the guest from
 * the start, and for good once it has allowed SYSCALL. The TSC is the host's: no offset.
 */

/* What KVM made of the CPUID that the vCPU has been given; NULL: it does not say. */
static struct kvm_cpuid2 *seen_cpuid(KVMVcpu *v)
{
    struct kvm_cpuid2 *seen = new_cpuid();

    seen->nent = MAX_ENTRIES;
    if (kvm_ioctl(v->fd, KVM_GET_CPUID2, seen) < 0) {
        g_clear_pointer(&seen, g_free);
    }
    return seen;
}

/* Whether a feature is shown that was not offered. */
static bool shows_more(const struct kvm_cpuid2 *offered, const struct kvm_cpuid2 *seen)
{
    for (unsigned f = 1; f < NR_X86_FEATS; f++) {
        if (!is_ours(f) && has_bit(seen, f) && !has_bit(offered, f)) {
            return true;
        }
    }
    return false;
}

static void on_bare_host(void)
{
    kvm.bare = true;
    kvm.logs_dirty = false;
    if (!kvm.asked) {
        kvm.assist = KVM_ASSIST_AUTO;
    } else if (kvm.assist != KVM_ASSIST_AUTO) {
        report_warning(
            "-accel kvm: this host's KVM emulates ring 0, and in ring 3 it has "
            "SYSCALL go wrong; assist=auto has the translator do both");
    }
}

/* Without the hypervisor's leaves: KVM would go on to allow what they offer. */
static struct kvm_cpuid2 *processor_leaves(const struct kvm_cpuid2 *all)
{
    struct kvm_cpuid2 *c = new_cpuid();

    for (unsigned i = 0; i < all->nent; i++) {
        if (all->entries[i].function >> 28 != 4) {
            c->entries[c->nent++] = all->entries[i];
        }
    }
    return c;
}

/* What is shown in any case takes the place of what was offered. */
static void replace_leaves(struct kvm_cpuid2 *to, const struct kvm_cpuid2 *seen)
{
    for (unsigned i = 0; i < to->nent; i++) {
        for (unsigned n = 0; n < seen->nent; n++) {
            if (to->entries[i].function == seen->entries[n].function &&
                to->entries[i].index == seen->entries[n].index) {
                to->entries[i] = seen->entries[n];
            }
        }
    }
}

/* Finds out what KVM shows in any case: in what is common to all vCPUs. */
static void learn_cpuid(KVMVcpu *v)
{
    g_autofree struct kvm_cpuid2 *offered = processor_leaves(kvm.cpuid);

    if (v->cpu->index || kvm_ioctl(v->fd, KVM_SET_CPUID2, offered) < 0) {
        return;
    }
    g_autofree struct kvm_cpuid2 *seen = seen_cpuid(v);

    if (seen && shows_more(offered, seen)) {
        replace_leaves(kvm.cpuid, seen);
        on_bare_host();
    }
}

/* What KVM keeps for its guests. All models have it, where KVM does. */
static bool is_paravirtual(X86Feature f)
{
    return f == X86_FEAT_PVCLOCK || f == X86_FEAT_PV_STABLE;
}

/* Of the board's local APIC, which has to get the accesses to its MSRs. */
static bool is_apic_msr(X86Feature f)
{
    return f == X86_FEAT_X2APIC || f == X86_FEAT_TSC_DEADLINE;
}

static bool host_offers(X86Feature f)
{
    if (is_ours(f)) {
        return true;
    }
    if (is_apic_msr(f)) {
        return kvm.user_msr || kvm.split;
    }
    return has_bit(kvm.cpuid, f);
}

/* Models that are made of what there is. */
static bool is_open(const X86Model *m)
{
    return !strcmp(m->name, "max") || !strcmp(m->name, "host");
}

/* Takes from m what the host has not got; the names of it become *missing. */
static void filter(X86Model *m, GString *missing)
{
    for (unsigned f = 1; f < NR_X86_FEATS; f++) {
        if (x86_model_has(m, f) && !host_offers(f)) {
            m->features[f / 64] &= ~(UINT64_C(1) << (f % 64));
            if (!is_paravirtual(f)) {
                g_string_append_printf(missing, "%s%s", missing->len ? ", " : "",
                                       x86_features[f].name);
            }
        }
    }
}

static bool fit_model(CPUX86State *env, GError **errp)
{
    g_autoptr(GString) missing = g_string_new(NULL);
    X86Model *m = g_memdup2(env->model, sizeof *m);

    filter(m, missing);
    if (missing->len && !is_open(env->model)) {
        user_error(errp, "-cpu %s: this host's KVM has not got %s", m->name,
                   missing->str);
        g_free(m);
        return false;
    }
    x86_set_model(env, m); /* for as long as the program runs */
    return true;
}

/* Adds leaf, with its subleaves if it has any. */
static void add_leaf(struct kvm_cpuid2 *to, CPUX86State *env, uint32_t leaf)
{
    static const struct {
        uint32_t leaf, subleaves;
    } indexed[] = {
        {4,   5},
        {7,   2},
        {0xb, 3},
        {0xd, 3},
    };
    uint32_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(indexed); i++) {
        n = indexed[i].leaf == leaf ? indexed[i].subleaves : n;
    }
    for (uint32_t sub = 0; sub < MAX(n, 1) && to->nent < MAX_ENTRIES; sub++) {
        struct kvm_cpuid_entry2 *e = &to->entries[to->nent++];
        uint32_t r[4];

        x86_cpuid(env, leaf, sub, r);
        *e = (struct kvm_cpuid_entry2){
            .function = leaf,
            .index = sub,
            .flags = n ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0,
            .eax = r[CPUID_EAX],
            .ebx = r[CPUID_EBX],
            .ecx = r[CPUID_ECX],
            .edx = r[CPUID_EDX],
        };
    }
}

/* The model gets what the guest sees besides; of one that was asked for by name that is
 * told, once. */
static void add_shown(KVMVcpu *v, bool is_named)
{
    CPUX86State *env = cpu_env(v->cpu);
    g_autofree struct kvm_cpuid2 *seen = seen_cpuid(v);
    g_autoptr(GString) names = g_string_new(NULL);
    X86Model *m = g_memdup2(env->model, sizeof *m);

    for (unsigned f = 1; seen && f < NR_X86_FEATS; f++) {
        if (!x86_model_has(m, f) && has_bit(seen, f) && x86_feature_implemented(f)) {
            m->features[f / 64] |= UINT64_C(1) << (f % 64);
            g_string_append_printf(names, "%s%s", names->len ? ", " : "",
                                   x86_features[f].name);
        }
    }
    if (names->len && is_named && v->cpu->index == 0) {
        report_warning("-accel kvm: -cpu %s: this host's KVM shows the guest also %s",
                       m->name, names->str);
    }
    x86_set_model(env, m); /* for as long as the program runs */
}

/* All leaves of the range that begins with `first`, which says how many there are. */
static void add_range(struct kvm_cpuid2 *to, CPUX86State *env, uint32_t first)
{
    uint32_t r[4];

    x86_cpuid(env, first, 0, r);
    for (uint32_t leaf = first; leaf <= r[CPUID_EAX] && leaf - first < 64; leaf++) {
        add_leaf(to, env, leaf);
    }
}

bool kvm_set_cpuid(KVMVcpu *v, GError **errp)
{
    CPUX86State *env = cpu_env(v->cpu);
    const X86Model *before = env->model;

    env->offers_pvclock = true;
    learn_cpuid(v);
    if (!fit_model(env, errp)) {
        return false;
    }
    g_autofree struct kvm_cpuid2 *c = new_cpuid();

    add_range(c, env, 0);
    add_range(c, env, 0x40000000);
    if (!x86_has_pvclock(env)) {
        add_leaf(c, env, 0x40000001); /* zeros; else KVM shows the last basic leaf */
    }
    add_range(c, env, 0x80000000);
    if (kvm_ioctl(v->fd, KVM_SET_CPUID2, c) < 0) {
        x86_set_model(env, before);
        return user_error(errp, "KVM refuses this CPUID: %s", g_strerror(errno));
    }
    add_shown(v, !is_open(before));
    return true;
}
