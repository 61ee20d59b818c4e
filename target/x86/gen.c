/* Table of generators, parallel to the rows of the opcode tables. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/gen.h"

GenFn *const x86_gen[] = {
    gen_todo, /* row 0: no instruction */
#define I(opcode, mnem, gen, ...)       gen,
#define T(opcode, mnem, gen, ...)       gen_todo,
#define IA(opcode, mnem, gen, arg, ...) gen,
#define TA(opcode, mnem, gen, arg, ...) gen_todo,
#include "target/x86/opcode-all.def"
};
