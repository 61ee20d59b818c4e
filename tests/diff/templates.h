/* Encodings of each row of the opcode tables, without their operands. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DIFF_TEMPLATES_H
#define TESTS_DIFF_TEMPLATES_H

#include "target/x86/decode.h"
#include "tests/unit/rand.h"

typedef struct Template {
    uint8_t map; /* 0: one byte, 1: 0F, 2: 0F 38, 3: 0F 3A */
    uint8_t pp;  /* 0, 66, F3, F2 */
    uint8_t opcode, modrm;
    bool vex, w, l;
    bool has_modrm;
} Template;

#define MAX_TEMPLATES 64

typedef struct RowTemplates {
    bool eligible;
    unsigned found;
    Template t[MAX_TEMPLATES]; /* MIN(found, MAX_TEMPLATES) of them */
} RowTemplates;

typedef struct Templates {
    RowTemplates *rows; /* by number of the row */
    unsigned *index;    /* numbers of the rows that have some */
    unsigned count;
} Templates;

/* Rows whose mnemonic matches the glob `rows` (NULL: all), but for those that cannot be
 * compared; or all that are implemented. */
Templates *templates_new(const char *rows, X86Mode mode, bool all_rows);
void templates_free(Templates *all);

/* The bytes of `t` up to its ModRM byte, which is written in any case; returns how many.
 */
unsigned template_bytes(const Template *t, uint8_t *to);

#endif
