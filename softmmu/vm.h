/* VM: a machine with its threads, its event loop and its run state. */
/* SPDX-License-Identifier: MIT */
#ifndef SOFTMMU_VM_H
#define SOFTMMU_VM_H

#include "accel/accel.h"
#include "backends/chardev.h"
#include "gdbstub/chardev.h"
#include "monitor/monitor.h"
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
    RUN_STATE_PRELAUNCH, /* made, never started: vCPUs and clock stand still */
    RUN_STATE_PAUSED,    /* stopped */
    RUN_STATE_DEBUG,     /* stopped at a breakpoint or the like */
    RUN_STATE_RUNNING,
    RUN_STATE_SHUTDOWN, /* powered off, and -no-shutdown */
} RunState;

typedef struct VM VM;
typedef struct Signals Signals;

typedef struct VCPU {
    VM *vm;
    CPUState *cpu;
    Thread thread;
    int tid;        /* of it, as the host's tools know it; 0: it has not begun */
    bool paused;    /* the thread has seen cpu->stopped; under the machine lock */
    bool held;      /* stays where it is while others run */
    bool debug_hit; /* has left guest code for the debugger, who does not know yet */
    /* ... for a watchpoint: where it was hit, and whether by BP_READ or BP_WRITE. */
    vaddr hit;
    int hit_access;
} VCPU;

/* A point that the guest may come to; `then` takes over there. */
typedef struct Until {
    enum { UNTIL_NONE, UNTIL_PC, UNTIL_MARKER } kind;
    vaddr pc;          /* linear */
    char *then;        /* a value of -accel */
    uint32_t log_mask; /* what -d wants from there on */
    bool marked;       /* the marker has been written to; under the machine lock */
} Until;

struct VM {
    const Options *opts;
    Machine machine;
    EventLoop *loop;
    const AccelOps *accel;         /* accel.c changes it, with all vCPUs paused */
    AccelChoice accel_choice;      /* at the start */
    const char *accel_switches[3]; /* of accel_choice */
    unsigned accel_changes;
    int64_t accel_change_ns; /* how long the last change took */
    Until until;
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

    GDBChardev *gdb;     /* NULL: there is none */
    bool in_gdb_command; /* a line of gdb's `monitor` is carried out */
    GArray *chardevs;    /* chardevs.c: those of -chardev */
    MonitorProgram monitor_program;
    unsigned monitor_cpu; /* see MonitorProgram */
    char *monitor_banner, *monitor_version;
    GPtrArray *monitors; /* of Monitor */
    GPtrArray
        *muxed; /* of Chardev: monitors' ends of "mon:" ports, until they have one */
};

/* ---- machine.c: making and wiring ---- */

/* Builds everything `opts` describe, paused. On failure vm_destroy() is still to be
 * called. */
bool vm_create(VM *vm, const Options *opts, GError **errp) USER_CHECKED;
void vm_destroy(VM *vm);
void machine_print_help(FILE *out);

/* ---- runstate.c ---- */

/* Nothing happens in a state from which that is not possible. */
void vm_start(VM *vm);
void vm_stop(VM *vm);
/* For something short that the vCPUs must not see: pauses them and the clock if they run.
 * The result is for vm_release(). Main thread. */
bool vm_hold(VM *vm);
void vm_release(VM *vm, bool was_running);
/* Runs the event loop until the program is to end; returns its exit status. */
int vm_run(VM *vm);
/* Any thread, machine lock held. They return at once. */
void vm_request_reset(VM *vm);
void vm_request_shutdown(VM *vm);
void vm_request_exit(VM *vm, int status);
/* The main thread is to look, with vCPUs paused, what has been asked for. */
void vm_request_check(VM *vm);
/* The vCPU has reached a breakpoint or the like. */
void vm_request_debug(VM *vm, VCPU *v);
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

/* ---- accel.c ---- */

/* Takes the accelerator that the options ask for. */
bool vm_init_accel(VM *vm, GError **errp) USER_CHECKED;
/* ... and gives it the vCPUs; if it cannot have them, the next one. */
bool vm_start_accel(VM *vm, GError **errp) USER_CHECKED;
/*
 * The vCPUs go on by the accelerator of `spec`, a value of -accel, in the state that they
 * are in. False: nothing has changed; if there was no way back, the program ends. Main
 * thread.
 */
bool vm_change_accel(VM *vm, const char *spec, GError **errp) USER_CHECKED;
/* Waits for the point of `until=`, if the accelerator was chosen with one; once devices
 * and vCPUs are there. */
bool vm_accel_wait(VM *vm, GError **errp) USER_CHECKED;
/* The text of `info accel`. */
void vm_accel_info(VM *vm, GString *to);

/* ---- until.c: all in the main thread, vCPUs paused or not there yet ---- */

/* What `spec` says after until=: *u, with kind UNTIL_NONE if nothing. */
bool vm_until_parse(VM *vm, const char *spec, Until *u, GError **errp) USER_CHECKED;
/* When the guest comes to *u, the accelerator of `then` takes over. Until then -d is
 * silent. */
void vm_until_arm(VM *vm, const Until *u, const char *then);
void vm_until_disarm(VM *vm);
/* With the requests of vCPUs: has one come to it? */
void vm_until_check(VM *vm);
/* The guest has written to isa-marker. Any thread, locked. */
void vm_request_marker(VM *vm);

/* ---- gdb.c ---- */

/* Waits for gdb on what `spec` says; a socket is a server that does not wait. */
bool vm_gdb_open(VM *vm, const char *spec, GError **errp) USER_CHECKED;
/* gdb may come from now on; once there are vCPU threads. Returns true. */
bool vm_gdb_start(VM *vm);
/* While there are vCPU threads: breakpoints are taken out by them. */
void vm_gdb_close(VM *vm);

/* ---- monitor.c ---- */

void vm_monitor_init(VM *vm);
/* Those of -monitor and -mon, and those behind Ctrl-A C. */
bool vm_monitors_open(VM *vm, GError **errp) USER_CHECKED;
void vm_monitors_close(VM *vm);

/* ---- chardevs.c ---- */

bool vm_chardevs_open(VM *vm, GError **errp) USER_CHECKED;
void vm_chardevs_close(VM *vm);
bool vm_serials_open(VM *vm, GError **errp) USER_CHECKED;
/* What `spec` says: as chardev_open(), or "chardev:ID" of -chardev. */
Chardev *vm_chardev_open(VM *vm, const char *label, const char *spec, GError **errp);

/* ---- signals.c ---- */

/* Signals end the program in order, with the terminal restored. */
Signals *signals_new(VM *vm);
void signals_free(Signals *s);

#endif
