/* KVM: the virtual machine, its vCPUs, and what the files of this folder ask of each
 * other. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_KVM_INTERNAL_H
#define ACCEL_KVM_INTERNAL_H

#include <linux/kvm.h>

#include "accel/accel.h"
#include "target/x86/cpu.h"
#include "target/x86/cpuid.h"

#define KVM_DEBUG_POINTS 4 /* debug registers for addresses */
#define KVM_KICK_SIGNAL  SIGUSR1
#define KVM_IOAPIC_BASE  0xfec00000u /* where KVM's I/O APIC is */

/* DEFAULT: nothing was asked for. It is ON; AUTO where all of ring 0 is emulated. */
typedef enum KVMAssist {
    KVM_ASSIST_DEFAULT,
    KVM_ASSIST_OFF,
    KVM_ASSIST_ON,
    KVM_ASSIST_AUTO
} KVMAssist;

typedef struct KVMSlot {
    hwaddr start, size; /* size 0: the slot is free */
    RAMBlock *ram;
    hwaddr offset; /* in it */
    bool readonly;
} KVMSlot;

/* The one virtual machine of the program. */
typedef struct KVMState {
    int dev, vm; /* /dev/kvm and what KVM_CREATE_VM gave; -1: none */
    size_t run_size;
    bool has_xcrs;
    size_t xsave_size; /* of what KVM_GET_XSAVE2 and KVM_SET_XSAVE move */

    MemoryListener listener; /* as long as there are vCPUs */
    GArray *slots;           /* of KVMSlot, by number; under the machine lock */
    char *failure;           /* why a slot could not be set: nothing runs any more */
    unsigned nvcpus;
    struct KVMVcpu *vcpus; /* all of them; under the machine lock */
    unsigned nrunning;     /* in vcpu_run(), with split; under the machine lock */
    int64_t tsc_stood;     /* state.c: clock_stood_ns() that tsc_shift is for */
    uint64_t tsc_shift;    /* what has been added to the TSC of each of several vCPUs */
    int64_t clock_stood;   /* pvclock.c: clock_stood_ns() when KVM's was set; -1: never */

    struct kvm_msr_list *msrs; /* those that KVM saves and restores */
    struct kvm_cpuid2 *cpuid;  /* what it can offer */
    KVMAssist assist, asked;   /* the translator helps out; what the option said */
    bool user_msr;             /* MSRs that it does not know come to us */
    bool split;                /* it has the local APICs */
    bool chips;                /* ... and 8259s and I/O APIC */
    bool coalesces;            /* writes that may wait are collected */
    bool logs_dirty;           /* it may log writes to memory */
    bool bare;                 /* see features.c: no virtual machine behind it */
} KVMState;
extern KVMState kvm;

/* assist=auto of a vCPU; the vCPU's thread, `due` and `armed` in a signal handler too. */
typedef struct KVMAuto {
    bool timer_made; /* false: not asked for */
    timer_t timer;
    volatile bool due, armed;
    bool translates; /* the translator has the guest, and not KVM */
    bool stats_asked;
    int stats;         /* KVM's statistics of the vCPU; -1: it has none */
    off_t emulated_at; /* in them: instructions emulated; 0: not there */
    off_t exits_at;    /* ... exits of the guest */
    /* At the last look: CPU time, instructions emulated, exits, accesses to devices. */
    int64_t cpu_ns;
    uint64_t emulated, exits, devices;
    int64_t insn_ns;                      /* what one costs here; 0: not known */
    int64_t assist_ns, assist_began;      /* time of assists since then */
    unsigned looks, user_looks, patience; /* looks since the last switch */
    uint64_t times;                       /* that KVM only emulated */
    int64_t translated_ns, since;         /* in all; since when it is */
} KVMAuto;

/* What KVM knows of a CPUState: its vm_data. Used by the vCPU's thread, but for `tid` and
 * `in_guest`. */
typedef struct KVMVcpu {
    CPUState *cpu;
    struct KVMVcpu *next;
    int fd;
    struct kvm_run *run;       /* mapped */
    int tid;                   /* of the thread that runs it; 0: none yet */
    bool in_guest;             /* about to enter KVM_RUN, or in it: kick by signal */
    bool env_valid;            /* env is newer than, or the same as, KVM's state */
    bool io_pending;           /* the last exit has to be completed by the next KVM_RUN */
    uint64_t tsc_shift;        /* state.c: what has been added to its TSC */
    uint64_t pv_wall, pv_time; /* pvclock.c: the MSRs as KVM has them */
    int64_t clock_stood;       /* ... and clock_stood_ns() when it ran last */
    bool put_tsc; /* the TSC goes to KVM with the next state: guest time stood still */
    struct kvm_guest_debug debug;                  /* as KVM was told last */
    struct CPUWatchpoint *watch[KVM_DEBUG_POINTS]; /* by debug register; NULL: none */
    vaddr stopped_at;   /* linear pc of the last stop for a debugger */
    bool step_over;     /* ... was a breakpoint, which does not hit again at once */
    bool inject_db;     /* #DB is the guest's */
    uint64_t apic_base; /* as KVM told last, and so CR8 */
    uint8_t apic_cr8;
    uint64_t deadline;   /* split.c: of the timer, which KVM is to get; 0: none */
    uint32_t timer_seen; /* split.c: the timer's count when it was settled */
    bool nmi_passed;     /* the NMI that waits is not LINT1's, or has passed it */
    bool translating;    /* what the translator has made of the guest is up to date */
    const AccelOps *translator; /* that helps out; NULL: not needed yet */
    KVMAuto automatic;
    uint64_t exits[64]; /* by exit reason */
    uint64_t fetches, pushes, assists;
    /* The translator was to run the guest again: began anew, or went on without the units
     * of so many pages. */
    uint64_t began, went_on, pages_gone;
    struct kvm_coalesced_mmio_ring
        *ring;            /* of all vCPUs, in this one's run area; or NULL */
    uint64_t late_writes; /* that this vCPU took from it */
} KVMVcpu;

static inline KVMVcpu *kvm_vcpu(CPUState *cpu)
{
    return cpu->vm_data;
}

/* ioctl() that is begun again after a signal; -1 with errno. */
int kvm_ioctl(int fd, unsigned long request, void *arg);
/* The value of an extension: 0, when KVM has not got it. */
int kvm_check(int extension);

/* Tells KVM of a slot, or that it is free; false with errno. */
bool kvm_set_slot(const KVMSlot *slot);
/* KVM forgets what it has made of the guest's page tables. Under the machine lock. */
void kvm_renew_slots(void);

/* ---- dirty.c: what the guest writes under KVM; under the machine lock ---- */

/* The translator has run the guest, and KVM is about to: its writes are logged. */
void kvm_dirty_start(void);
/* The translator has no units any more. */
void kvm_dirty_stop(void);
/* Whether slots are to have KVM_MEM_LOG_DIRTY_PAGES. */
bool kvm_dirty_logs(void);
/* A slot goes, and what was logged of it. */
void kvm_dirty_lost(void);
/* Tells the translator what was written since kvm_dirty_start(): *code pages that it had
 * units from. False: that is not known. */
bool kvm_dirty_read(unsigned *code);

/* ---- assist.c ---- */

/* KVM cannot execute the next instruction: the translator does. True: leave the loop for
 * *why. */
bool kvm_assist(KVMVcpu *v, CPUExit *why);
/* env has state that KVM has no place for: the next instruction is to be translated. */
bool kvm_assist_holds(const KVMVcpu *v);
/* The translator runs the guest until there is something to be done. True as above. */
bool kvm_translate(KVMVcpu *v, CPUExit *why);
void kvm_assist_fini(KVMVcpu *v);

/* ---- auto.c: assist=auto; but for what KVM has emulated, nothing happens where it was
 * not asked for ---- */

/* In the vCPU's thread; `signal` is the one that kicks it. */
void kvm_auto_start(KVMVcpu *v, int signal);
/* vcpu_run() is being left. No signal comes from then on before kvm_auto_translates(). */
void kvm_auto_pause(KVMVcpu *v);
void kvm_auto_fini(KVMVcpu *v);
/* In the handler of the timer's signal. */
void kvm_auto_due(KVMVcpu *v);
/* Before the guest is entered: whether it is to go on translated. */
bool kvm_auto_translates(KVMVcpu *v);
/* An assist begins; ends, with the state given back (or nothing has begun). */
void kvm_auto_assist(KVMVcpu *v, bool begin);
/* For `info accel`. */
void kvm_auto_info(const KVMVcpu *v, GString *to);

/* ---- vcpu.c ---- */

CPUExit kvm_vcpu_run(CPUState *cpu);
/* Makes env the current state. In the vCPU's thread. */
void kvm_fetch(KVMVcpu *v);
void kvm_kick(CPUState *cpu);

/* An access of the guest's: in one piece whatever its address is, unless its length is
 * odd. */
void kvm_access_device(AddressSpace *as, hwaddr addr, uint8_t *data, unsigned len,
                       bool is_write);

/* ---- coalesce.c: writes that reach their device late ---- */

/* With the first vCPU that there is; when the last has gone. Under the machine lock. */
void kvm_coalesce_start(CPUState *cpu);
void kvm_coalesce_stop(void);
/* The vCPU has its run area. */
void kvm_coalesce_map(KVMVcpu *v);
/* What was written late reaches its devices. In the vCPU's thread, after each KVM_RUN. */
void kvm_coalesce_drain(KVMVcpu *v);

/* ---- state.c: registers between KVM and env ---- */

/* Which of KVM's MSRs env has fields for; once per program. */
bool kvm_state_init(GError **errp) USER_CHECKED;
void kvm_state_exit(void);
/* The whole state; false with errno when KVM refuses a part, which is logged. */
bool kvm_get_state(KVMVcpu *v);
bool kvm_put_state(KVMVcpu *v);
/* Whether KVM takes what the guest has in its control registers, before the state goes
 * there: another accelerator may have let it use what this KVM does not offer. */
bool kvm_try_state(KVMVcpu *v, GError **errp) USER_CHECKED;
/* The vCPU has come to HLT: makes what x86_has_work() looks at current, and no more. */
void kvm_get_halted(KVMVcpu *v);
/* The vCPU has had a triple fault: a reset will find it as any other. */
void kvm_after_shutdown(KVMVcpu *v);
/* env's offset of the TSC follows the host's counter. Not needed after kvm_get_state().
 */
void kvm_get_tsc(KVMVcpu *v);
/* KVM_GET_MSRS or KVM_SET_MSRS for one; false: KVM does not. */
bool kvm_one_msr(KVMVcpu *v, unsigned long request, uint32_t number, uint64_t *val);
/* The rate of the guest's TSC is to be X86_TSC_HZ, or what the host has. */
void kvm_init_tsc(KVMVcpu *v);

/* ---- pvclock.c: kvmclock, a part of the state; nothing where CPUID has it not ---- */

/* After the TSC. */
bool kvm_get_pvclock(KVMVcpu *v, CPUX86State *env);
/* Before the TSC: put_tsc says whether that is to be set. */
bool kvm_put_pvclock(KVMVcpu *v, CPUX86State *env);

/* ---- features.c: CPUID ---- */

/* What KVM can offer is asked once. */
bool kvm_features_init(GError **errp) USER_CHECKED;
void kvm_features_exit(void);
/*
 * Gives the vCPU the CPUID of its model. Features that the host lacks go from the models
 * that are made of what there is (max, host); else they are an error.
 */
bool kvm_set_cpuid(KVMVcpu *v, GError **errp) USER_CHECKED;

/* ---- debug.c ---- */

/* False: there are more breakpoints and watchpoints than the processor has places for, or
 * any at all where it stops at none. */
bool kvm_debug_fits(KVMVcpu *v);
/* In this order: with env valid; after it went to KVM, before the guest is entered. */
void kvm_debug_before_push(KVMVcpu *v);
void kvm_debug_before_run(KVMVcpu *v);
/* Whether the next instruction is one to stop behind, which this KVM would not do. */
bool kvm_debug_steps_alone(const KVMVcpu *v);
/* -d cpu; fetches the state. */
void kvm_debug_log(KVMVcpu *v);
/* KVM_EXIT_DEBUG. True: leave the loop for *why. */
bool kvm_debug_exit(KVMVcpu *v, CPUExit *why);

/* ---- irqchip.c ---- */

/* Before KVM_RUN: what is pending and acceptable goes in. */
void kvm_inject(KVMVcpu *v, uint32_t pending);
/* After it: TPR and APIC base go back to the controller. */
void kvm_after_run(KVMVcpu *v);

/* ---- split.c: local APICs in the kernel; nothing happens where they are not ---- */

/* For a new virtual machine. */
bool kvm_split_create(GError **errp) USER_CHECKED;
/* Before the vCPU's CPUID is made. */
void kvm_split_init_vcpu(KVMVcpu *v);
/* vcpu_run() begins; is being left, with the state fetched. */
void kvm_split_enter(void);
void kvm_split_leave(void);
/* KVM has the vCPU's APIC from here on. Before the rest of its state goes there, */
void kvm_split_give(KVMVcpu *v);
/* and after it; false with errno. */
bool kvm_split_put_deadline(KVMVcpu *v);
/* Before the state is fetched: what the APIC has begun is completed. */
void kvm_split_settle(KVMVcpu *v);
/* The state has been fetched: so is the APIC, of one vCPU to be used, else to be seen. */
void kvm_split_take(KVMVcpu *v);
/* Whether the vCPU waits: for interrupts or to be started. Parts of the state. */
bool kvm_split_get_waiting(KVMVcpu *v, CPUX86State *env);
bool kvm_split_put_waiting(KVMVcpu *v, CPUX86State *env);
/* Before KVM_RUN: whether the 8259 pair asks. */
void kvm_split_inject(KVMVcpu *v, bool pending);
/* KVM_EXIT_IOAPIC_EOI. */
void kvm_split_eoi(KVMVcpu *v);
/* The NMI that waits is let through by LINT1, if that is where it comes from. */
bool kvm_split_takes_nmi(KVMVcpu *v);

/* ---- chips.c: the other interrupt controllers in the kernel; under the machine lock,
 * nothing happens where they are not to be there ---- */

/* For a new virtual machine: `taker` has them too. */
bool kvm_chips_create(CPUIntcTaker *taker, GError **errp) USER_CHECKED;
/* KVM gets them unless it has them. All local APICs are there. */
void kvm_chips_give(KVMVcpu *v, const CPUIntcTaker *taker);
/* They come back, or are shown as they are now (`look`). */
void kvm_chips_take(KVMVcpu *v, bool look);

#endif
