/* Expressions of the monitor: numbers, characters, registers, operators. */
/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_EXPR_H
#define MONITOR_EXPR_H

#include "util/common.h"

/* The value of $NAME; false: there is none such. */
typedef bool ExprRegister(void *opaque, const char *name, int64_t *value);

/*
 * Reads an expression and moves *p behind it and the spaces that follow. False with
 * *error set to a sentence. Operators, those that bind stronger first: unary + - ~; * /
 * %; & | ^;
 * + -. Sums and products wrap.
 */
bool expr_read(const char **p, int64_t *value, ExprRegister *reg, void *opaque,
               const char **error);

#endif
