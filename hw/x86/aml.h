/* Writes ACPI machine language: terms, packages, resource descriptors. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_X86_AML_H
#define HW_X86_AML_H

#include "util/common.h"

/*
 * (ACPI 6.4, chapter 20.) Terms are appended to a byte array in the order of the
 * language. A term with a PkgLength is opened and closed; its length is inserted when it
 * is closed, so terms nest freely. Names are paths as in the specification ("\\_SB_",
 * "_CRS"), segments of four characters.
 */
typedef GByteArray Aml;

/* Position of an open term, to be given to aml_close(). */
typedef guint AmlMark;

AmlMark aml_scope(Aml *a, const char *name);
AmlMark aml_device(Aml *a, const char *name);
AmlMark aml_method(Aml *a, const char *name, unsigned nargs);
AmlMark aml_package(Aml *a, unsigned elements);
/* If with the value of a name as its predicate. */
AmlMark aml_if_name(Aml *a, const char *name);
/* Buffer(n) {...}: bytes are appended until it is closed. */
AmlMark aml_resources(Aml *a);
void aml_close(Aml *a, AmlMark m);
/* Ends the list of descriptors with an end tag and closes the buffer. */
void aml_close_resources(Aml *a, AmlMark m);

/* Name(NAME, ...): the object follows. */
void aml_name(Aml *a, const char *name);
void aml_int(Aml *a, uint64_t v);
void aml_eisa_id(Aml *a, const char *id); /* "PNP0501" */
void aml_return_name(Aml *a, const char *name);
/* Store(Arg<n>, NAME) */
void aml_store_arg(Aml *a, unsigned n, const char *name);

/* Resource descriptors (6.4). `last` belongs to the range. */
void aml_res_io(Aml *a, uint16_t port, uint8_t len);
void aml_res_irq(Aml *a, unsigned irq);
void aml_res_bus_range(Aml *a, uint16_t first, uint16_t last);
void aml_res_io_range(Aml *a, uint16_t first, uint16_t last);
void aml_res_mem_range(Aml *a, uint32_t first, uint32_t last);
void aml_res_mem32_fixed(Aml *a, uint32_t base, uint32_t len);

/* Little-endian numbers, for tables. */
void aml_bytes(Aml *a, uint64_t v, unsigned size);

#endif
