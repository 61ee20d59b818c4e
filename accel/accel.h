/* AccelOps: what the program asks of an accelerator; the list of them and the choice. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_ACCEL_H
#define ACCEL_ACCEL_H

#include <stdio.h>

#include "cpu/cpu.h"
#include "util/common.h"
#include "util/error.h"

/*
 * The life of an accelerator: set_option() for each property of -accel, init(),
 * vcpu_init() for each vCPU before any runs, vcpu_run() again and again in each vCPU's
 * thread, vcpu_fini() when its thread has ended, exit(). Changes of memory reach it by a
 * MemoryListener. After vcpu_run() returned, the vCPU's env holds all state, in
 * architectural form.
 *
 * Where a machine changes its accelerator, all vCPUs go by vcpu_fini() of the one and
 * vcpu_init() of the other, in the main thread while their own ones are paused; exit() of
 * the old comes in between, init() of the new before. What the old one knew is void from
 * then on: memory and env change.
 */

/* Why vcpu_run() came back. */
typedef enum CPUExit {
    CPU_EXIT_REQUEST, /* CPU_INTERRUPT_EXIT was set or `stopped` is: the program clears it
                       */
    CPU_EXIT_HALT, /* `halted` is set and there is no work: call cpu_wait(), then go on */
    CPU_EXIT_DEBUG,     /* a debugger's breakpoint, watchpoint or step */
    CPU_EXIT_SYSCALL,   /* of a program: pc is behind it */
    CPU_EXIT_EXCEPTION, /* of a program: exception_index, which is to become -1 */
    CPU_EXIT_SHUTDOWN,  /* the vCPU cannot go on (x86: triple fault): reset the machine */
    CPU_EXIT_POWEROFF,  /* the guest has switched the machine off, past all devices */
    CPU_EXIT_ERROR, /* the accelerator cannot go on, and has said why: end the program */
} CPUExit;

/* A property of -accel NAME,property=value. */
typedef struct AccelOption {
    const char *name; /* NULL ends a table */
    const char *usage, *desc;
} AccelOption;

typedef struct AccelOps {
    const char *name; /* "tcg", "kvm" */
    const char *desc;
    const AccelOption *options; /* ended by a row without a name; NULL: none */
    bool translates;            /* needs nothing of the host, executes everything */
    unsigned max_vcpus;         /* of a machine; 0: as many as it likes */
    /* Where set_option() keeps values: plain data, which is put back when a change fails.
     * NULL: no options. */
    void *settings;
    size_t settings_size;

    /* Takes one property; `key` is in `options`. */
    bool (*set_option)(const char *key, const char *value, GError **errp);
    /* False: not possible on this host. Before any vCPU is made. */
    bool (*init)(GError **errp);
    void (*exit)(void);
    bool (*vcpu_init)(CPUState *cpu, GError **errp);
    void (*vcpu_fini)(CPUState *cpu);
    /*
     * Runs the vCPU in the calling thread, without the machine lock, until there is
     * something for the program to do. Queued work (run_on_cpu) is done on the way.
     */
    CPUExit (*vcpu_run)(CPUState *cpu);
    /* What `info accel` says of a vCPU; may be NULL. In its thread, or while it is
     * paused. */
    void (*info)(CPUState *cpu, GString *to);
    /* What -d stats prints at the end; may be NULL. */
    void (*print_stats)(FILE *out);
} AccelOps;

/* All accelerators of this program (accel/accels.def, list-*.c), the default first, ended
 * by NULL. */
extern const AccelOps *const accel_list[];

/* What the user asks for, and what has become of it. The arrays belong to the caller. */
typedef struct AccelChoice {
    const char *const *specs;    /* values of -accel ("tcg,tb-size=64") ended by NULL */
    const char *const *switches; /* properties that are to be on besides; NULL: none */
    const char *const *own;      /* ... that the program handles; NULL: none */
    /* A value for the property "kernel-irqchip" of those that have it; NULL: none. */
    const char *kernel_irqchip;
    unsigned which;      /* the spec that is tried first; then the one taken */
    const AccelOps *ops; /* initialized; NULL: none taken yet */
} AccelChoice;

/*
 * Takes the first usable accelerator from c->which on and initializes it. A warning says
 * why each before it is not usable: this program has none such, or the host does not
 * allow it. False when none is left, or the value of a property is wrong.
 */
bool accel_choose(AccelChoice *c, GError **errp) USER_CHECKED;

/*
 * Gives n new vCPUs to the accelerator that was chosen. One that cannot have them is left
 * with a warning for the next usable of the list. False as above; nobody has the vCPUs.
 */
bool accel_start(AccelChoice *c, CPUState *const *cpus, unsigned n,
                 GError **errp) USER_CHECKED;

/*
 * Has the accelerator of `spec` take over n vCPUs from *ops, which becomes that one.
 * Their threads are paused. Properties that `spec` does not name stay as they were; it
 * may name the present accelerator with others. False: all is as it was, or *ops is NULL
 * when the way back failed as well.
 */
bool accel_change(const AccelOps **ops, const char *spec, const char *const *own,
                  CPUState *const *cpus, unsigned n, GError **errp) USER_CHECKED;

/* The accelerator that executes what others cannot, initialized; NULL with *errp set when
 * there is none. Its vCPUs may have another accelerator besides, which runs them. */
const AccelOps *accel_translator(GError **errp);

/* exit() of those that are initialized. */
void accel_exit_all(void);

/* `-accel help`: one line an accelerator and one a property. */
void accel_print_help(FILE *out);

#endif
