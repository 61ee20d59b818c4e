/* FXSAVE, XSAVE and their restores. */
/* SPDX-License-Identifier: MIT */
/*
 * SDM vol. 1, chapters 10.5 and 13. The image is built or checked in a buffer and moved
 * as a whole, so that a fault on any of its bytes leaves state and memory as they were.
 */
#include "target/x86/cpuid.h"
#include "target/x86/excp.h"
#include "target/x86/helpers.h"
#include "target/x86/user.h"

enum { XSTATE_X87 = 1, XSTATE_SSE = 2, XSTATE_AVX = 4 };
enum {
    XSAVE_HEADER = 512,
    XSAVE_AVX = 576,
    XSAVE_MAX = 832,
    XSAVE_LEGACY_X87 = 160, /* header and x87 registers of the legacy area */
};
#define XCOMP_COMPACTED (1ull << 63)
#define MXCSR_KNOWN     0xffffu

static void put32(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, 4);
}
static void put64(uint8_t *p, uint64_t v)
{
    memcpy(p, &v, 8);
}
static uint64_t get64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, 8);
    return v;
}
static uint32_t get32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, 4);
    return v;
}

/* XMM registers that exist in the current mode. */
static unsigned vector_count(const CPUX86State *env)
{
    return env->hflags & HF_CS64 ? 16 : 8;
}

static void put_sse(const CPUX86State *env, uint8_t *img)
{
    for (unsigned i = 0; i < vector_count(env); i++) {
        memcpy(img + 160 + i * 16, env->vec[i].b, 16);
    }
}

static void take_sse(CPUX86State *env, const uint8_t *img)
{
    for (unsigned i = 0; i < vector_count(env); i++) {
        memcpy(env->vec[i].b, img + 160 + i * 16, 16);
    }
}

static void put_avx(const CPUX86State *env, uint8_t *at)
{
    for (unsigned i = 0; i < vector_count(env); i++) {
        memcpy(at + i * 16, env->vec[i].b + 16, 16);
    }
}

static void take_avx(CPUX86State *env, const uint8_t *at)
{
    for (unsigned i = 0; i < vector_count(env); i++) {
        memcpy(env->vec[i].b + 16, at + i * 16, 16);
    }
}

static void init_x87(CPUX86State *env)
{
    env->x87 = (X87State){.cw = 0x37f, .empty = 0xff};
}

static void init_vectors(CPUX86State *env, unsigned offset)
{
    for (unsigned i = 0; i < vector_count(env); i++) {
        memset(env->vec[i].b + offset, 0, 16);
    }
}

static void check_aligned(CPUX86State *env, uint64_t va, unsigned align, uintptr_t ra)
{
    if (va & (align - 1)) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
}

void helper_fxsave(CPUX86State *env, uint64_t va, uint64_t wide)
{
    uintptr_t ra = GETPC();
    CPUState *cpu = env_cpu(env);
    uint8_t img[512];

    check_aligned(env, va, 16, ra);
    cpu_ld_bytes(cpu, va, img, sizeof img, MMU_CURRENT,
                 ra); /* bytes 464..511 stay as they are */
    x87_fxsave(&env->x87, wide, img);
    put32(img + 24, env->mxcsr);
    put32(img + 28, MXCSR_KNOWN);
    if (env->cr4 & CR4_OSFXSR) {
        put_sse(env, img);
    }
    cpu_st_bytes(cpu, va, img, sizeof img, MMU_CURRENT, ra);
}

void helper_fxrstor(CPUX86State *env, uint64_t va, uint64_t wide)
{
    uintptr_t ra = GETPC();
    uint8_t img[512];

    check_aligned(env, va, 16, ra);
    cpu_ld_bytes(env_cpu(env), va, img, sizeof img, MMU_CURRENT, ra);
    if (get32(img + 24) & ~MXCSR_KNOWN) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }

    x87_fxrstor(&env->x87, wide, img);
    x86_x87_masks_changed(env);
    if (env->cr4 & CR4_OSFXSR) {
        x86_set_mxcsr(env, get32(img + 24));
        take_sse(env, img);
    }
}

/* --- XSAVE --- */

/* The states that are not in their initial configuration (XINUSE). */
uint64_t x86_states_in_use(const CPUX86State *env)
{
    uint64_t use = XSTATE_SSE | XSTATE_X87;
    uint64_t upper = 0;

    for (unsigned i = 0; i < vector_count(env); i++) {
        upper |= env->vec[i].q[2] | env->vec[i].q[3];
    }
    return use | (upper ? XSTATE_AVX : 0);
}

static void xsave_image(const CPUX86State *env, uint8_t *img, uint64_t states, bool wide)
{
    if (states & XSTATE_X87) {
        x87_fxsave(&env->x87, wide, img);
    }
    if (states & (XSTATE_SSE | XSTATE_AVX)) {
        put32(img + 24, env->mxcsr);
        put32(img + 28, MXCSR_KNOWN);
    }
    if (states & XSTATE_SSE) {
        put_sse(env, img);
    }
    if (states & XSTATE_AVX) {
        put_avx(env, img + XSAVE_AVX);
    }
}

/* mode: 0 XSAVE, 1 XSAVEOPT (all of which XSAVE would write may be skipped when initial),
 * 2 XSAVEC. */
void helper_xsave(CPUX86State *env, uint64_t va, uint64_t mask, uint64_t mode,
                  uint64_t wide)
{
    uintptr_t ra = GETPC();
    CPUState *cpu = env_cpu(env);
    uint64_t rfbm = mask & env->xcr0, in_use = x86_states_in_use(env);
    uint64_t write = mode == 0 ? rfbm : rfbm & in_use;
    uint32_t size = rfbm & XSTATE_AVX ? XSAVE_MAX : XSAVE_AVX;
    uint8_t img[XSAVE_MAX];

    if (!(env->cr4 & CR4_OSXSAVE)) {
        x86_raise(env, EXCP_UD, ra);
    }
    check_aligned(env, va, 64, ra);
    cpu_ld_bytes(cpu, va, img, size, MMU_CURRENT, ra);
    uint64_t old_bv = get64(img + XSAVE_HEADER);

    xsave_image(env, img, write, wide);
    if (mode == 2) {
        put64(img + XSAVE_HEADER, rfbm & in_use);
        put64(img + XSAVE_HEADER + 8, rfbm | XCOMP_COMPACTED);
        memset(img + XSAVE_HEADER + 16, 0, 48);
    } else {
        put64(img + XSAVE_HEADER, (old_bv & ~rfbm) | (rfbm & in_use));
    }
    cpu_st_bytes(cpu, va, img, size, MMU_CURRENT, ra);
}

static bool header_ok(const CPUX86State *env, const uint8_t *h)
{
    uint64_t bv = get64(h), comp = get64(h + 8);

    for (unsigned i = 16; i < 64; i += 8) {
        if ((i < 24 || comp & XCOMP_COMPACTED) && get64(h + i)) {
            return false;
        }
    }
    if (comp & XCOMP_COMPACTED) {
        return !((comp & ~XCOMP_COMPACTED) & ~env->xcr0) && !(bv & ~comp);
    }
    return !comp && !(bv & ~env->xcr0);
}

/* The states in rfbm from the image where bv has them, else initial; not MXCSR. */
static void take_states(CPUX86State *env, const uint8_t *img, uint64_t rfbm, uint64_t bv,
                        bool wide)
{
    if (rfbm & XSTATE_X87) {
        bv &XSTATE_X87 ? x87_fxrstor(&env->x87, wide, img) : init_x87(env);
        x86_x87_masks_changed(env);
    }
    if (rfbm & XSTATE_SSE) {
        bv &XSTATE_SSE ? take_sse(env, img) : init_vectors(env, 0);
    }
    if (rfbm & XSTATE_AVX) {
        bv &XSTATE_AVX ? take_avx(env, img + XSAVE_AVX) : init_vectors(env, 16);
    }
}

void helper_xrstor(CPUX86State *env, uint64_t va, uint64_t mask, uint64_t wide)
{
    uintptr_t ra = GETPC();
    CPUState *cpu = env_cpu(env);
    uint64_t rfbm = mask & env->xcr0;
    uint8_t img[XSAVE_MAX];

    if (!(env->cr4 & CR4_OSXSAVE)) {
        x86_raise(env, EXCP_UD, ra);
    }
    check_aligned(env, va, 64, ra);
    cpu_ld_bytes(cpu, va, img, XSAVE_AVX, MMU_CURRENT, ra);
    uint64_t bv = get64(img + XSAVE_HEADER);

    if (!header_ok(env, img + XSAVE_HEADER)) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    if (rfbm & bv & XSTATE_AVX) {
        cpu_ld_bytes(cpu, va + XSAVE_AVX, img + XSAVE_AVX, 256, MMU_CURRENT, ra);
    }
    bool mxcsr = rfbm & (XSTATE_SSE | XSTATE_AVX);

    if (mxcsr && get32(img + 24) & ~MXCSR_KNOWN) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }

    if (mxcsr) {
        x86_set_mxcsr(env, get32(img + 24));
    }
    take_states(env, img, rfbm, bv, wide);
}

/* --- signal frames --- */

unsigned x86_user_xsave_size(const CPUX86State *env)
{
    return env->cr4 & CR4_OSXSAVE ? x86_xsave_size(env->xcr0) : XSAVE_HEADER;
}

void x86_user_xsave(CPUX86State *env, uint8_t *area)
{
    uint64_t states = XSTATE_X87 | XSTATE_SSE | (env->xcr0 & XSTATE_AVX);

    xsave_image(env, area, states, true);
    if (env->cr4 & CR4_OSXSAVE) {
        put64(area + XSAVE_HEADER, env->xcr0 & x86_states_in_use(env));
    }
}

bool x86_user_xrstor(CPUX86State *env, const uint8_t *area, uint64_t mask)
{
    bool extended = env->cr4 & CR4_OSXSAVE && mask & ~3ull;
    uint64_t bv = extended ? get64(area + XSAVE_HEADER) : mask;

    if (get32(area + 24) & ~MXCSR_KNOWN ||
        (extended && !header_ok(env, area + XSAVE_HEADER))) {
        return false;
    }
    x86_set_mxcsr(env, mask ? get32(area + 24) : 0x1f80);
    take_states(env, area, XSTATE_X87 | XSTATE_SSE | (env->xcr0 & XSTATE_AVX), bv & mask,
                true);
    return true;
}
