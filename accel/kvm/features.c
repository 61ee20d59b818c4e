/* CPUID under KVM: the model's leaves, without what the host cannot do. */
/* SPDX-License-Identifier: MIT */
#include "accel/kvm/kvm-internal.h"
#include "target/x86/pvclock.h"

#include <errno.h>

#define MAX_ENTRIES 256

bool kvm_features_init(GError **errp)
{
    kvm.cpuid = g_malloc0(sizeof *kvm.cpuid + MAX_ENTRIES * sizeof kvm.cpuid->entries[0]);
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

static const struct kvm_cpuid_entry2 *find_entry(uint32_t leaf, uint32_t subleaf)
{
    for (unsigned i = 0; i < kvm.cpuid->nent; i++) {
        const struct kvm_cpuid_entry2 *e = &kvm.cpuid->entries[i];

        if (e->function == leaf &&
            (!(e->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) || e->index == subleaf)) {
            return e;
        }
    }
    return NULL;
}

/* What the board's devices do, or what no instruction depends on. */
static bool is_ours(X86Feature f)
{
    return f == X86_FEAT_APIC || f == X86_FEAT_OSXSAVE || f == X86_FEAT_HYPERVISOR ||
           f == X86_FEAT_ARAT;
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
    const X86FeatureInfo *i = &x86_features[f];
    const struct kvm_cpuid_entry2 *e = find_entry(i->leaf, i->subleaf);
    const uint32_t *regs = e ? &e->eax : NULL;

    if (is_ours(f)) {
        return true;
    }
    if (is_apic_msr(f)) {
        return kvm.user_msr || kvm.split;
    }
    /* struct kvm_cpuid_entry2 has the registers in the order of CPUID_EAX .. */
    return regs && regs[i->reg] >> i->bit & 1;
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
    if (!fit_model(env, errp)) {
        return false;
    }
    g_autofree struct kvm_cpuid2 *c =
        g_malloc0(sizeof *c + MAX_ENTRIES * sizeof c->entries[0]);

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
    return true;
}
