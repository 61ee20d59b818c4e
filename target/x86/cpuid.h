/* CPU models and CPUID. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_CPUID_H
#define TARGET_X86_CPUID_H

#include "target/x86/cpu.h"
#include "target/x86/decode.h"

/*
 * A CPU model: identity and the features that the guest sees. A feature is in a model
 * only when it is implemented: every row of the decode table that needs it has a
 * generator, or it stands in the list of features without rows in cpuid.c.
 */
struct X86Model {
    const char *name;
    const char *vendor;
    const char *brand;
    uint8_t family, model, stepping;
    uint64_t features[(NR_X86_FEATS + 63) / 64];
};

static inline bool x86_model_has(const X86Model *m, X86Feature f)
{
    return f == X86_FEAT_0 || (m->features[f / 64] >> (f % 64) & 1);
}

/* True if this build implements the feature. */
bool x86_feature_implemented(X86Feature f);

/*
 * The model that `spec` names: NAME[,+feature|-feature|feature=on|off ...]. NAME is one
 * of models.def, or "host": what is fast on this host. Features that depend on one that
 * is switched off go with it. False with a list of valid words when it names something
 * unknown; a feature that is not implemented is an error when it is asked for by +.
 */
bool x86_model_parse(const char *spec, X86Model *out, GError **errp);

/* Makes `m` (kept by reference) the model of the vCPU; before its reset. */
void x86_set_model(CPUX86State *env, const X86Model *m);

/* Text of -cpu help. */
void x86_model_help(GString *to);

/* CPUID for leaf and subleaf: regs[CPUID_EAX .. CPUID_EDX]. */
void x86_cpuid(CPUX86State *env, uint32_t leaf, uint32_t subleaf, uint32_t regs[4]);

/* Appends what Linux shows in /proc/cpuinfo of processor `index` of `total` such
 * (cpuinfo.c). */
void x86_cpuinfo(CPUX86State *env, unsigned index, unsigned total, GString *to);

/* Bits of XCR0 that the model has, and the size of the XSAVE area for the states in
 * `mask`. */
uint64_t x86_xcr0_supported(const CPUX86State *env);
uint32_t x86_xsave_size(uint64_t mask);
/* XINUSE: the states that are not as after reset (help-xsave.c). */
uint64_t x86_states_in_use(const CPUX86State *env);

#endif
