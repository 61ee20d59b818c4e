/* A toy guest architecture for tests of the engine, and a machine of it. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_TOY_H
#define TESTS_UNIT_TOY_H

#include "accel/tcg/tb.h"
#include "cpu/ldst.h"
#include "cpu/mmu.h"

/*
 * Eight registers of 64 bits, flags as the IR has them, an MMU with two levels of tables,
 * one interrupt. Instructions, one opcode byte first; r and s are one byte each, i32 is
 * little-endian and signed:
 */
enum {
    TOY_HALT, /*             1 byte: sleep until an interrupt                   */
    TOY_LI,   /* r, i32      6: r = i32                                         */
    TOY_ADD,  /* r, s        3: r += s, flags                                   */
    TOY_DEC,  /* r           2: r--, flags but CF                               */
    TOY_LD,   /* r, s, i32   7: r = 8 bytes at s + i32                          */
    TOY_ST,   /* r, s, i32   7: 8 bytes at s + i32 = r                          */
    TOY_STB,  /* r, s, i32   7: 1 byte at s + i32 = r                           */
    TOY_XADD, /* r, s, i32   7: locked: old = 8 bytes at s + i32, += r; r = old */
    TOY_JNZ,  /* i32         5: if not ZF                                       */
    TOY_JMP,  /* i32         5: relative to the end                             */
    TOY_JR,   /* r           2: pc = r                                          */
    TOY_SYS,  /* n           2: see below; ends the unit                        */
    TOY_COPY, /* r, s, n     4: n bytes from s to r, by a helper                */
    TOY_NR_OPS,
};
enum { /* n of TOY_SYS */
       SYS_NOP,
       SYS_ERET,   /* pc = epc, mode = emode, ie = 1               */
       SYS_MODE,   /* mode = r0                                     */
       SYS_SPACE,  /* root = r0, r1: keep                           */
       SYS_INVLPG, /* page r0                                       */
       SYS_FLUSH,  /* everything                                    */
       SYS_FLUSH_LOCAL,
       SYS_STI, /* ie = 1 after the next instruction             */
       SYS_CLI,
       SYS_TRAP,   /* exception TOY_EXCP_TRAP                       */
       SYS_PAGING, /* paging = r0 & 1                               */
};
enum {
    TOY_EXCP_FETCH,
    TOY_EXCP_READ,
    TOY_EXCP_WRITE,
    TOY_EXCP_ALIGN,
    TOY_EXCP_TRAP,
    TOY_EXCP_UNDEF,
    TOY_EXCP_DEBUG
};

/* Page table entries: two levels of 512, so 1 GiB of virtual addresses (the rest
 * repeats). */
enum {
    PTE_P = 1 << 0,
    PTE_W = 1 << 1,
    PTE_U = 1 << 2,
    PTE_X = 1 << 3,
    PTE_G = 1 << 4,
    PTE_A = 1 << 5,
    PTE_D = 1 << 6,
    PTE_L = 1 << 7, /* first level: a page of 2 MiB */
};

typedef struct ToyEnv {
    uint64_t r[8];
    uint64_t pc;
    uint32_t cc_op, cc_unused;
    uint64_t cc_a, cc_b, cc_c, cc_r;
    uint32_t mxcsr;
    uint64_t root, epc, bad,
        vector;          /* exceptions go to `vector`, interrupts to vector + 256 */
    int32_t mode, emode; /* MMU mode: 0 user */
    int32_t cause;
    bool ie, shadow, paging;
    uint64_t interrupts; /* taken */
    uint64_t limit;      /* without paging: higher addresses fault; 0: none do */
} ToyEnv;

extern const CPUOps toy_ops;

#define TOY_RAM (UINT64_C(16) << 20)
#define TOY_IO  UINT64_C(0x2000000) /* physical: 4 KiB of device registers */
#define TOY_ROM UINT64_C(0x3000000)

/* A machine with one vCPU, RAM at 0, a device, a ROM of 4 KiB, on an engine with these
 * options. */
typedef struct Toy {
    MemoryRegion root, ram, io, rom, ports;
    AddressSpace mem, pio;
    uint8_t *host;        /* RAM */
    uint64_t io_reg[512]; /* of the device */
    unsigned io_reads, io_writes;
    TCGEngine *engine;
    CPUState *cpu;
    ToyEnv *env;
    unsigned runs; /* calls of toy_run(), which checks the tables now and then */
    uint64_t at;   /* where toy_emit() writes, physical */
} Toy;

Toy *toy_new(const TCGOptions *opts);
void toy_free(Toy *t);
/* Puts the vCPU at pc, kernel mode, no paging. */
void toy_reset(Toy *t, uint64_t pc);
CPUExit toy_run(Toy *t);

/* Assembler at t->at; returns the address of the instruction. */
uint64_t toy_li(Toy *t, int r, int32_t v);
uint64_t toy_rr(Toy *t, int op, int r, int s);
uint64_t toy_r(Toy *t, int op, int r);
uint64_t toy_mem(Toy *t, int op, int r, int s, int32_t disp);
uint64_t toy_branch(Toy *t, int op, uint64_t target);
uint64_t toy_sys(Toy *t, int n);
uint64_t toy_halt(Toy *t);

/* Page tables at physical addresses: the entry for va in the tables of `root` (which are
 * made on demand at `pool`). */
uint64_t *toy_pte(Toy *t, uint64_t root, vaddr va, uint64_t *pool);

/*
 * The oracle: runs up to `max` instructions in plain C, without TLB or units, from *env
 * on the machine's memory; stops at HALT. Returns how many were run. No interrupts, no
 * I/O.
 */
uint64_t toy_interpret(Toy *t, ToyEnv *env, uint64_t max);

#endif
