/* Signals of the guest: what is to be done about each, catching, delivery. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_SIGNALS_H
#define LINUX_USER_SIGNALS_H

#include "linux-user/task.h"

#define SIGNAL_BIT(sig) (UINT64_C(1) << ((sig)-1))

/* Never blocked on the host: our own code may fault at any time. */
#define SIGNALS_OF_FAULTS (SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS))
/* What generated code may raise, too; blocked or ignored where the guest has it so, and
 * deadly there as on any host. */
#define SIGNALS_OF_CODE (SIGNALS_OF_FAULTS | SIGNAL_BIT(SIGFPE))

/* struct sigaction of the x86_64 kernel. */
typedef struct GuestSigaction {
    uint64_t handler, flags, restorer, mask;
} GuestSigaction;

struct SignalTable {
    Mutex lock;
    unsigned refs;
    uint64_t known; /* others are what the host's were when the program began, and are */
    GuestSigaction action[GUEST_NSIG + 1];
};

/* The first task's: what was ignored when the program began is ignored; faults are
 * caught. */
void signal_init(TaskState *ts);
SignalTable *signal_table_copy(SignalTable *from);
SignalTable *signal_table_ref(SignalTable *s);
void signal_table_unref(SignalTable *s);

/* The host's mask becomes what the guest's is. */
void signal_apply_mask(TaskState *ts);
/* The emulator's C library takes a signal for itself with the first thread that it makes:
 * that by which the guest's own has all threads change their user. It is the guest's. */
void signal_take_back(TaskState *ts);
/* From now on gdb hears of signals whose action is the default one. */
void signal_tell_gdb(TaskState *ts);
/* All signals, while a task is made or ended; signal_apply_mask() undoes it. */
void signal_block_all(void);
/* The thread ends with all blocked: a signal to the process that it has caught, but not
 * delivered, goes to another thread. */
void signal_give_back(TaskState *ts);

/*
 * At a point where all registers are in env: gives caught signals to the guest, by making
 * its handler run, or ends the process.
 */
void signal_deliver(TaskState *ts);

/* A fault of the guest: delivered now, whatever the mask says. si: signo, code, addr. */
void signal_force(TaskState *ts, const siginfo_t *si);

/* Sends the thread itself a signal. */
void signal_send(TaskState *ts, int sig);

/* Ends the process as the signal does by default. */
void signal_die(int sig) __attribute__((noreturn));

/* Another process shares our memory, and with it our locks: a signal that ends or stops
 * this one takes effect when the thread's loop comes by. */
extern bool signal_memory_shared;
/* From now on. */
void signal_share_memory(TaskState *ts);

/* Handlers become SIG_DFL (CLONE_CLEAR_SIGHAND). */
void signal_clear_handlers(TaskState *ts);

/* For execve(): the host's dispositions become what the guest's are, or are made ours
 * again. */
void signal_before_exec(TaskState *ts);
void signal_after_exec(TaskState *ts);

/* --- signal-frame.c --- */

/* Pushes a frame for the handler of sa; the mask `saved` comes back at its end. False:
 * there is no room for it. */
bool signal_frame_push(TaskState *ts, const siginfo_t *si, const GuestSigaction *sa,
                       uint64_t saved);
/* rt_sigreturn: registers, mask and altstack from the frame. False: it is malformed. */
bool signal_frame_pop(TaskState *ts);
/* rsp is inside the alternate stack. */
bool signal_on_altstack(const TaskState *ts, uint64_t rsp);

#endif
