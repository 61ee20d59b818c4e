/* Connects the PC's local APICs to its vCPUs, and gives vCPU 0 the state of a direct
 * boot. */
/* SPDX-License-Identifier: MIT */
#include "hw/intc/apic.h"
#include "hw/x86/memmap.h"
#include "hw/x86/pc-internal.h"
#include "target/x86/seg.h"
#include "util/thread.h"

/* GDT of a direct boot, by selector / 8; the board writes it to MEM_BOOT_GDT. */
#define BOOT_GDT_LIMIT (BOOT_TSS + 8 - 1)

/* The request line is a level; `n` of each line is its CPU_INTERRUPT_* bit. */
static void set_request(void *opaque, int n, int level)
{
    if (level) {
        cpu_interrupt(opaque, n);
    } else if (n == CPU_INTERRUPT_HARD) {
        cpu_reset_interrupt(opaque, n);
    }
}

void pc_cpu_connect(Machine *m, unsigned n, Device *lapic)
{
    static const struct {
        const char *output;
        int request;
    } lines[] = {
        {"intr", CPU_INTERRUPT_HARD},
        {"nmi",  CPU_INTERRUPT_NMI },
        {"smi",  CPU_INTERRUPT_SMI },
        {"init", CPU_INTERRUPT_INIT},
        {"sipi", CPU_INTERRUPT_SIPI},
    };
    CPUState *cpu = m->cpus[n];
    for (unsigned i = 0; i < ARRAY_SIZE(lines); i++) {
        device_connect(lapic, lines[i].output,
                       (IRQLine){set_request, cpu, lines[i].request});
    }
    lapic_get_intc(lapic, &cpu->intc);
}

unsigned pc_cpu_current(const Machine *m)
{
    for (unsigned i = 1; m->cpus && i < m->ncpus; i++) {
        if (m->cpus[i]->thread && thread_is_self(m->cpus[i]->thread)) {
            return i;
        }
    }
    return 0;
}

uint32_t pc_apic_timer_hz(void)
{
    return X86_CRYSTAL_HZ;
}

static X86Seg flat_segment(uint16_t selector, uint32_t attr)
{
    return (X86Seg){.selector = selector,
                    .limit = UINT32_MAX,
                    .attr = attr | SEG_P | SEG_S | SEG_A | SEG_W | SEG_G};
}

static void set_flat_segments(CPUX86State *env, bool long_mode)
{
    X86Seg data = flat_segment(BOOT_DS, SEG_DB);
    for (int r = 0; r < NR_SEGS; r++) {
        seg_set(env, r, data);
    }
    seg_set(env, R_CS, flat_segment(BOOT_CS, SEG_CODE | (long_mode ? SEG_L : SEG_DB)));
    env->tr = (X86Seg){.selector = BOOT_TSS, .limit = 0x67, .attr = SEG_P | SYS_TSS_BUSY};
    env->gdt = (X86Table){.base = MEM_BOOT_GDT, .limit = BOOT_GDT_LIMIT};
    env->idt = (X86Table){.base = 0, .limit = 0};
}

static void boot_state(CPUX86State *env, const X86BootState *boot)
{
    bool long_mode = boot->mode == BOOT_LONG;
    env->cr0 = CR0_ET | CR0_NE | CR0_PE;
    if (long_mode) {
        env->cr0 |= CR0_PG;
        env->cr3 = MEM_PAGE_TABLES;
        env->cr4 = CR4_PAE;
        env->efer = EFER_LME | EFER_LMA;
    }
    set_flat_segments(env, long_mode);
    env->rip = boot->rip;
    env->regs[R_RSP] = boot->rsp;
    env->regs[R_RSI] = boot->rsi;
    env->regs[R_RBX] = boot->rbx;
    env->regs[R_RDX] = 0; /* not the CPU's signature: nobody expects it here */
    x86_update_hflags(env);
}

void pc_cpu_boot(Machine *m, const X86BootState *boot)
{
    for (unsigned i = 0; m->cpus && i < m->ncpus; i++) {
        CPUX86State *env = cpu_env(m->cpus[i]);
        m->cpus[i]->halted = env->wait_sipi = i > 0;
    }
    if (m->cpus && boot->mode != BOOT_RESET_VECTOR) {
        boot_state(cpu_env(m->cpus[0]), boot);
    }
}
