/* CPU models: names, features, and leaves of CPUID that must agree with each other. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/cpuid.h"
#include "tests/unit/unit.h"
#include "util/host.h"

enum { EAX = CPUID_EAX, EBX = CPUID_EBX, ECX = CPUID_ECX, EDX = CPUID_EDX };

static const char *const models[] = {
    "x86-64-v1", "x86-64-v2",      "x86-64-v3", "qemu64", "Nehalem",
    "Haswell",   "Skylake-Client", "EPYC",      "max",    "host",
};

static X86Model parse(const char *spec)
{
    X86Model m;
    GError *err = NULL;

    ck_assert_msg(x86_model_parse(spec, &m, &err), "%s: %s", spec,
                  err ? err->message : "");
    return m;
}

static bool refuses(const char *spec)
{
    X86Model m;
    GError *err = NULL;
    bool ok = x86_model_parse(spec, &m, &err);

    g_clear_error(&err);
    return !ok;
}

START_TEST(versions)
{
    parse("qemu64-v1");
    parse("Nehalem-v1");
    parse("Haswell-v4");
    parse("EPYC-v5,-avx2,+rdseed");
    parse("Skylake-Client-v2,-hle,-rtm");
    ck_assert(refuses("Nehalem-v3"));
    ck_assert(refuses("Nehalem-v0"));
    ck_assert(refuses("Nehalem-v11"));
    ck_assert(refuses("max-v1"));
    ck_assert(refuses("x86-64-v4"));
    ck_assert(refuses("max,+rtm")); /* known, not implemented */
    ck_assert(refuses("max,+no-such"));
}
END_TEST

/* The psABI's levels, chapter 3.1.1. */
START_TEST(psabi_levels)
{
    static const struct {
        const char *model;
        X86Feature has[12], lacks[6];
    } levels[] = {
        {"x86-64-v1",
         {X86_FEAT_CMOV, X86_FEAT_CX8, X86_FEAT_FPU, X86_FEAT_FXSR, X86_FEAT_MMX,
          X86_FEAT_SYSCALL, X86_FEAT_SSE, X86_FEAT_SSE2},
         {X86_FEAT_SSE3, X86_FEAT_CX16, X86_FEAT_POPCNT}              },
        {"x86-64-v2",
         {X86_FEAT_CX16, X86_FEAT_LAHF64, X86_FEAT_POPCNT, X86_FEAT_SSE3, X86_FEAT_SSE41,
          X86_FEAT_SSE42, X86_FEAT_SSSE3},
         {X86_FEAT_AVX, X86_FEAT_MOVBE, X86_FEAT_BMI1, X86_FEAT_XSAVE}},
        {"x86-64-v3",
         {X86_FEAT_AVX, X86_FEAT_AVX2, X86_FEAT_BMI1, X86_FEAT_BMI2, X86_FEAT_F16C,
          X86_FEAT_FMA, X86_FEAT_LZCNT, X86_FEAT_MOVBE, X86_FEAT_OSXSAVE, X86_FEAT_SSE42},
         {X86_FEAT_SHA, X86_FEAT_AES, X86_FEAT_AVX512F}               },
    };
    X86Model m = parse(levels[_i].model);

    for (unsigned n = 0; n < 12; n++) {
        X86Feature f = levels[_i].has[n];
        ck_assert_msg(x86_model_has(&m, f), "%s", x86_features[f].name);
    }
    for (unsigned n = 0; n < 6 && levels[_i].lacks[n]; n++) {
        X86Feature f = levels[_i].lacks[n];
        ck_assert_msg(!x86_model_has(&m, f), "%s", x86_features[f].name);
    }
}
END_TEST

/* A vCPU that knows no more than CPUID asks for. */
static CPUX86State *new_env(const X86Model *m)
{
    CPUState *cpu = g_malloc0(sizeof(CPUState) + sizeof(CPUX86State));
    CPUX86State *env = cpu_env(cpu);

    env->model = m;
    env->offers_pvclock = true;
    return env;
}

/* XCR0 and leaf 0Dh: SDM vol. 1, 13.2 and 13.3. */
static void check_leaf_d(const char *spec)
{
    X86Model m = parse(spec);
    CPUX86State *env = new_env(&m);
    bool xsave = x86_model_has(&m, X86_FEAT_XSAVE), avx = x86_model_has(&m, X86_FEAT_AVX);
    uint32_t r[4];

    ck_assert_msg(!avx || xsave, "%s: AVX without XSAVE", spec);
    for (env->xcr0 = 1; env->xcr0 <= (avx ? 7u : 3u); env->xcr0 = env->xcr0 << 1 | 1) {
        bool with_avx = env->xcr0 & 4;
        x86_cpuid(env, 0xd, 0, r);
        ck_assert_uint_eq(r[EAX], xsave ? (avx ? 7 : 3) : 0);
        ck_assert_uint_eq(r[EDX], 0);
        ck_assert_uint_eq(r[EBX], !xsave ? 0 : with_avx ? 832 : 576);
        ck_assert_uint_eq(r[ECX], !xsave ? 0 : avx ? 832 : 576);
        x86_cpuid(env, 0xd, 1, r);
        ck_assert_uint_eq(r[EBX], !xsave ? 0 : with_avx ? 832 : 576);
        ck_assert_uint_eq(r[EAX] & 1, x86_model_has(&m, X86_FEAT_XSAVEOPT));
        x86_cpuid(env, 0xd, 2, r);
        ck_assert_uint_eq(r[EAX], avx ? 256 : 0);
        ck_assert_uint_eq(r[EBX], avx ? 576 : 0);
        x86_cpuid(env, 0xd, 3, r);
        ck_assert_uint_eq(r[EAX] | r[EBX] | r[ECX] | r[EDX], 0);
    }
    g_free(env_cpu(env));
}

START_TEST(xsave)
{
    check_leaf_d(models[_i]);
    g_autofree char *no_avx = g_strdup_printf("%s,-avx", models[_i]);
    check_leaf_d(no_avx);
    g_autofree char *none = g_strdup_printf("%s,-xsave", models[_i]);
    check_leaf_d(none);
}
END_TEST

/* All features are of rows that run, and stand in CPUID where the table says. */
START_TEST(features)
{
    X86Model m = parse(models[_i]);
    CPUX86State *env = new_env(&m);
    unsigned count = 0;

    env->cr4 = 1 << 18; /* OSXSAVE */
    for (unsigned f = 1; f < NR_X86_FEATS; f++) {
        const X86FeatureInfo *i = &x86_features[f];
        uint32_t r[4];

        x86_cpuid(env, i->leaf, i->subleaf, r);
        bool has = x86_model_has(&m, f);
        ck_assert_msg((r[i->reg] >> i->bit & 1) == has, "%s", i->name);
        ck_assert_msg(!has || x86_feature_implemented(f), "%s", i->name);
        count += has;
    }
    ck_assert_uint_gt(count, 25);
    g_free(env_cpu(env));
}
END_TEST

/* By other names than those of models.def. */
START_TEST(words)
{
    X86Model m = parse("Skylake-Client,-sse4_2,-tsc_deadline");

    ck_assert(!x86_model_has(&m, X86_FEAT_SSE42));
    ck_assert(!x86_model_has(&m, X86_FEAT_TSC_DEADLINE));
    ck_assert(x86_model_has(&m, X86_FEAT_PREFETCHW));
    ck_assert(x86_model_has(&m, X86_FEAT_XGETBV1));
}
END_TEST

/* "host" is what is fast here: nothing that the host's CPU has no instructions for. */
START_TEST(fast_here)
{
    host_fix_features(UINT64_MAX);
    X86Model m = parse("host"), max = parse("max");
    ck_assert_mem_eq(m.features, max.features, sizeof m.features);

    host_fix_features(UINT64_MAX & ~(1ull << HOST_X86_AVX2));
    m = parse("host");
    ck_assert(!x86_model_has(&m, X86_FEAT_AVX));
    ck_assert(!x86_model_has(&m, X86_FEAT_FMA)); /* goes with AVX */
    ck_assert(x86_model_has(&m, X86_FEAT_AES));

    host_fix_features(0);
    m = parse("host");
    ck_assert(!x86_model_has(&m, X86_FEAT_SSE3));
    ck_assert(x86_model_has(&m, X86_FEAT_SSE2));
    ck_assert(x86_model_has(&m, X86_FEAT_PCID));
    m = parse("host,+aes");
    ck_assert(x86_model_has(&m, X86_FEAT_AES));
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_test(tc, versions);
    tcase_add_loop_test(tc, psabi_levels, 0, 3);
    tcase_add_loop_test(tc, xsave, 0, ARRAY_SIZE(models));
    tcase_add_loop_test(tc, features, 0, ARRAY_SIZE(models));
    tcase_add_test(tc, words);
    tcase_add_test(tc, fast_here);
}

int main(void)
{
    return unit_main("cpuid", add);
}
