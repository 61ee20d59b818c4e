/* Names of guest addresses: symbol tables of ELF files, and text as System.map has it. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_SYMBOLS_H
#define UTIL_SYMBOLS_H

#include "util/common.h"
#include "util/error.h"

/*
 * One table for the program. Names are added before or while others look: any thread may
 * call these, and a name stays valid for ever.
 */

/*
 * Adds the functions of an ELF file's symbol table (or dynamic one, if it has no other),
 * each `bias` above what the file says; or of a text with lines "ADDRESS TYPE NAME".
 * False with *errp set when it is neither, or is damaged; a table that is not there is no
 * error.
 */
bool symbols_add_file(const char *path, uint64_t bias, GError **errp);

/* The symbol that `addr` lies in, or NULL; *offset becomes its distance from the start.
 */
const char *symbols_find(uint64_t addr, uint64_t *offset);

/* The lowest address that has this name; false: there is none. */
bool symbols_address(const char *name, uint64_t *addr);

#endif
