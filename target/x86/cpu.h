/* State of an x86 vCPU, in the SDM's terms. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_CPU_H
#define TARGET_X86_CPU_H

#include "cpu/cpu.h"
#include "cpu/ldst.h"
#include "cpu/mmu.h"
#include "target/x86/regs.h"
#include "target/x86/x87.h"
#include "tcg/x87.h"
#include "util/bitops.h"

/* EFLAGS (SDM vol. 1, figure 3-8); the arithmetic ones are CC_* of tcg/cc.h. */
enum {
    EFL_CF = 1 << 0,
    EFL_FIXED = 1 << 1,
    EFL_PF = 1 << 2,
    EFL_AF = 1 << 4,
    EFL_ZF = 1 << 6,
    EFL_SF = 1 << 7,
    EFL_TF = 1 << 8,
    EFL_IF = 1 << 9,
    EFL_DF = 1 << 10,
    EFL_OF = 1 << 11,
    EFL_IOPL = 3 << 12,
    EFL_IOPL_SHIFT = 12,
    EFL_NT = 1 << 14,
    EFL_RF = 1 << 16,
    EFL_VM = 1 << 17,
    EFL_AC = 1 << 18,
    EFL_VIF = 1 << 19,
    EFL_VIP = 1 << 20,
    EFL_ID = 1 << 21,
};

/* CR0. */
enum {
    CR0_PE = 1 << 0,
    CR0_MP = 1 << 1,
    CR0_EM = 1 << 2,
    CR0_TS = 1 << 3,
    CR0_ET = 1 << 4,
    CR0_NE = 1 << 5,
    CR0_WP = 1 << 16,
    CR0_AM = 1 << 18,
    CR0_NW = 1 << 29,
    CR0_CD = 1 << 30,
};
#define CR0_PG (1u << 31)

/* CR4. */
enum {
    CR4_VME = 1 << 0,
    CR4_PVI = 1 << 1,
    CR4_TSD = 1 << 2,
    CR4_DE = 1 << 3,
    CR4_PSE = 1 << 4,
    CR4_PAE = 1 << 5,
    CR4_MCE = 1 << 6,
    CR4_PGE = 1 << 7,
    CR4_PCE = 1 << 8,
    CR4_OSFXSR = 1 << 9,
    CR4_OSXMMEXCPT = 1 << 10,
    CR4_UMIP = 1 << 11,
    CR4_LA57 = 1 << 12,
    CR4_FSGSBASE = 1 << 16,
    CR4_PCIDE = 1 << 17,
    CR4_OSXSAVE = 1 << 18,
    CR4_SMEP = 1 << 20,
    CR4_SMAP = 1 << 21,
};

/* EFER. */
enum {
    EFER_SCE = 1 << 0,
    EFER_LME = 1 << 8,
    EFER_LMA = 1 << 10,
    EFER_NXE = 1 << 11,
    EFER_FFXSR = 1 << 14,
};

/* Exceptions (SDM vol. 3, 6.3.1). */
enum {
    EXCP_DE = 0,
    EXCP_DB = 1,
    EXCP_NMI = 2,
    EXCP_BP = 3,
    EXCP_OF = 4,
    EXCP_BR = 5,
    EXCP_UD = 6,
    EXCP_NM = 7,
    EXCP_DF = 8,
    EXCP_TS = 10,
    EXCP_NP = 11,
    EXCP_SS = 12,
    EXCP_GP = 13,
    EXCP_PF = 14,
    EXCP_MF = 16,
    EXCP_AC = 17,
    EXCP_MC = 18,
    EXCP_XM = 19,
    EXCP_INT = 0x100,      /* + vector: INT n, INT3, INTO; next rip in exception_next */
    EXCP_EXTERNAL = 0x200, /* + vector: an interrupt that was acknowledged */
};

/*
 * hflags: what translation depends on. TBKey.flags is exactly this word. Kept up to date
 * by x86_update_hflags(), which every change of a control register, segment or EFLAGS bit
 * below calls.
 */
enum {
    HF_CPL_MASK = 3,
    HF_CS64 = 1 << 2,   /* 64-bit code                                        */
    HF_CS32 = 1 << 3,   /* CS.D                                               */
    HF_SS32 = 1 << 4,   /* stack address size when not 64-bit code            */
    HF_ADDSEG = 1 << 5, /* not 64-bit code: some of DS, ES, SS has a base     */
    HF_PE = 1 << 6,
    HF_VM = 1 << 7,      /* virtual-8086 mode                                  */
    HF_TF = 1 << 8,      /* single step                                        */
    HF_INHIBIT = 1 << 9, /* shadow of STI or MOV SS covers the first instruction */
    HF_MP = 1 << 10,
    HF_EM = 1 << 11,
    HF_TS = 1 << 12,
    HF_LMA = 1 << 13,
    HF_IOPL_SHIFT = 14, /* 14, 15 */
    HF_OSFXSR = 1 << 16,
    HF_OSXSAVE = 1 << 17, /* CR4.OSXSAVE                                        */
    HF_AVX = 1 << 18,     /* OSXSAVE and XCR0 enables AVX                       */
    HF_LIMITS = 1 << 19, /* not 64-bit: SS, DS or ES is not flat 4 GiB and writable, or CS
                            not flat and readable: accesses check limit and type. Those by
                            FS and GS always do. */
    HF_RF = 1 << 20,
    HF_UMIP = 1 << 21,
    HF_SIMD_UNMASKED = 1 << 22, /* MXCSR leaves a SIMD exception unmasked */
    HF_X87_UNMASKED = 1 << 23,  /* the x87 control word leaves one unmasked */
    HF_SIMD_FLUSHES = 1 << 26,  /* MXCSR has FTZ or DAZ */
    HF_PROGRAM = 1 << 24, /* a program without a kernel: SYSCALL is for the emulator */
    HF_AC = 1 << 25,      /* ring 3 under CR0.AM and EFLAGS.AC: data must be aligned */
};

#define NOTE_NO_BRANCH INT64_MAX
#define NOTE_RELATIVE                                                 \
    BIT64(62) /* beside the offset in unit_page: no address has it so \
               */

/* A segment register with its hidden part (SDM vol. 3, 3.4.3). */
typedef struct X86Seg {
    uint16_t selector;
    uint32_t attr;  /* descriptor bits 55:40 in bits 15:0 (type, S, DPL, P, AVL, L, D/B,
                       G); limit bits are not kept here */
    uint32_t limit; /* in bytes, granularity applied */
    uint64_t base;
} X86Seg;
/* X86Seg.attr */
enum {
    SEG_TYPE = 15,
    SEG_A = 1 << 0,
    SEG_W = 1 << 1, /* data: writable;    code: readable   */
    SEG_R = 1 << 1,
    SEG_E = 1 << 2, /* data: expand down; code: conforming */
    SEG_C = 1 << 2,
    SEG_CODE = 1 << 3,
    SEG_S = 1 << 4,
    SEG_DPL_SHIFT = 5,
    SEG_P = 1 << 7,
    SEG_AVL = 1 << 12,
    SEG_L = 1 << 13,
    SEG_DB = 1 << 14,
    SEG_G = 1 << 15,
};

typedef struct X86Table {
    uint64_t base;
    uint16_t limit;
} X86Table;

/* A vector register: XMM in the low 16 bytes. */
typedef union X86Vec {
    uint8_t b[32];
    uint16_t w[16];
    uint32_t d[8];
    uint64_t q[4];
} __attribute__((aligned(32))) X86Vec;

typedef struct X86Model X86Model; /* cpuid.h */

typedef struct CPUX86State {
    uint64_t regs[16]; /* by encoding: RAX RCX RDX RBX RSP RBP RSI RDI R8.. */
    uint64_t rip;
    uint32_t cc_op, cc_unused; /* the arithmetic flags, as tcg/cc.h tells */
    uint64_t cc_a, cc_b, cc_c, cc_r;
    int64_t exit_note; /* RIP of the near branch that found no code, or NOTE_* */
    int64_t df;        /* 1: strings go up; -1: down */
    uint32_t hflags;
    uint32_t mxcsr;
    uint32_t eflags; /* all but arithmetic bits and DF, which are 0 here; bit 1 is 1 */
    uint8_t vec_loaded, x87_loaded; /* the back end's, see guest-desc.h */
    uint16_t x87_host_cw;
    uint64_t seg_base[NR_SEGS]; /* copies of seg[].base that generated code adds */
    X86Vec vec[16];
    X86Vec vec_tmp;     /* a memory operand on its way to a helper */
    uint64_t unit_page; /* tcg/guest-desc.h */

    X86Seg seg[NR_SEGS];
    X86Seg ldt, tr;
    X86Table gdt, idt;
    uint64_t cr0, cr2, cr3, cr4;
    uint64_t dr[8];
    uint64_t efer, star, lstar, cstar, fmask, kernel_gs_base;
    uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
    uint64_t pat, tsc_aux, xcr0, xss, misc_enable, mtrr[32], mtrr_def, mcg_status,
        spec_ctrl, tsc_adjust;
    int64_t tsc_offset;        /* guest TSC = host-derived counter + offset */
    uint64_t pv_wall, pv_time; /* MSRs of pvclock.h */
    X87State x87;

    /* The exception on its way: set by raise_*, used by deliver_exception. */
    uint64_t exception_next; /* of software interrupts: the instruction's end */
    uint32_t error_code;
    bool has_error_code;
    uint64_t fault_cr2;   /* becomes CR2 when a #PF is delivered */
    bool bad_address;     /* the #GP that is pending is of fault_cr2 */
    uint64_t pending_dr6; /* becomes DR6 bits when a #DB is delivered */
    /* of a #DB that is to be raised behind the running instruction, or the one behind MOV
     * SS */
    uint64_t held_dr6;
    int old_exception; /* for double faults: being delivered, or -1 */
    bool nmi_blocked;
    bool wait_sipi; /* after INIT: halted, and nothing but a start-up IPI changes that */
    bool inhibit_irq;  /* shadow of the last STI or MOV SS; mirrored in HF_INHIBIT */
    bool ss_shadow;    /* it is of MOV SS, and holds back #DB too */
    bool triple_fault; /* the machine is to be reset */

    /* From here on nothing changes at reset: set by whoever made the vCPU. */
    const X86Model *model;
    uint64_t features[3]; /* a copy of the model's: bit f of the array is X86Feature f */
    const struct Clock *clock; /* guest time; NULL: the host's monotonic clock */
    uint64_t tsc_hz;           /* x86_tsc_hz(); 0: X86_TSC_HZ */
    bool offers_pvclock;       /* pvclock.h: who runs the guest keeps that clock */
    uint32_t crystal_hz;       /* x86_crystal_hz(); 0: X86_CRYSTAL_HZ */
    bool is_program;           /* user.c: no kernel, SYSCALL leaves vcpu_run() */
    void (*reset_request)(void *opaque); /* on a triple fault; NULL: none */
    void *reset_opaque;
} CPUX86State;

static_assert(offsetof(CPUX86State, seg_base) < 512,
              "hot fields are near the env pointer");

extern const CPUOps x86_cpu_ops;

/*
 * The vCPU of a program: 64-bit mode, privilege level 3, flat segments, all that
 * x86_reset() left undone by a kernel. Exceptions and system calls end vcpu_run().
 */
extern const CPUOps x86_user_cpu_ops;

/* The arithmetic flags, DF and the rest as one EFLAGS image; and back (all bits taken as
 * they are, hflags updated). */
uint32_t x86_eflags(CPUX86State *env);
void x86_set_eflags(CPUX86State *env, uint32_t val);
/* The same by who calls x86_update_hflags() afterwards. */
void x86_store_eflags(CPUX86State *env, uint32_t val);

/* Recomputes hflags and the MMU mode from the whole state and tells the engine. After
 * bulk changes (reset, loader, debugger, SMM). */
void x86_update_hflags(CPUX86State *env);
/* The same, and flushes the TLB: control registers were changed by other than an
 * instruction. */
void x86_mapping_changed(CPUX86State *env);

/* Every change of MXCSR by the guest. */
void x86_set_mxcsr(CPUX86State *env, uint32_t val);
/* INIT: reset, but for vectors, x87 and most MSRs (SDM vol. 3, table 10-1). All but the
 * first vCPU wait for a start-up IPI then. */
void x86_take_init(CPUState *cpu);

/* After every change of exception masks in the x87 control word, but for one that leaves
 * all masked. */
void x86_x87_masks_changed(CPUX86State *env);

/* GuestDesc.x87_op(). */
uint64_t x86_x87_op(void *env, const X87Op *op);

static inline unsigned x86_cpl(const CPUX86State *env)
{
    return env->hflags & HF_CPL_MASK;
}
/* MMU modes: user; kernel with SMAP enforced; kernel without. */
enum { MMU_USER, MMU_KERNEL_SMAP, MMU_KERNEL };
int x86_mmu_idx(const CPUX86State *env);

/* The guest's time stamp counter, of x86_tsc_hz() ticks a second: that is X86_TSC_HZ,
 * unless the host's counter is what it reads. */
#define X86_TSC_HZ     1000000000ull
#define X86_CRYSTAL_HZ 25000000u
uint64_t x86_tsc(CPUX86State *env);
static inline uint64_t x86_tsc_hz(const CPUX86State *env)
{
    return env->tsc_hz ? env->tsc_hz : X86_TSC_HZ;
}
/* Another rate, from here on; the counter goes on from where it is. */
void x86_set_tsc_hz(CPUX86State *env, uint64_t hz);
/* CPUID 15h; also the clock of the local APIC's timer. X86_CRYSTAL_HZ, unless an
 * accelerator has the APIC and can have only another. */
static inline uint32_t x86_crystal_hz(const CPUX86State *env)
{
    return env->crystal_hz ? env->crystal_hz : X86_CRYSTAL_HZ;
}
static inline void x86_set_crystal_hz(CPUX86State *env, uint32_t hz)
{
    env->crystal_hz = hz;
}

/* RDMSR and WRMSR of the vCPU; false: #GP(0). In its thread. */
bool x86_msr_read(CPUX86State *env, uint32_t number, uint64_t *val);
bool x86_msr_write(CPUX86State *env, uint32_t number, uint64_t val);

/* EFLAGS bits that POPF and IRET may change at the current privilege level; size: bytes
 * of the image. */
uint32_t x86_popf_mask(const CPUX86State *env, unsigned size);

/* Raises exception `vector` at the instruction of return address ra (0: env is
 * precise). */
void x86_raise(CPUX86State *env, int vector, uintptr_t ra) __attribute__((noreturn));
void x86_raise_err(CPUX86State *env, int vector, uint32_t error_code, uintptr_t ra)
    __attribute__((noreturn));

#endif
