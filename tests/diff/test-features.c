/* Each row of the decode table with its CPUID feature on and off: what CPUID says and
 * what executes agree. */
/* SPDX-License-Identifier: MIT */
/*
 * test-features [--backend interp|native]
 *
 * With "max" a row runs (or raises something else than #UD) if and only if the model has
 * its feature; with "max,-feature" it is #UD, or what its bytes meant before there was
 * the feature. Rows that need the AVX state are #UD when XCR0 does not enable it, and no
 * others are.
 */
#include "tests/asm/rig.h"
#include "tests/diff/templates.h"
#include "target/x86/cpuid.h"
#include "util/bitops.h"

#include <stdio.h>

enum { X87_SSE = 3, X87_SSE_AVX = 7, HLT = 0xf4 };

static unsigned failed, checked;

/* Runs the encoding under `spec`; returns whether it is #UD. */
static bool is_undefined(Rig *rig, const char *spec, uint64_t xcr0, const Template *t)
{
    MachineState st = {.mode = X86_MODE_64, .rip = CODE_BASE, .mxcsr = 0x1f80};
    uint8_t *code = (uint8_t *)(uintptr_t)CODE_BASE;
    X86Model model;

    if (!x86_model_parse(spec, &model, NULL)) {
        g_error("%s", spec);
    }
    rig_set_model(rig, &model, xcr0);
    memset(code, 0, 32);
    memset(code + template_bytes(t, code), 0, 16);
    for (unsigned n = 0; n < 16; n++) {
        st.regs[n] = DATA_BASE + 0x800;
    }
    st.regs[R_RSP] = STACK_BASE + 0x1000;
    st.fcw = 0x37f;
    st.ftw = 0xff;
    MachineResult res = rig_run(rig, &st, 1);
    return res.vector == EXCP_UD && st.rip == CODE_BASE;
}

static void expect(bool ok, const InsnDesc *row, const char *what)
{
    checked++;
    if (!ok) {
        printf("%s (feature %s): %s\n", x86_row_name(row),
               x86_features[row->feature].name, what);
        failed++;
    }
}

/* An encoding of the row that is not #UD under `max`: operands can make it so. */
static const Template *find_good(Rig *rig, const RowTemplates *r)
{
    for (unsigned n = 0; n < MIN(r->found, MAX_TEMPLATES); n++) {
        if (!is_undefined(rig, "max", X87_SSE_AVX, &r->t[n])) {
            return &r->t[n];
        }
    }
    return NULL;
}

/* #UD whatever CPUID says; outside ring 0, where this runs, also CLAC and STAC. */
static bool is_always_undefined(const InsnDesc *row)
{
    static const char *const names[] = {"ud0", "ud1", "ud2", "clac", "stac"};

    for (unsigned n = 0; n < ARRAY_SIZE(names); n++) {
        if (strcmp(x86_row_name(row), names[n]) == 0) {
            return true;
        }
    }
    return false;
}

static void check_row(Rig *rig, const InsnDesc *row, const RowTemplates *r)
{
    const char *name = x86_features[row->feature].name;
    g_autofree char *without = g_strdup_printf("max,-%s", name);
    const Template *t = find_good(rig, r);
    X86Model max, off;

    x86_model_parse("max", &max, NULL);
    if (!x86_model_has(&max, row->feature)) {
        expect(!t || x86_insn_fallback(row), row, "runs, but is in no CPUID");
        return;
    }
    expect(t != NULL, row, "#UD");
    if (!t) {
        return;
    }
    expect(is_undefined(rig, "max", X87_SSE, t) == !!(row->gates & GATE_AVX), row,
           "without the AVX state in XCR0");
    if (row->feature == X86_FEAT_0) {
        return;
    }
    x86_model_parse(without, &off, NULL);
    expect(!x86_model_has(&off, row->feature), row, "cannot be switched off");
    expect(is_undefined(rig, without, X87_SSE_AVX, t) == !x86_insn_fallback(row), row,
           "with the feature off");
}

int main(int argc, char **argv)
{
    bool native = argc > 2 && strcmp(argv[2], "native") == 0;
    const TCGBackend *b = native ? tcg_native_backend : &tcg_interp_backend;
    unsigned rows = 0;

    if (!b || !rig_map_memory()) {
        printf("there is no such back end on this host\n");
        return 77;
    }
    Rig *rig = rig_new(b, 0);
    Templates *all = templates_new(NULL, X86_MODE_64, true);
    for (unsigned n = 0; n < all->count; n++) {
        const InsnDesc *row = &x86_rows[all->index[n]];
        if (!is_always_undefined(row)) {
            check_row(rig, row, &all->rows[all->index[n]]);
            rows++;
        }
    }
    printf("%u rows, %u checks, %u failed\n", rows, checked, failed);
    templates_free(all);
    rig_free(rig);
    return failed || rows < 1000;
}
