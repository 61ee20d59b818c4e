/* Registers by number and name, as debuggers and the monitor see them. */
/* SPDX-License-Identifier: MIT */
#ifndef CPU_REGS_H
#define CPU_REGS_H

#include "cpu/cpu.h"

/*
 * A guest architecture describes its registers in three tables of CPUOps: the registers,
 * in the order of a debugger's numbers; the features, which are the runs of registers
 * that gdb knows by a name; and second names for the monitor. Values are little-endian
 * bytes.
 */

/* A type that a feature defines for its registers. The fields of flags and unions are
 * words "NAME:BIT", "NAME:FIRST-LAST" and "NAME:TYPE"; of a vector it is the type of its
 * elements. */
typedef struct RegType {
    const char *name; /* NULL ends a table */
    enum { REG_FLAGS, REG_VECTOR, REG_UNION } kind;
    unsigned size; /* flags: bytes; vector: elements */
    const char *fields;
} RegType;

typedef enum RegScope {
    REG_ALWAYS,
    REG_SYSTEM, /* only when a whole machine runs */
    REG_USER,   /* only when one program runs     */
} RegScope;

typedef struct RegFeature {
    const char *name; /* as gdb knows it */
    RegScope scope;
    const RegType *types; /* may be NULL */
} RegFeature;

/* Bytes of the longest register. */
#define REG_MAX_SIZE   64
#define REG_NO_OFFSET  UINT32_MAX
#define REG_MAX_NUMBER 256

typedef struct RegDesc {
    const char *name;
    uint32_t offset; /* of the value in env, REG_NO_OFFSET: it is computed */
    uint8_t size;    /* bytes */
    uint8_t feature; /* index of CPUOps.reg_features; never falls along the table */
    const char *type;
    const char *group; /* of gdb's `info registers GROUP`, or NULL */
    /* NULL: as it is in env. A false of set means that this value cannot be taken. */
    void (*get)(CPUState *cpu, unsigned arg, uint8_t *to);
    bool (*set)(CPUState *cpu, unsigned arg, const uint8_t *from);
    unsigned arg;
} RegDesc;

typedef struct RegAlias {
    const char *alias, *name;
} RegAlias;

/* The vCPU stands still. */
void cpu_reg_read(CPUState *cpu, const RegDesc *r, uint8_t *to);
/* In the vCPU's thread. False: the value cannot be taken; nothing has changed. */
bool cpu_reg_write(CPUState *cpu, const RegDesc *r, const uint8_t *from);
/* By name or alias, or NULL. */
const RegDesc *cpu_reg_find(const CPUOps *ops, const char *name);

#endif
