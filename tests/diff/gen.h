/* Random instructions from the rows of the opcode tables, with states to run them from.
 */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DIFF_GEN_H
#define TESTS_DIFF_GEN_H

#include "tests/asm/state.h"
#include "tests/unit/rand.h"

#define MAX_INSNS 8
#define CODE_AREA \
    0x2000u /* the part of CODE_SIZE that cases use: all HLT but for the case */

typedef struct Case {
    uint64_t seed; /* makes this case again */
    MachineState before;
    uint8_t code[MAX_INSNS * 15 + 1]; /* ends with HLT */
    unsigned len;                     /* without the HLT */
    unsigned offset;                  /* in the code area */
    unsigned ninsns;
    unsigned row;        /* of the first instruction */
    bool only_protected; /* of SEGS_LIMITED: not the same in virtual-8086 mode */
    uint64_t patch_addr; /* memory that has been given a value, */
    uint8_t patch[64];
    unsigned patch_len;      /* or 0 */
    uint32_t undefined;      /* EFLAGS bits that nobody promises at the end, */
    uint32_t ever_undefined; /* and at any point on the way */
} Case;

typedef struct Gen Gen;

/* After rig_map_memory(): it fills the code area. `can_run(feature)` says for what CPU
 * features cases may be made; rows: a glob on mnemonics or NULL. */
Gen *gen_new(bool (*can_run)(unsigned feature), const char *rows);
void gen_free(Gen *g);
/* Rows that cases can be made of. */
unsigned gen_rows(const Gen *g);
/* The case of `seed`, of `ninsns` instructions at most. */
void gen_case(Gen *g, Case *c, uint64_t seed, unsigned ninsns, X86Mode mode,
              unsigned segs);

/* Memory as the case finds it. */
void gen_memory(const Gen *g, const Case *c, Snapshot *s);
/* Puts the code of the case in place; takes it away. */
void gen_place(const Case *c);
void gen_unplace(const Case *c);

#endif
