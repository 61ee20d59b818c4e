/* Helpers for control registers, ports, CPUID, TSC, HLT and cache and TLB control. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/cpuid.h"
#include "target/x86/debug.h"
#include "target/x86/excp.h"
#include "target/x86/helpers.h"
#include "target/x86/paging.h"
#include "target/x86/seg.h"
#include "util/log.h"
#include "util/host.h"

/* --- control registers: SDM vol. 3, 2.5 --- */

static uint64_t address_space_id(const CPUX86State *env)
{
    return env->cr4 & CR4_PCIDE ? env->cr3 & ~(1ull << 63) : env->cr3 & ~0xfffull;
}

/* EFER.LMA follows paging (SDM vol. 3, 9.8.5). False: the combination is to raise #GP. */
static bool update_long_mode(CPUX86State *env, uint64_t cr0)
{
    bool want = cr0 & CR0_PG && env->efer & EFER_LME;

    if (want == x86_long_mode(env)) {
        return true;
    }
    if (want && (!(env->cr4 & CR4_PAE) || env->seg[R_CS].attr & SEG_L)) {
        return false;
    }
    if (!want && env->hflags & HF_CS64) {
        return false;
    }
    env->efer = (env->efer & ~(uint64_t)EFER_LMA) | (want ? EFER_LMA : 0);
    return true;
}

static void write_cr0(CPUX86State *env, uint64_t val, uintptr_t ra)
{
    const uint64_t known = CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP |
                           CR0_AM | CR0_NW | CR0_CD | CR0_PG;
    uint64_t old = env->cr0;

    val = (val & (known | ~0xffffffffull)) | CR0_ET;
    if (val >> 32 || (val & CR0_PG && !(val & CR0_PE)) ||
        (val & CR0_NW && !(val & CR0_CD)) || (!(val & CR0_PG) && env->cr4 & CR4_PCIDE)) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    if (!update_long_mode(env, val)) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    env->cr0 = val;
    if ((old ^ val) & (CR0_PG | CR0_WP | CR0_PE)) {
        tlb_flush(env_cpu(env));
        cpu_switch_address_space(env_cpu(env), address_space_id(env), false);
    }
    x86_update_hflags(env);
}

static void write_cr3(CPUX86State *env, uint64_t val, uintptr_t ra)
{
    bool keep = env->cr4 & CR4_PCIDE && val >> 63;
    uint64_t reserved =
        ~((1ull << X86_PHYS_BITS) - 1) & ~(env->cr4 & CR4_PCIDE ? 1ull << 63 : 0);

    if (x86_long_mode(env) && val & reserved) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    env->cr3 = val & ~(1ull << 63);
    cpu_switch_address_space(env_cpu(env), address_space_id(env), keep);
}

static uint64_t cr4_known(const CPUX86State *env)
{
    static const struct {
        X86Feature feature;
        uint64_t bits;
    } rows[] = {
        {X86_FEAT_VME,      CR4_VME | CR4_PVI},
        {X86_FEAT_TSC,      CR4_TSD          },
        {X86_FEAT_DE,       CR4_DE           },
        {X86_FEAT_PSE,      CR4_PSE          },
        {X86_FEAT_PAE,      CR4_PAE          },
        {X86_FEAT_MCE,      CR4_MCE          },
        {X86_FEAT_PGE,      CR4_PGE          },
        {X86_FEAT_0,        CR4_PCE          },
        {X86_FEAT_FXSR,     CR4_OSFXSR       },
        {X86_FEAT_SSE,      CR4_OSXMMEXCPT   },
        {X86_FEAT_UMIP,     CR4_UMIP         },
        {X86_FEAT_FSGSBASE, CR4_FSGSBASE     },
        {X86_FEAT_PCID,     CR4_PCIDE        },
        {X86_FEAT_XSAVE,    CR4_OSXSAVE      },
        {X86_FEAT_SMEP,     CR4_SMEP         },
        {X86_FEAT_SMAP,     CR4_SMAP         },
    };
    uint64_t known = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        known |= x86_model_has(env->model, rows[i].feature) ? rows[i].bits : 0;
    }
    return known;
}

static void write_cr4(CPUX86State *env, uint64_t val, uintptr_t ra)
{
    const uint64_t mapping =
        CR4_PSE | CR4_PAE | CR4_PGE | CR4_LA57 | CR4_PCIDE | CR4_SMEP;
    uint64_t old = env->cr4;
    bool lm = x86_long_mode(env);

    if (val & ~cr4_known(env) || (lm && !(val & CR4_PAE)) ||
        (val & ~old & CR4_PCIDE && (!lm || env->cr3 & 0xfff))) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    env->cr4 = val;
    if ((old ^ val) & CR4_DE) {
        x86_update_breakpoints(env);
    }
    if ((old ^ val) & mapping) {
        tlb_flush(env_cpu(env));
        cpu_switch_address_space(env_cpu(env), address_space_id(env), false);
    }
    x86_update_hflags(env);
}

void x86_mapping_changed(CPUX86State *env)
{
    tlb_flush(env_cpu(env));
    cpu_switch_address_space(env_cpu(env), address_space_id(env), false);
    x86_update_hflags(env);
}

void helper_write_cr(CPUX86State *env, uint64_t n, uint64_t val)
{
    uintptr_t ra = GETPC();
    CPUState *cpu = env_cpu(env);

    switch (n) {
    case 0:
        write_cr0(env, val, ra);
        break;
    case 2:
        env->cr2 = val;
        break;
    case 3:
        write_cr3(env, val, ra);
        break;
    case 4:
        write_cr4(env, val, ra);
        break;
    default: /* CR8; the decoder lets no other through */
        if (val >> 4) {
            x86_raise_err(env, EXCP_GP, 0, ra);
        }
        machine_lock();
        cpu->intc.set_tpr(cpu->intc.opaque, val << 4);
        machine_unlock();
        break;
    }
}

uint64_t helper_read_cr(CPUX86State *env, uint64_t n)
{
    CPUState *cpu = env_cpu(env);

    switch (n) {
    case 0:
        return env->cr0;
    case 2:
        return env->cr2;
    case 3:
        return env->cr3;
    case 4:
        return env->cr4;
    default:
        machine_lock();
        uint8_t tpr = cpu->intc.get_tpr(cpu->intc.opaque);

        machine_unlock();
        return tpr >> 4;
    }
}

/* LMSW: PE can be set but not cleared. */
void helper_lmsw(CPUX86State *env, uint64_t val)
{
    write_cr0(env, (env->cr0 & ~(uint64_t)(CR0_MP | CR0_EM | CR0_TS)) | (val & 15),
              GETPC());
}

void helper_clts(CPUX86State *env)
{
    env->cr0 &= ~(uint64_t)CR0_TS;
    x86_update_hflags(env);
}

/* --- debug registers: SDM vol. 3, 17.2 --- */

/* DR4 and DR5 are DR6 and DR7 unless CR4.DE; DR7.GD guards them all. */
static unsigned debug_register(CPUX86State *env, unsigned n, uintptr_t ra)
{
    if (n == 4 || n == 5) {
        if (env->cr4 & CR4_DE) {
            x86_raise(env, EXCP_UD, ra);
        }
        n += 2;
    }
    if (env->dr[7] & DR7_GD) {
        x86_raise_debug(env, DR6_BD, ra);
    }
    return n;
}

uint64_t helper_read_dr(CPUX86State *env, uint64_t n)
{
    return env->dr[debug_register(env, n, GETPC())];
}

void helper_write_dr(CPUX86State *env, uint64_t n, uint64_t val)
{
    uintptr_t ra = GETPC();
    unsigned r = debug_register(env, n, ra);

    if (r >= 6 && val >> 32) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    if (r == 6) {
        env->dr[6] = (val & (DR6_HITS | DR6_BD | DR6_BS | DR6_BT)) | (uint32_t)DR6_FIXED;
        return;
    }
    env->dr[r] = r == 7 ? (val & (uint32_t)DR7_WRITABLE) | DR7_FIXED : val;
    if (r == 7 || env->dr[7] & 3u << 2 * r) {
        x86_update_breakpoints(env);
    }
}

/* --- TLB --- */

void helper_invlpg(CPUX86State *env, uint64_t va)
{
    tlb_flush_page(env_cpu(env), address_space_id(env), va);
}

/* Of the address spaces that the engine knows, all whose PCID is `pcid`: it is named by
 * CR3's base too. */
static void flush_pcid(CPUX86State *env, uint64_t pcid)
{
    CPUState *cpu = env_cpu(env);

    if (!(env->cr4 & CR4_PCIDE) || (env->cr3 & 0xfff) == pcid) {
        tlb_flush_address_space(cpu, address_space_id(env));
    } else {
        tlb_flush_non_global(
            cpu); /* another PCID's CR3 is not known here: drop them all */
    }
}

void helper_invpcid(CPUX86State *env, uint64_t type, uint64_t desc_va)
{
    uintptr_t ra = GETPC();
    CPUState *cpu = env_cpu(env);
    uint64_t pcid = cpu_ldq(cpu, desc_va, MMU_CURRENT, ra);
    uint64_t va = cpu_ldq(cpu, desc_va + 8, MMU_CURRENT, ra);

    if (type > 3 || pcid >> 12 || (type < 2 && pcid && !(env->cr4 & CR4_PCIDE)) ||
        (type == 0 && !x86_canonical(env, va))) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    switch (type) {
    case 0:
        if ((env->cr3 & 0xfff) == pcid || !(env->cr4 & CR4_PCIDE)) {
            tlb_flush_page(cpu, address_space_id(env), va);
        } else {
            flush_pcid(env, pcid);
        }
        break;
    case 1:
        flush_pcid(env, pcid);
        break;
    case 2:
        tlb_flush(cpu);
        break;
    default:
        tlb_flush_non_global(cpu);
        break;
    }
}

/* --- ports: SDM vol. 1, 18.5 --- */

/* IOPL or the TSS's permission map lets the current level at `size` ports from `port`. */
void helper_check_io(CPUX86State *env, uint64_t port, uint64_t size)
{
    uintptr_t ra = GETPC();
    unsigned iopl = (env->eflags & EFL_IOPL) >> EFL_IOPL_SHIFT;

    if (!(env->cr0 & CR0_PE) || (!(env->eflags & EFL_VM) && x86_cpl(env) <= iopl)) {
        return;
    }
    bool tss32 = (env->tr.attr & SEG_TYPE & ~2) == SYS_TSS;

    if (tss32 && env->tr.limit >= 103) {
        int mmu = x86_mmu_system(env);
        uint32_t off = cpu_lduw(env_cpu(env), env->tr.base + 102, mmu, ra) + (port >> 3);

        if (off + 1 <= env->tr.limit) {
            uint16_t map = cpu_lduw(env_cpu(env), env->tr.base + off, mmu, ra);

            if (!(map >> (port & 7) & ((1u << size) - 1))) {
                return;
            }
        }
    }
    x86_raise_err(env, EXCP_GP, 0, ra);
}

uint64_t helper_in(CPUX86State *env, uint64_t port, uint64_t size)
{
    CPUState *cpu = env_cpu(env);
    uint64_t val;

    x86_check_io_breakpoints(env, port & 0xffff, size, GETPC());
    machine_lock();
    switch (size) {
    case 1:
        val = address_space_ldb(cpu->io, port & 0xffff);
        break;
    case 2:
        val = address_space_ldw(cpu->io, port & 0xffff);
        break;
    default:
        val = address_space_ldl(cpu->io, port & 0xffff);
        break;
    }
    machine_unlock();
    return val;
}

void helper_out(CPUX86State *env, uint64_t port, uint64_t val, uint64_t size)
{
    CPUState *cpu = env_cpu(env);

    x86_check_io_breakpoints(env, port & 0xffff, size, GETPC());
    machine_lock();
    switch (size) {
    case 1:
        address_space_stb(cpu->io, port & 0xffff, val);
        break;
    case 2:
        address_space_stw(cpu->io, port & 0xffff, val);
        break;
    default:
        address_space_stl(cpu->io, port & 0xffff, val);
        break;
    }
    machine_unlock();
}

/* --- flags --- */

void helper_write_flags(CPUX86State *env, uint64_t val, uint64_t mask)
{
    x86_set_eflags(env, ((x86_eflags(env) & ~mask) | (val & mask)) & ~EFL_RF);
    x86_recheck_interrupts(env);
}

/* STI with an interrupt pending, or MOV SS: the shadow covers one more instruction. */
void helper_inhibit_irq(CPUX86State *env)
{
    env->inhibit_irq = true;
    env->hflags |= HF_INHIBIT;
    cpu_mode_changed(env_cpu(env), x86_mmu_idx(env));
}

/* MOV SS: #DB is held back as well, and this instruction's single-step trap with it. */
void helper_shadow_ss(CPUX86State *env)
{
    env->ss_shadow = true;
    if (env->eflags & EFL_TF) {
        env->held_dr6 |= DR6_BS;
    }
    helper_inhibit_irq(env);
}

void helper_stac(CPUX86State *env)
{
    env->eflags |= EFL_AC;
    cpu_mode_changed(env_cpu(env), x86_mmu_idx(env));
}

void helper_clac(CPUX86State *env)
{
    env->eflags &= ~EFL_AC;
    cpu_mode_changed(env_cpu(env), x86_mmu_idx(env));
}

/* --- the rest --- */

void helper_cpuid(CPUX86State *env)
{
    uint32_t r[4];

    x86_cpuid(env, env->regs[R_RAX], env->regs[R_RCX], r);
    env->regs[R_RAX] = r[CPUID_EAX];
    env->regs[R_RBX] = r[CPUID_EBX];
    env->regs[R_RCX] = r[CPUID_ECX];
    env->regs[R_RDX] = r[CPUID_EDX];
}

/* The TSC, for RDTSC and RDTSCP; #GP if CR4.TSD keeps user code from it. */
uint64_t helper_rdtsc(CPUX86State *env)
{
    if (env->cr4 & CR4_TSD && x86_cpl(env) != 0) {
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
    return x86_tsc(env);
}

/* Of a program: what its kernel has put into TSC_AUX. */
uint64_t helper_cpu_number(CPUX86State *env)
{
    return host_cpu_number();
}

/* There are no performance counters. */
void helper_rdpmc(CPUX86State *env)
{
    x86_raise_err(env, EXCP_GP, 0, GETPC());
}

void helper_hlt(CPUX86State *env, uint64_t next)
{
    env->rip = next;
    env->eflags &= ~(uint32_t)EFL_RF;
    x86_end_shadow(env);
    env_cpu(env)->halted = true;
    x86_update_hflags(env);
}

/* RDFSBASE and the other three, when CR4.FSGSBASE forbids them. */
void helper_check_fsgsbase(CPUX86State *env)
{
    if (!(env->cr4 & CR4_FSGSBASE)) {
        x86_raise(env, EXCP_UD, GETPC());
    }
}

void helper_write_seg_base(CPUX86State *env, uint64_t reg, uint64_t base)
{
    if (!x86_canonical(env, base)) {
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
    env->seg[reg].base = env->seg_base[reg] = base;
}

/* LGDT and LIDT; which: 0, 1. */
void helper_load_table(CPUX86State *env, uint64_t which, uint64_t limit, uint64_t base)
{
    X86Table *t = which ? &env->idt : &env->gdt;

    if (x86_long_mode(env) && !x86_canonical(env, base)) {
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
    *t = (X86Table){.base = base, .limit = limit};
}

/* SGDT, SIDT, SLDT, STR, SMSW outside ring 0 under CR4.UMIP. */
void helper_check_umip(CPUX86State *env)
{
    if (env->cr4 & CR4_UMIP && x86_cpl(env) != 0) {
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
}

uint64_t helper_xgetbv(CPUX86State *env, uint64_t index)
{
    if (!(env->cr4 & CR4_OSXSAVE)) {
        x86_raise(env, EXCP_UD, GETPC());
    }
    if (index == 0) {
        return env->xcr0;
    }
    if (index > 1 || !x86_model_has(env->model, X86_FEAT_XGETBV1)) {
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
    return env->xcr0 & x86_states_in_use(env);
}

void helper_xsetbv(CPUX86State *env, uint64_t index, uint64_t val)
{
    uintptr_t ra = GETPC();

    if (!(env->cr4 & CR4_OSXSAVE)) {
        x86_raise(env, EXCP_UD, ra);
    }
    if (x86_cpl(env) != 0 || index || !(val & 1) || (val & 6) == 4 ||
        val & ~x86_xcr0_supported(env)) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    env->xcr0 = val;
    x86_update_hflags(env);
}

void helper_raise_software(CPUX86State *env, uint64_t vector, uint64_t next)
{
    x86_raise_software(env, vector, next, GETPC());
}

/* INT1: #DB as a trap, without a DR6 bit; the gate's DPL does not matter. */
void helper_int1(CPUX86State *env, uint64_t next)
{
    cpu_restore_state(env_cpu(env), GETPC());
    env->rip = next;
    x86_raise_debug(env, 0, 0);
}

uint64_t helper_rdrand(CPUX86State *env)
{
    return (uint64_t)g_random_int() << 32 | g_random_int();
}
