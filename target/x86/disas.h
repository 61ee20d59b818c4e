/* Text of guest instructions for people: -d in_asm, the monitor, messages. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_DISAS_H
#define TARGET_X86_DISAS_H

#include "cpu/cpu.h"
#include "target/x86/decode.h"

/*
 * Appends the text of the instruction at pc, AT&T syntax, without address or newline.
 * Returns how many of the `avail` (> 0) bytes it covers: the decoder's length, or
 * capstone's when only capstone knows the bytes, or 1. What capstone cannot show is
 * written as .byte, with the mnemonic of our tables as a comment.
 */
size_t x86_disas_insn(GString *to, X86Mode mode, vaddr pc, const uint8_t *code,
                      size_t avail);

/* CPUOps.disas: a line "address:  bytes  text" for each instruction, in the vCPU's mode.
 */
size_t x86_disas(CPUState *cpu, vaddr pc, const uint8_t *code, size_t len, unsigned max,
                 GString *to);

#endif
