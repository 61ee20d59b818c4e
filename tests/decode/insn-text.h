/* One line of text for a decoded instruction, and the line's bytes. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DECODE_INSN_TEXT_H
#define TESTS_DECODE_INSN_TEXT_H

#include "target/x86/decode.h"

/* What x86_decode() made of the bytes: "add Ev,Gv opsize=64 len=3 : r0.64, r3.64".
 * g_free() it. */
char *insn_text(const Insn *i, int len);

#endif
