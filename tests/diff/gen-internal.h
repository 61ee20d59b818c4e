/* What gen.c, instructions, and gen-state.c, states to run them from, share. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DIFF_GEN_INTERNAL_H
#define TESTS_DIFF_GEN_INTERNAL_H

#include "tests/diff/gen.h"

/* Of an instruction, for its states: rows by mnemonic. */
enum {
    TRAIT_NO_ACCESS = 1 << 0, /* a memory operand is not accessed */
    TRAIT_POPA = 1 << 1,
    TRAIT_MASKMOV = 1 << 2,
    TRAIT_FRAME = 1 << 3,
    TRAIT_XLAT = 1 << 4,
    TRAIT_DIV = 1 << 5,
    TRAIT_CALL = 1 << 6, /* call or jmp */
    TRAIT_BT = 1 << 7,
    TRAIT_SHA = 1 << 8,
    TRAIT_LDMXCSR = 1 << 9,
};

/* One instruction while it is made; when it is, it tells how to make states. */
typedef struct Draft {
    Rand *rnd;
    X86Mode mode;
    bool addr16;                 /* 16-bit addressing */
    bool limited;                /* segments have bases and limits: SEGS_LIMITED */
    uint8_t buf[32];             /* random bytes behind the ones that count */
    unsigned disp_at, disp_size; /* place of the displacement in buf */
    unsigned imm_at;             /* of what follows */
    Insn insn;
    int len;
    unsigned traits;
    bool unmasked;        /* some states have exceptions that are not masked */
    bool fixed;           /* the encoding says where the memory operand is: */
    uint64_t fixed_place; /* a linear address, */
    uint64_t fixed_index; /* with this value in the index register, if there is one */
} Draft;

/* In a case of several instructions these hold addresses. */
#define SMALL_INDEX 11
bool gen_is_pointer(unsigned reg);

/* Where segments begin. */
uint64_t gen_segment_base(const Draft *d, unsigned seg);
/* A linear address in the code area where there is HLT. */
uint64_t gen_target(Rand *r);
/* A value with many edges. */
uint64_t gen_value(Rand *r);
/* The number of the memory operand that is accessed, or -1. */
int gen_memory_operand(const Draft *d);

/*
 * Has the encoding say where the memory operand is if no register can. False: the
 * operand cannot be put anywhere that both sides have memory.
 */
bool gen_aim_encoding(Draft *d);
/* A state for the instruction of `d`, which is all there is in `c`. */
void gen_single_state(Draft *d, Case *c);
/* A state for a case of several. */
void gen_several_state(Draft *d, Case *c);

#endif
