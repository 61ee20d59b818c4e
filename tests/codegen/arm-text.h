/* Arm instructions that Debian 12's capstone does not know, as text. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CODEGEN_ARM_TEXT_H
#define TESTS_CODEGEN_ARM_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Appends the instruction, in capstone's way of writing; false: it is none of these. */
bool arm_text(uint32_t word, GString *to);

#endif
