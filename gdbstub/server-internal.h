/* The server's state, and what its files share. */
/* SPDX-License-Identifier: MIT */
#ifndef GDBSTUB_SERVER_INTERNAL_H
#define GDBSTUB_SERVER_INTERNAL_H

#include "cpu/debug.h"
#include "cpu/ldst.h"
#include "gdbstub/gdbstub.h"
#include "gdbstub/packet.h"

/* A breakpoint or watchpoint that gdb has set, of one of its types. */
typedef enum GDBPointType {
    GDB_POINT_SOFTWARE,
    GDB_POINT_HARDWARE,
    GDB_POINT_WRITE,
    GDB_POINT_READ,
    GDB_POINT_ACCESS,
    GDB_POINT_TYPES
} GDBPointType;

typedef struct GDBPoint {
    GDBPointType type;
    vaddr addr, len; /* len: of a watchpoint */
} GDBPoint;

struct GDBServer {
    const GDBProgram *p;
    void *opaque;
    void (*send)(void *to, const uint8_t *buf, size_t len);
    void *send_to;
    GDBLink link;
    GString *reply;
    GArray *points; /* of GDBPoint */
    GPtrArray
        *files; /* of files.c: those that gdb has opened, NULL where it closed one */

    bool connected;
    bool multiprocess, swbreak, hwbreak, exec_events; /* what gdb understands */
    bool no_ack_next;                                 /* after this reply */
    bool owes_stop;   /* the program was resumed: a stop is to be told */
    bool interrupted; /* Ctrl-C has crossed the reply of a stop: it is for the next run */
    bool physical;    /* memory is addressed as the machine sees it */
    bool step_masks_irqs;
    unsigned thread_next;    /* of qsThreadInfo */
    CPUState *cpu_g, *cpu_c; /* threads for registers and memory; for running */
    CPUState *range_cpu;     /* steps until it leaves a range of code, or NULL */
    vaddr range_start, range_end;

    /* The registers in gdb's numbers. */
    const CPUOps *ops;
    const RegDesc *reg[REG_MAX_NUMBER];
    unsigned nregs;
};

/* A handler of a packet: what follows the name, and its length. It makes the reply, and
 * returns true if one is to be sent (an empty one says that the packet is not known). */
typedef bool GDBHandler(GDBServer *s, char *args, size_t len);

/* ---- parsing: on success *p moves on ---- */

bool gdb_take_hex(char **p, uint64_t *v);
bool gdb_take_char(char **p, char c);
/* Pairs of digits to bytes; returns how many, at most max, and stops at the first that is
 * no pair. */
size_t gdb_take_bytes(char **p, uint8_t *to, size_t max);
/* A thread-id: "any" and "all" become 0 and -1. */
bool gdb_take_thread(char **p, int64_t *pid, int64_t *tid);

/* ---- replies ---- */

void gdb_put_bytes(GString *to, const void *bytes, size_t n);
void gdb_put_thread(GDBServer *s, GString *to, CPUState *cpu);
bool gdb_ok(GDBServer *s);
/* EFAULT and EINVAL, as numbers of the protocol. */
bool gdb_error_fault(GDBServer *s);
bool gdb_error_invalid(GDBServer *s);
/* The reply that tells of a stop. */
void gdb_put_stop(GDBServer *s, CPUState *cpu, int signal);

/* ---- server.c ---- */

/* The thread of that number (0: any), or NULL. */
CPUState *gdb_find_thread(GDBServer *s, int64_t pid, int64_t tid);
/* Runs the program as set_action() has said. */
void gdb_run(GDBServer *s);
void gdb_detach(GDBServer *s);

/* ---- files.c ---- */

void gdb_files_init(GDBServer *s);
/* Forgets what gdb has opened. */
void gdb_files_clear(GDBServer *s);

/* ---- packets.c, query.c, breakpoints.c, description.c ---- */

/* Calls the handler of the longest name that `data` begins with. */
bool gdb_dispatch(GDBServer *s, char *data, size_t len);
void gdb_points_apply(GDBServer *s, CPUState *cpu);
void gdb_points_clear(GDBServer *s);
/* Memory of the current thread; returns how many of the n bytes could be read. */
size_t gdb_read_memory(GDBServer *s, vaddr addr, uint8_t *to, size_t n);
void gdb_describe_target(GDBServer *s, GString *to);

#define PACKET(name, fn, text) GDBHandler gdb_packet_##fn;
#include "gdbstub/packets.def"

#endif
