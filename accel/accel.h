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
    /* Makes vcpu_run() come back soon, when cpu_kick() alone does not; may be NULL. Any
     * thread. */
    void (*vcpu_kick)(CPUState *cpu);
    /* What -d stats prints at the end; may be NULL. */
    void (*print_stats)(FILE *out);
} AccelOps;

/* All accelerators of this program (accel/accels.def), the default first, ended by NULL.
 */
extern const AccelOps *const accel_list[];

/*
 * Finds the accelerator that `spec` ("tcg,thread=single,tb-size=64") names, and sets its
 * properties. NULL with *errp set when there is none such or a property is wrong.
 */
const AccelOps *accel_select(const char *spec, GError **errp);

/* `-accel help`: one line an accelerator and one a property. */
void accel_print_help(FILE *out);

#endif
