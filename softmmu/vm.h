/* VM: a machine with its threads, its event loop and its run state. */
/* SPDX-License-Identifier: MIT */
#ifndef SOFTMMU_VM_H
#define SOFTMMU_VM_H

#include "accel/accel.h"
#include "backends/chardev.h"
#include "hw/core/machine.h"
#include "softmmu/options.h"
#include "target/x86/cpuid.h"
#include "util/event-loop.h"

/*
 * The main thread holds the machine lock, except where the event loop waits. It alone
 * changes the run state. Others ask for a change (vm_request_*), and a bottom half in the
 * main thread grants it with all vCPUs paused.
 */

typedef enum RunState {
    RUN_STATE_PAUSED, /* made, or stopped: vCPUs and clock stand still */
    RUN_STATE_RUNNING,
    RUN_STATE_SHUTDOWN, /* powered off, and -no-shutdown */
} RunState;

typedef struct VM VM;
typedef struct Signals Signals;

typedef struct VCPU {
    VM *vm;
    CPUState *cpu;
    Thread thread;
    bool paused; /* the thread has seen cpu->stopped; under the machine lock */
} VCPU;

struct VM {
    const Options *opts;
    Machine machine;
    EventLoop *loop;
    const AccelOps *accel;
    X86Model model;
    Signals *signals;
    RunState state;

    VCPU *vcpus;
    unsigned nready;    /* that the accelerator knows */
    unsigned nvcpus;    /* that have a thread */
    bool vcpus_quit;    /* threads are to end */
    CondVar pause_cond; /* with the machine lock: a VCPU's paused has changed */

    /* Requests that the bottom half has not granted yet; under the machine lock. */
    EvBH *request_bh;
    bool reset_requested, shutdown_requested, exit_requested;
    int exit_status;
};

/* ---- machine.c: making and wiring ---- */

/* Builds everything `opts` describe, paused. On failure vm_destroy() is still to be
 * called. */
bool vm_create(VM *vm, const Options *opts, GError **errp) USER_CHECKED;
void vm_destroy(VM *vm);
void machine_print_help(FILE *out);

/* ---- runstate.c ---- */

void vm_start(VM *vm);
void vm_stop(VM *vm);
/* Runs the event loop until the program is to end; returns its exit status. */
int vm_run(VM *vm);
/* Any thread, machine lock held. They return at once. */
void vm_request_reset(VM *vm);
void vm_request_shutdown(VM *vm);
void vm_request_exit(VM *vm, int status);
/* The `request` of struct Machine. */
void vm_machine_request(Machine *m, MachineRequest what, int code);

/* ---- vcpus.c ---- */

/* Starts the threads, paused. */
void vcpus_create(VM *vm);
/* Makes all vCPUs leave guest code at the next exit check; does not wait. Any thread,
 * locked. */
void vcpus_stop_soon(VM *vm);
/* As vcpus_stop_soon(), and waits until they have. Main thread. */
void vcpus_pause(VM *vm);
void vcpus_resume(VM *vm);
/* Ends and joins the threads. */
void vcpus_join(VM *vm);

/* ---- signals.c ---- */

/* Signals end the program in order, with the terminal restored. */
Signals *signals_new(VM *vm);
void signals_free(Signals *s);

#endif
