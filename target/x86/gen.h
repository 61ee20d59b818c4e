/* Generators: one function per family of rows, from Insn to IR. */
/* SPDX-License-Identifier: MIT */
/*
 * Each name in the gen column of opcode-*.def is declared here. A row T(...) becomes
 * I(...) when its generator is written; x86_gen[] then calls it.
 * `x86_gen[insn->desc->number](s, insn)`.
 */
#ifndef TARGET_X86_GEN_H
#define TARGET_X86_GEN_H

#include "target/x86/decode.h"
#include "target/x86/vop.h"

typedef struct DisasContext DisasContext;
typedef void GenFn(DisasContext *s, Insn *i);

/* Generator of each row of x86_rows[]; gen_todo for rows T. */
extern GenFn *const x86_gen[];

/* #UD for an instruction that is in the tables but not implemented; logs its name. */
GenFn gen_todo;

#define I(opcode, mnem, gen, ...)       GenFn gen;
#define T(opcode, mnem, gen, ...)       GenFn gen;
#define IA(opcode, mnem, gen, arg, ...) GenFn gen;
#define TA(opcode, mnem, gen, arg, ...) GenFn gen;
#include "target/x86/opcode-all.def"

#endif
