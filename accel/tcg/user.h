/* The engine for a program's own address space: map of the guest's memory, faults,
 * forks. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_USER_H
#define ACCEL_TCG_USER_H

#include "cpu/cpu.h"

/*
 * A guest address is the host address (guest_base is 0): there is no TLB. What the guest
 * may not do the host's MMU finds out, and the program's signal handler asks here what to
 * make of it. Pages from which code was translated are write-protected on the host.
 *
 * The map says which addresses are the guest's and what the guest may do there. Whoever
 * changes mappings does it between user_map_lock() and user_map_unlock(), which are the
 * engine's lock, and tells the map and, for what is gone or new, user_code_forget().
 */

/* USER_HOST: it is ours as well, and stays (the vDSO). USER_GROWS: the host lets it grow
 * downwards (MAP_GROWSDOWN); the map follows when it is asked. USER_FILE: privately from
 * a file. */
enum {
    USER_READ = 1,
    USER_WRITE = 2,
    USER_EXEC = 4,
    USER_SHARED = 8,
    USER_HOST = 16,
    USER_GROWS = 32,
    USER_FILE = 64,
};

void user_map_lock(void);
void user_map_unlock(void);
/* start .. last is mapped with these USER_* flags from now on; 0 and mapped: PROT_NONE.
 */
void user_map_set(uint64_t start, uint64_t last, unsigned flags);
void user_map_clear(uint64_t start, uint64_t last);
/* The flags, or -1 where nothing is mapped. Any thread, with or without the lock. */
int user_map_flags(uint64_t addr);
/* addr is going to be accessed, and not mapped: true if a mapping has grown that far. */
bool user_map_grow(uint64_t addr);
/* All of start .. last is mapped with at least these flags. */
bool user_map_has(uint64_t start, uint64_t last, unsigned flags);
/* Some of it is the guest's. */
bool user_map_touches(uint64_t start, uint64_t last);
/* The first address in start .. last, or last + 1, that is not mapped; that is mapped. */
uint64_t user_map_next_hole(uint64_t start, uint64_t last);
uint64_t user_map_next_piece(uint64_t start, uint64_t last);
/* Calls fn for each piece of equal flags inside start .. last, in order, while it returns
 * true. fn must not change the map. */
void user_map_foreach(uint64_t start, uint64_t last,
                      bool (*fn)(uint64_t start, uint64_t last, unsigned flags,
                                 void *opaque),
                      void *opaque);

/* Units made from start .. last go, and what was noted of its pages. Locked. */
void user_code_forget(uint64_t start, uint64_t last);
/* start .. last may not be run for now: its units come back when it may, unless it was
 * written. Locked. */
void user_code_sleep(uint64_t start, uint64_t last);
/* The bytes are others now: units go, protection stays. Locked. */
void user_code_changed(uint64_t start, uint64_t last);
/*
 * mprotect() on the host for what the guest wants of start .. last: no PROT_EXEC, and
 * code pages stay protected. Locked. 0 or -errno.
 */
int user_host_protect(uint64_t start, uint64_t last, unsigned flags);
/* The host's PROT_* for USER_* flags. */
int user_host_prot(unsigned flags);
/* Somebody else (the kernel) is going to write there: code pages on the way become
 * writable. */
void user_will_be_written(uint64_t start, uint64_t last);
void user_will_be_written_locked(uint64_t start, uint64_t last);

typedef enum UserFaultKind {
    USER_FAULT_UNMAPPED,
    USER_FAULT_FORBIDDEN,
    USER_FAULT_BUS,
    USER_FAULT_UNALIGNED, /* an instruction of ours forbids what the guest may do */
    USER_FAULT_GENERAL,
    USER_FAULT_FP, /* no access: a SIMD exception that is not masked */
} UserFaultKind;

/* A fault that the host has seen. */
typedef struct UserFault {
    vaddr addr;
    UserFaultKind kind;
    MMUAccess access;
    bool redo; /* perhaps no fault of the guest: the instruction is done again, alone */
    uintptr_t ra; /* 0: env is precise */
} UserFault;

/* What a signal handler does about a fault in the thread of `cpu` at host pc. */
typedef enum UserFaultAction {
    USER_FAULT_RETRY,     /* return: the access will do now */
    USER_FAULT_GENERATED, /* continue at user_fault_entry() with the pc as it says */
    USER_FAULT_C,         /* continue in user_fault_leave(cpu) */
    USER_FAULT_OURS,      /* a bug of ours */
} UserFaultAction;
UserFaultAction user_fault(CPUState *cpu, const UserFault *fault, uintptr_t pc);
/*
 * Where a thread goes on that faulted in generated code: with all registers as they are,
 * but the faulting pc in the host's scratch register (x86_64: r10).
 */
const void *user_fault_entry(void);
void user_fault_leave(CPUState *cpu) __attribute__((noreturn));

/*
 * Units are kept for the program's next run (-accel tcg,cache=). Before the first is
 * made: `program`, n bytes, says all that they depend on that the engine does not know.
 * make_folder: where the units are to lie may be made.
 */
void user_cache_open(const void *program, size_t n, bool make_folder);
/* The process is going to end, or to execute another program. Not in one that shares
 * memory for a while. copy_from_guest: 0, or what it wants to read is not there. */
void user_cache_store(int (*copy_from_guest)(void *to, uint64_t from, size_t n));

/*
 * A system call made from generated code (CPUState.syscall_in_code) is going to sleep,
 * and has slept: meanwhile the thread counts as one outside vcpu_run(). False: the code
 * may be gone, and has to be left by cpu_loop_exit().
 */
unsigned user_sleep_begin(CPUState *cpu);
bool user_sleep_end(CPUState *cpu, unsigned begin);

/*
 * GuestDesc.short_call of programs: makes a system call that needs nothing else done. Not
 * made, or the code has to be left behind it: CPUState.syscall_in_code knows which. Or
 * NULL; set before the engine is made.
 */
extern ShortCall *user_short_call;

/*
 * Restartable sequences (cpu/rseq.h). How the engine looks at guest memory that may not
 * be there: 0, or it is not. Set before the engine is made. The signature that areas are
 * registered with: that of x86.
 */
typedef int PeekGuest(void *to, uint64_t from, size_t n);
extern PeekGuest *user_peek_guest;
#define USER_RSEQ_SIGNATURE 0x53053053u
/* Whether the host can do what is needed for them, if its kernel has them. */
extern const bool user_rseq_host;
/* The thread of `cpu`, which has an area, gets a signal at pc: where it goes on behind
 * the handler. */
uint64_t user_rseq_signal(CPUState *cpu, uint64_t pc);

/* fork(): the caller is outside vcpu_run(). After it, once in each process; `cpu` is the
 * vCPU of the only thread of the child. */
void user_fork_begin(CPUState *cpu);
void user_fork_end(CPUState *cpu, bool child);
/* A process that shared the vCPU and this thread's data has ended, wherever it was. */
void user_vfork_end(CPUState *cpu);

#endif
