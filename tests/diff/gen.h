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
    uint64_t seed; /* with `state` makes this case again */
    unsigned state;
    MachineState before;
    uint8_t code[MAX_INSNS * 15 + 1]; /* ends with HLT */
    unsigned len;                     /* without the HLT */
    unsigned offset;                  /* in the code area */
    unsigned ninsns;
    unsigned row;        /* of the first instruction */
    bool falls;          /* control that does not fault comes to the end */
    bool only_protected; /* of SEGS_LIMITED: not the same in virtual-8086 mode */
    uint64_t patch_addr; /* memory that has been given a value, */
    uint8_t patch[64];
    unsigned patch_len;      /* or 0 */
    uint32_t undefined;      /* EFLAGS bits that nobody promises at the end, */
    uint32_t ever_undefined; /* and at any point on the way */
} Case;

/* What all cases have. */
typedef struct GenKind {
    unsigned ninsns; /* at most */
    X86Mode mode;
    unsigned segs; /* SEGS_* */
} GenKind;

typedef struct Gen Gen;

/* After rig_map_memory(): it fills memory. `can_run(feature)` says for what CPU features
 * cases may be made; rows: a glob on mnemonics or NULL. */
Gen *gen_new(GenKind kind, bool (*can_run)(unsigned feature), const char *rows);
void gen_free(Gen *g);
/* Rows that cases can be made of. */
unsigned gen_rows(const Gen *g);
/* The case of `seed` and `state`: all of one seed have the same instructions. */
void gen_case(Gen *g, Case *c, uint64_t seed, unsigned state);

/* Memory as cases find it, but for their patch: DATA_SIZE and STACK_SIZE bytes. */
const uint8_t *gen_data(const Gen *g);
const uint8_t *gen_stack(const Gen *g);

#endif
