/* CPU models and CPUID: features by table, leaves by table. */
/* SPDX-License-Identifier: MIT */
/*
 * SDM vol. 2, CPUID. What the guest is told is what executes: a feature whose decode rows
 * are not all implemented is in no model. The default tells a guest kernel what makes it
 * cheap to translate: a known TSC frequency, no speculation bugs, PCID (performance
 * knobs, all of them true).
 */
#include "target/x86/cpuid.h"

#include "target/x86/paging.h"
#include "target/x86/pvclock.h"
#include "util/error.h"
#include "util/host.h"
#include "util/options.h"

#define FEATURE_WORDS ((NR_X86_FEATS + 63) / 64)

/* Implemented features that no row of the decode table asks for. */
static const X86Feature without_rows[] = {
    X86_FEAT_FPU,        X86_FEAT_DE,         X86_FEAT_PSE,
    X86_FEAT_TSC,        X86_FEAT_MSR,        X86_FEAT_PAE,
    X86_FEAT_MCE,        X86_FEAT_CX8,        X86_FEAT_APIC,
    X86_FEAT_SEP,        X86_FEAT_MTRR,       X86_FEAT_PGE,
    X86_FEAT_MCA,        X86_FEAT_CMOV,       X86_FEAT_PAT,
    X86_FEAT_PSE36,      X86_FEAT_CLFLUSH,    X86_FEAT_MMX,
    X86_FEAT_FXSR,       X86_FEAT_SSE,        X86_FEAT_SSE2,
    X86_FEAT_PCID,       X86_FEAT_X2APIC,     X86_FEAT_TSC_DEADLINE,
    X86_FEAT_OSXSAVE,    X86_FEAT_HYPERVISOR, X86_FEAT_ARAT,
    X86_FEAT_TSC_ADJUST, X86_FEAT_SMEP,       X86_FEAT_ERMS,
    X86_FEAT_UMIP,       X86_FEAT_LM,         X86_FEAT_NX,
    X86_FEAT_SYSCALL,    X86_FEAT_INVTSC,     X86_FEAT_ARCH_CAP,
    X86_FEAT_SPEC_CTRL,  X86_FEAT_PDPE1GB,    X86_FEAT_XSAVE,
    X86_FEAT_SMAP,       X86_FEAT_FSRM,       X86_FEAT_FDP_EXCPTN_ONLY,
    X86_FEAT_PREFETCHW,  X86_FEAT_XGETBV1,    X86_FEAT_PVCLOCK,
    X86_FEAT_PV_STABLE,
};

/* Features of which the decode table has rows, and not all the rest exists. */
static const X86Feature not_by_rows[] = {
    X86_FEAT_CET_IBT, /* CR4.CET and its MSRs */
};

/* What there is of each feature, found in one go: this is on the way of each start of a
 * program. */
enum { IS_THERE = 1, LACKS_SOMETHING = 2 };
static uint8_t parts_of[NR_X86_FEATS];

static void find_parts(void)
{
    static gsize done;

    if (!g_once_init_enter(&done)) {
        return;
    }
    for (unsigned i = 0; i < x86_nr_rows; i++) {
        parts_of[x86_rows[i].feature] |=
            IS_THERE | (x86_rows[i].todo ? LACKS_SOMETHING : 0);
    }
    for (size_t i = 0; i < ARRAY_SIZE(without_rows); i++) {
        parts_of[without_rows[i]] |= IS_THERE;
    }
    for (size_t i = 0; i < ARRAY_SIZE(not_by_rows); i++) {
        parts_of[not_by_rows[i]] |= LACKS_SOMETHING;
    }
    g_once_init_leave(&done, 1);
}

bool x86_feature_implemented(X86Feature f)
{
    find_parts();
    return parts_of[f] == IS_THERE;
}

/* --- models --- */

typedef struct ModelRow {
    const char *name, *vendor;
    uint8_t versions, family, model, stepping;
    const char *brand, *features;
} ModelRow;

#define MODEL(nm, vers, vnd, fam, mod, step, brnd, feats) \
    {.name = nm,                                          \
     .versions = vers,                                    \
     .vendor = vnd,                                       \
     .family = fam,                                       \
     .model = mod,                                        \
     .stepping = step,                                    \
     .brand = brnd,                                       \
     .features = feats},
static const ModelRow models[] = {
#include "target/x86/models.def"
};
#undef MODEL

/* `name` is that of the row, or one of its versions. */
static bool is_name_of(const ModelRow *row, const char *name)
{
    size_t len = strlen(row->name);

    if (strncmp(row->name, name, len) != 0) {
        return false;
    }
    name += len;
    return !*name || (g_str_has_prefix(name, "-v") && name[2] >= '1' &&
                      name[2] - '0' <= row->versions && !name[3]);
}

static const ModelRow *find_model(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
        if (is_name_of(&models[i], name)) {
            return &models[i];
        }
    }
    return NULL;
}

static X86Feature find_feature(const char *name)
{
    for (unsigned f = 1; f < NR_X86_FEATS; f++) {
        const char *a = x86_features[f].name, *b = name;

        while (*a && (*a == *b || (strchr(".-_", *a) && strchr(".-_", *b) && *b))) {
            a++, b++;
        }
        if (!*a && !*b) {
            return f;
        }
    }
    return X86_FEAT_0;
}

static void set_feature(X86Model *m, X86Feature f, bool on)
{
    uint64_t bit = 1ull << (f % 64);

    if (on && x86_feature_implemented(f)) {
        m->features[f / 64] |= bit;
    } else {
        m->features[f / 64] &= ~bit;
    }
}

/* Adds the features of a model's list; a name in it may be another model. */
static void add_features(X86Model *m, const char *list)
{
    gchar **words = g_strsplit(list, " ", -1);

    for (gchar **w = words; *w; w++) {
        const ModelRow *base = find_model(*w);

        if (base) {
            add_features(m, base->features);
        } else if (**w) {
            X86Feature f = find_feature(*w);

            assert(f != X86_FEAT_0);
            set_feature(m, f, true);
        }
    }
    g_strfreev(words);
}

static void model_from_row(X86Model *m, const ModelRow *row)
{
    *m = (X86Model){
        .name = row->name,
        .vendor = row->vendor,
        .brand = row->brand,
        .family = row->family,
        .model = row->model,
        .stepping = row->stepping,
    };
    set_feature(m, X86_FEAT_PVCLOCK, true);
    set_feature(m, X86_FEAT_PV_STABLE, true);
    if (strcmp(row->features, "*")) {
        add_features(m, row->features);
        return;
    }
    for (unsigned f = 1; f < NR_X86_FEATS; f++) {
        set_feature(m, f, true);
    }
}

/* Features whose instructions are computed in C, and slowly, where the host's CPU does
 * not have them. Upper halves of vectors stay in registers only with AVX2. */
static const struct {
    X86Feature feature;
    HostFeature host;
} fast_with[] = {
    {X86_FEAT_SSE3,       HOST_X86_SSE3    },
    {X86_FEAT_SSSE3,      HOST_X86_SSSE3   },
    {X86_FEAT_SSE41,      HOST_X86_SSE4_1  },
    {X86_FEAT_SSE42,      HOST_X86_SSE4_2  },
    {X86_FEAT_PCLMULQDQ,  HOST_X86_PCLMUL  },
    {X86_FEAT_AES,        HOST_X86_AES     },
    {X86_FEAT_SHA,        HOST_X86_SHA     },
    {X86_FEAT_GFNI,       HOST_X86_GFNI    },
    {X86_FEAT_AVX,        HOST_X86_AVX2    },
    {X86_FEAT_F16C,       HOST_X86_F16C    },
    {X86_FEAT_FMA,        HOST_X86_FMA     },
    {X86_FEAT_VAES,       HOST_X86_VAES    },
    {X86_FEAT_VPCLMULQDQ, HOST_X86_VPCLMUL },
    {X86_FEAT_AVX_VNNI,   HOST_X86_AVX_VNNI},
};

static void remove_slow(X86Model *m)
{
    for (size_t i = 0; i < ARRAY_SIZE(fast_with); i++) {
        if (!host_has(fast_with[i].host)) {
            set_feature(m, fast_with[i].feature, false);
        }
    }
}

/* What cannot be used without another feature is not offered without it: XCR0 could not
 * be set. Each row's second feature may itself have gone by an earlier row. */
static const X86Feature depends[][2] = {
    {X86_FEAT_PV_STABLE,  X86_FEAT_PVCLOCK},
    {X86_FEAT_OSXSAVE,    X86_FEAT_XSAVE  },
    {X86_FEAT_XSAVEOPT,   X86_FEAT_XSAVE  },
    {X86_FEAT_XSAVEC,     X86_FEAT_XSAVE  },
    {X86_FEAT_XGETBV1,    X86_FEAT_XSAVE  },
    {X86_FEAT_AVX,        X86_FEAT_XSAVE  },
    {X86_FEAT_AVX2,       X86_FEAT_AVX    },
    {X86_FEAT_F16C,       X86_FEAT_AVX    },
    {X86_FEAT_FMA,        X86_FEAT_AVX    },
    {X86_FEAT_VAES,       X86_FEAT_AVX    },
    {X86_FEAT_VPCLMULQDQ, X86_FEAT_AVX    },
    {X86_FEAT_AVX_VNNI,   X86_FEAT_AVX    },
};

static void remove_dependent(X86Model *m)
{
    for (size_t i = 0; i < ARRAY_SIZE(depends); i++) {
        if (!x86_model_has(m, depends[i][1])) {
            set_feature(m, depends[i][0], false);
        }
    }
}

/* One `+feature`, `-feature` or `feature=on|off`. */
static bool apply_word(X86Model *m, const char *word, GError **errp)
{
    bool on = word[0] != '-';
    g_autofree char *name = g_strdup(word[0] == '+' || word[0] == '-' ? word + 1 : word);
    char *eq = strchr(name, '=');

    if (eq) {
        *eq = 0;
        on = !strcmp(eq + 1, "on") || !strcmp(eq + 1, "true");
    }
    X86Feature f = find_feature(name);

    if (f == X86_FEAT_0) {
        return user_error(errp, "there is no feature '%s' (see -cpu help)", name);
    }
    if (on && !x86_feature_implemented(f)) {
        return user_error(errp, "feature '%s' is not implemented", name);
    }
    set_feature(m, f, on);
    return true;
}

bool x86_model_parse(const char *spec, X86Model *out, GError **errp)
{
    g_auto(GStrv) words = g_strsplit(spec, ",", -1);
    const char *name = words[0] && *words[0] ? words[0] : "max";
    bool host = strcmp(name, "host") == 0;
    const ModelRow *row = find_model(host ? "max" : name);

    if (!row) {
        const char *names[ARRAY_SIZE(models) + 2] = {"host"};

        for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
            names[i + 1] = models[i].name;
        }
        return unknown_name(name, "model", names, errp);
    }
    model_from_row(out, row);
    if (host) {
        out->name = "host";
        remove_slow(out);
    }
    for (unsigned i = 1; words[0] && words[i]; i++) {
        if (!apply_word(out, words[i], errp)) {
            return false;
        }
    }
    remove_dependent(out);
    return true;
}

void x86_set_model(CPUX86State *env, const X86Model *m)
{
    env->model = m;
    memcpy(env->features, m->features, sizeof m->features);
}

void x86_model_help(GString *to)
{
    g_string_append(to, "CPU models:\n");
    for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
        g_string_append_printf(to, "  %-16s %s\n", models[i].name, models[i].brand);
    }
    g_string_append_printf(
        to, "  %-16s %s\n", "host",
        "as max, but for what this host's CPU has no instructions for");
    g_string_append(to, "Features that can be switched by +NAME and -NAME:\n ");
    for (unsigned f = 1; f < NR_X86_FEATS; f++) {
        if (x86_feature_implemented(f)) {
            g_string_append_printf(to, " %s", x86_features[f].name);
        }
    }
    g_string_append(to, "\n");
}

/* --- leaves --- */

static uint32_t feature_word(const X86Model *m, uint32_t leaf, uint32_t subleaf,
                             unsigned reg)
{
    uint32_t w = 0;

    for (unsigned f = 1; f < NR_X86_FEATS; f++) {
        const X86FeatureInfo *i = &x86_features[f];

        if (i->leaf == leaf && i->subleaf == subleaf && i->reg == reg &&
            x86_model_has(m, f)) {
            w |= 1u << i->bit;
        }
    }
    return w;
}

uint64_t x86_xcr0_supported(const CPUX86State *env)
{
    return x86_model_has(env->model, X86_FEAT_AVX) ? 7 : 3;
}

uint32_t x86_xsave_size(uint64_t mask)
{
    return mask & 4 ? 832 : 576;
}

static void vendor_regs(const char *vendor, uint32_t r[4])
{
    memcpy(&r[CPUID_EBX], vendor, 4);
    memcpy(&r[CPUID_EDX], vendor + 4, 4);
    memcpy(&r[CPUID_ECX], vendor + 8, 4);
}

static uint32_t signature(const X86Model *m)
{
    uint32_t family = MIN(m->family, 15), ext_family = m->family - family;

    return m->stepping | (m->model & 15) << 4 | family << 8 |
           (uint32_t)(m->model >> 4) << 16 | ext_family << 20;
}

typedef void LeafFn(CPUX86State *env, uint32_t subleaf, uint32_t r[4]);

static void leaf_0(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_EAX] = 0x16;
    vendor_regs(env->model->vendor, r);
}

static void leaf_1(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_EAX] = signature(env->model);
    r[CPUID_EBX] = (uint32_t)env_cpu(env)->index << 24 | 1 << 16 |
                   8 << 8; /* CLFLUSH lines of 64 bytes */
    r[CPUID_ECX] = feature_word(env->model, 1, 0, CPUID_ECX);
    r[CPUID_EDX] = feature_word(env->model, 1, 0, CPUID_EDX);
    if (!(env->cr4 & CR4_OSXSAVE)) {
        r[CPUID_ECX] &= ~(1u << 27);
    }
}

static void leaf_2(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_EAX] = 0x00feff01; /* TLBs: leaf 18h (none); caches: leaf 4 */
}

/* Level, size and shape of a cache: deterministic cache parameters. */
static void cache_leaf(uint32_t r[4], unsigned type, unsigned level, unsigned ways,
                       unsigned sets)
{
    r[CPUID_EAX] = type | level << 5 | 1 << 8;
    r[CPUID_EBX] = 63 | (ways - 1) << 22;
    r[CPUID_ECX] = sets - 1;
}

static void leaf_4(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    switch (subleaf) {
    case 0:
        cache_leaf(r, 1, 1, 8, 64); /* data, 32 KiB */
        break;
    case 1:
        cache_leaf(r, 2, 1, 8, 64); /* instructions, 32 KiB */
        break;
    case 2:
        cache_leaf(r, 3, 2, 8, 1024); /* 512 KiB */
        break;
    case 3:
        cache_leaf(r, 3, 3, 16, 8192); /* 8 MiB */
        break;
    default:
        break;
    }
}

static void leaf_6(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_EAX] = feature_word(env->model, 6, 0, CPUID_EAX);
}

static void leaf_7(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    if (subleaf > 1) {
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        r[i] = feature_word(env->model, 7, subleaf, i);
    }
    if (subleaf == 0) {
        r[CPUID_EAX] = 1;
    }
}

static void leaf_d(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    uint64_t all = x86_xcr0_supported(env);

    if (!x86_model_has(env->model, X86_FEAT_XSAVE)) {
        return;
    }
    if (subleaf == 0) {
        r[CPUID_EAX] = all;
        r[CPUID_EBX] = x86_xsave_size(env->xcr0);
        r[CPUID_ECX] = x86_xsave_size(all);
    } else if (subleaf == 1) {
        r[CPUID_EAX] = feature_word(env->model, 0xd, 1, CPUID_EAX);
        r[CPUID_EBX] = x86_xsave_size(env->xcr0);
    } else if (subleaf == 2 && all & 4) {
        r[CPUID_EAX] = 256;
        r[CPUID_EBX] = 576;
    }
}

/* x2APIC topology: one thread a core, one package. */
static void leaf_b(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_ECX] = subleaf & 0xff;
    r[CPUID_EDX] = env_cpu(env)->index;
    if (subleaf < 2) {
        r[CPUID_EBX] = 1;
        r[CPUID_ECX] |= (subleaf + 1) << 8;
    }
}

/* TSC: crystal * EBX / EAX. The rate of a host's TSC is rounded so that crystal * EBX, in
 * kHz, has 32 bits: kernels compute with that. Where that is not to be had it is not
 * enumerated, and they measure. */
static void leaf_15(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    if (env->is_program) {
        return; /* its TSC is the host's: not enumerated */
    }
    uint64_t hz = x86_tsc_hz(env), crystal = x86_crystal_hz(env);
    uint32_t div = hz % crystal ? 1000 : 1;

    if (crystal != X86_CRYSTAL_HZ &&
        (hz * div % crystal || hz * div / 1000 > UINT32_MAX)) {
        return;
    }
    r[CPUID_EAX] = div;
    r[CPUID_EBX] = hz * div / crystal;
    r[CPUID_ECX] = crystal;
}

static void leaf_16(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    if (env->is_program) {
        return;
    }
    r[CPUID_EAX] = r[CPUID_EBX] = x86_tsc_hz(env) / 1000000;
    r[CPUID_ECX] = 100;
}

/* A guest looks for features of KVM's behind KVM's name only. */
static void leaf_40000000(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    bool has_features = x86_has_pvclock(env);
    const char *name = has_features ? "KVMKVMKVM\0\0" : "MynahMynahTC";

    r[CPUID_EAX] = 0x40000000 + has_features;
    memcpy(&r[CPUID_EBX], name + 0, 4);
    memcpy(&r[CPUID_ECX], name + 4, 4);
    memcpy(&r[CPUID_EDX], name + 8, 4);
}

static void leaf_40000001(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    if (x86_has_pvclock(env)) {
        r[CPUID_EAX] = feature_word(env->model, 0x40000001, 0, CPUID_EAX);
    }
}

static void leaf_80000000(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_EAX] = 0x80000008;
    vendor_regs(env->model->vendor, r);
}

static void leaf_80000001(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_EAX] = signature(env->model);
    r[CPUID_ECX] = feature_word(env->model, 0x80000001, 0, CPUID_ECX);
    r[CPUID_EDX] = feature_word(env->model, 0x80000001, 0, CPUID_EDX);
    if (!strcmp(env->model->vendor, "AuthenticAMD")) { /* AMD repeats leaf 1 here */
        r[CPUID_EDX] |= feature_word(env->model, 1, 0, CPUID_EDX) & 0x0183f3ff;
    }
}

static void leaf_brand(CPUX86State *env, uint32_t leaf, uint32_t r[4])
{
    char brand[48] = {0};

    g_strlcpy(brand, env->model->brand, sizeof brand);
    memcpy(r, brand + 16 * (leaf - 0x80000002), 16);
}

static void leaf_80000006(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_ECX] = 512 << 16 | 6 << 12 | 64;
}

static void leaf_80000007(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_EDX] = feature_word(env->model, 0x80000007, 0, CPUID_EDX);
}

static void leaf_80000008(CPUX86State *env, uint32_t subleaf, uint32_t r[4])
{
    r[CPUID_EAX] = X86_PHYS_BITS | X86_VIRT_BITS << 8;
    r[CPUID_EBX] = feature_word(env->model, 0x80000008, 0, CPUID_EBX);
}

static const struct {
    uint32_t leaf;
    LeafFn *fn;
} leaves[] = {
    {0x0,        leaf_0       },
    {0x1,        leaf_1       },
    {0x2,        leaf_2       },
    {0x4,        leaf_4       },
    {0x6,        leaf_6       },
    {0x7,        leaf_7       },
    {0xb,        leaf_b       },
    {0xd,        leaf_d       },
    {0x15,       leaf_15      },
    {0x16,       leaf_16      },
    {0x40000000, leaf_40000000},
    {0x40000001, leaf_40000001},
    {0x80000000, leaf_80000000},
    {0x80000001, leaf_80000001},
    {0x80000006, leaf_80000006},
    {0x80000007, leaf_80000007},
    {0x80000008, leaf_80000008},
};

void x86_cpuid(CPUX86State *env, uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
    memset(regs, 0, 4 * sizeof regs[0]);
    if (leaf >= 0x80000002 && leaf <= 0x80000004) {
        leaf_brand(env, leaf, regs);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(leaves); i++) {
        if (leaves[i].leaf == leaf) {
            leaves[i].fn(env, subleaf, regs);
            return;
        }
    }
    if (leaf < 0x40000000 &&
        leaf > 0x16) { /* beyond the highest basic leaf: its data (SDM) */
        leaf_16(env, subleaf, regs);
    }
}
