/* RDMSR and WRMSR: a table of model-specific registers. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/cpuid.h"
#include "target/x86/excp.h"
#include "target/x86/helpers.h"
#include "target/x86/paging.h"
#include "target/x86/pvclock.h"
#include "util/log.h"

/*
 * IA32_ARCH_CAPABILITIES: a translator has none of these bugs. RDCL_NO IBRS_ALL
 * SKIP_L1DFL SSB_NO MDS_NO PSCHANGE_MC_NO TAA_NO SBDR_SSDP_NO FBSDP_NO PSDP_NO BHI_NO
 * PBRSB_NO GDS_NO RFDS_NO, ITS_NO.
 */
#define ARCH_CAP_VALUE                                                                   \
    (1ull << 0 | 1ull << 1 | 1ull << 3 | 1ull << 4 | 1ull << 5 | 1ull << 6 | 1ull << 8 | \
     1ull << 13 | 1ull << 14 | 1ull << 15 | 1ull << 20 | 1ull << 24 | 1ull << 26 |       \
     1ull << 27 | 1ull << 62)

/* True: done. False: #GP(0). */
typedef bool MsrRead(CPUX86State *env, uint32_t msr, uint64_t *val);
typedef bool MsrWrite(CPUX86State *env, uint32_t msr, uint64_t val);

static bool read_tsc(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    *val = x86_tsc(env);
    return true;
}

static bool write_tsc(CPUX86State *env, uint32_t msr, uint64_t val)
{
    int64_t delta = (int64_t)(val - x86_tsc(env));

    env->tsc_offset += delta;
    env->tsc_adjust += delta;
    return true;
}

static bool read_tsc_adjust(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    *val = env->tsc_adjust;
    return true;
}

static bool write_tsc_adjust(CPUX86State *env, uint32_t msr, uint64_t val)
{
    env->tsc_offset += (int64_t)(val - env->tsc_adjust);
    env->tsc_adjust = val;
    return true;
}

static bool read_intc(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    CPUState *cpu = env_cpu(env);

    if (!cpu->intc.msr_read) {
        return false;
    }
    machine_lock();
    bool ok = cpu->intc.msr_read(cpu->intc.opaque, msr, val);

    machine_unlock();
    return ok;
}

static bool write_intc(CPUX86State *env, uint32_t msr, uint64_t val)
{
    CPUState *cpu = env_cpu(env);

    if (!cpu->intc.msr_write) {
        return false;
    }
    machine_lock();
    bool ok = cpu->intc.msr_write(cpu->intc.opaque, msr, val);

    machine_unlock();
    return ok;
}

static bool write_ignored(CPUX86State *env, uint32_t msr, uint64_t val)
{
    return true;
}

static bool read_efer(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    *val = env->efer;
    return true;
}

static bool write_efer(CPUX86State *env, uint32_t msr, uint64_t val)
{
    const X86Model *m = env->model;
    uint64_t known = EFER_LMA;

    known |= x86_model_has(m, X86_FEAT_SYSCALL) ? EFER_SCE : 0;
    known |= x86_model_has(m, X86_FEAT_LM) ? EFER_LME : 0;
    known |= x86_model_has(m, X86_FEAT_NX) ? EFER_NXE : 0;
    if (val & ~known || (env->cr0 & CR0_PG && (val ^ env->efer) & EFER_LME)) {
        return false;
    }
    bool nxe_changed = (val ^ env->efer) & EFER_NXE;

    env->efer = (val & ~(uint64_t)EFER_LMA) | (env->efer & EFER_LMA);
    if (nxe_changed) {
        tlb_flush(env_cpu(env));
    }
    x86_update_hflags(env);
    return true;
}

/* A register that holds a linear address: canonical or #GP. */
#define CANONICAL_MSR(name, field)                                         \
    static bool read_##name(CPUX86State *env, uint32_t msr, uint64_t *val) \
    {                                                                      \
        *val = env->field;                                                 \
        return true;                                                       \
    }                                                                      \
    static bool write_##name(CPUX86State *env, uint32_t msr, uint64_t val) \
    {                                                                      \
        if (!x86_canonical(env, val)) {                                    \
            return false;                                                  \
        }                                                                  \
        env->field = val;                                                  \
        return true;                                                       \
    }
CANONICAL_MSR(lstar, lstar)
CANONICAL_MSR(cstar, cstar)
CANONICAL_MSR(kernel_gs_base, kernel_gs_base)
CANONICAL_MSR(sysenter_esp, sysenter_esp)
CANONICAL_MSR(sysenter_eip, sysenter_eip)

static bool read_pat(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    *val = env->pat;
    return true;
}

/* Eight memory types: UC, WC, WT, WP, WB, UC- (SDM vol. 3, table 11-10). */
static bool write_pat(CPUX86State *env, uint32_t msr, uint64_t val)
{
    const unsigned types = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7;

    for (unsigned n = 0; n < 64; n += 8) {
        if ((val >> n & 0xff) > 7 || !(types >> (val >> n & 7) & 1)) {
            return false;
        }
    }
    env->pat = val;
    return true;
}

static bool read_fs_base(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    *val = env->seg_base[R_FS];
    return true;
}

static bool read_gs_base(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    *val = env->seg_base[R_GS];
    return true;
}

static bool write_base(CPUX86State *env, int reg, uint64_t val)
{
    if (!x86_canonical(env, val)) {
        return false;
    }
    env->seg[reg].base = env->seg_base[reg] = val;
    return true;
}

static bool write_fs_base(CPUX86State *env, uint32_t msr, uint64_t val)
{
    return write_base(env, R_FS, val);
}

static bool write_gs_base(CPUX86State *env, uint32_t msr, uint64_t val)
{
    return write_base(env, R_GS, val);
}

static bool read_pv_wall(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    *val = env->pv_wall;
    return x86_has_pvclock(env);
}

static bool read_pv_time(CPUX86State *env, uint32_t msr, uint64_t *val)
{
    *val = env->pv_time;
    return x86_has_pvclock(env);
}

static bool write_pv_wall(CPUX86State *env, uint32_t msr, uint64_t val)
{
    return x86_has_pvclock(env) && x86_set_pv_wall(env, val);
}

static bool write_pv_time(CPUX86State *env, uint32_t msr, uint64_t val)
{
    return x86_has_pvclock(env) && x86_set_pv_time(env, val);
}

typedef struct MsrRow {
    uint32_t number;
    const char *name;
    MsrRead *read;
    MsrWrite *write;
    uint32_t offset; /* of a field; 0: none */
    bool is_const, is_readonly;
    uint64_t val; /* of a constant; or the mask of a field's writable bits */
} MsrRow;

#define MSR_FIELD(nr, nm, field, mask) \
    {.number = nr, .name = nm, .offset = offsetof(CPUX86State, field), .val = mask},
#define MSR_CONST(nr, nm, value) \
    {.number = nr, .name = nm, .is_const = true, .val = value},
#define MSR_RO(nr, nm, value) \
    {.number = nr, .name = nm, .is_const = true, .is_readonly = true, .val = value},
#define MSR_FN(nr, nm, rd, wr) {.number = nr, .name = nm, .read = rd, .write = wr},
static const MsrRow msrs[] = {
#include "target/x86/msr.def"
};
#undef MSR_FIELD
#undef MSR_CONST
#undef MSR_RO
#undef MSR_FN

static const MsrRow *find_msr(uint32_t number)
{
    for (size_t i = 0; i < ARRAY_SIZE(msrs); i++) {
        if (msrs[i].number == number) {
            return &msrs[i];
        }
    }
    return NULL;
}

/* The slot of env->mtrr for a range register: eight variable pairs, then the eleven fixed
 * ones. -1: none. */
static int mtrr_slot(uint32_t msr)
{
    static const uint16_t fixed[] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
                                     0x26b, 0x26c, 0x26d, 0x26e, 0x26f};

    if (msr >= 0x200 && msr < 0x210) {
        return msr - 0x200;
    }
    for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
        if (fixed[i] == msr) {
            return 16 + i;
        }
    }
    return -1;
}

bool x86_msr_read(CPUX86State *env, uint32_t number, uint64_t *val)
{
    const MsrRow *m = find_msr(number);
    int slot = mtrr_slot(number);

    if (slot >= 0) {
        *val = env->mtrr[slot];
        return true;
    }
    if (number >= 0x800 && number < 0x900) { /* x2APIC */
        return read_intc(env, number, val);
    }
    if (!m) {
        return false;
    }
    if (m->is_const) {
        *val = m->val;
        return true;
    }
    if (m->offset) {
        memcpy(val, (char *)env + m->offset, 8);
        return true;
    }
    return m->read && m->read(env, number, val);
}

bool x86_msr_write(CPUX86State *env, uint32_t number, uint64_t val)
{
    const MsrRow *m = find_msr(number);
    int slot = mtrr_slot(number);

    if (slot >= 0) {
        env->mtrr[slot] = val;
        return true;
    }
    if (number >= 0x800 && number < 0x900) {
        return write_intc(env, number, val);
    }
    if (!m) {
        return false;
    }
    if (m->is_const) {
        return !m->is_readonly;
    }
    if (m->offset) {
        if (val & ~m->val) {
            return false;
        }
        memcpy((char *)env + m->offset, &val, 8);
        return true;
    }
    return m->write && m->write(env, number, val);
}

void helper_rdmsr(CPUX86State *env)
{
    uint32_t number = env->regs[R_RCX];
    uint64_t val;

    if (!x86_msr_read(env, number, &val)) {
        log_guest_error("x86: RDMSR of %08x: #GP", number);
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
    env->regs[R_RAX] = (uint32_t)val;
    env->regs[R_RDX] = val >> 32;
}

void helper_wrmsr(CPUX86State *env)
{
    uint32_t number = env->regs[R_RCX];
    uint64_t val = (uint32_t)env->regs[R_RAX] | env->regs[R_RDX] << 32;

    if (!x86_msr_write(env, number, val)) {
        log_guest_error("x86: WRMSR of %08x with %016" PRIx64 ": #GP", number, val);
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
}
