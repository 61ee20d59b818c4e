/* Saved state of a device: a table of fields, written to and read from a byte buffer. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_CORE_VMSTATE_H
#define HW_CORE_VMSTATE_H

#include "util/common.h"
#include "hw/core/clock.h"

/*
 * A VMState describes one struct. The stream holds, little endian: length and bytes of
 * the name, version (u32), length of what follows (u32), then the fields in the order of
 * the table. A table grows at any place: a field of version N is skipped when an older
 * stream is read, and keeps the value that it has after reset. A field is never removed
 * without raising min_version.
 *
 * What is loaded is not to be trusted: post_load() checks every index and count.
 */
typedef enum VMKind {
    VM_INT,   /* integers of `size` bytes: 1, 2, 4 or 8 */
    VM_BOOL,  /* bool, one byte in the stream, 0 or 1 */
    VM_BYTES, /* `size` bytes as they are */
    VM_TIMER, /* Timer: its expiry */
    VM_STRUCT /* `sub` for each element, `size` apart */
} VMKind;

typedef struct VMField {
    const char *name; /* NULL ends a table */
    uint32_t offset;
    uint32_t size;  /* of one element */
    uint32_t count; /* elements */
    VMKind kind;
    uint32_t since;            /* first version that has it */
    const struct VMField *sub; /* VM_STRUCT */
} VMField;

typedef struct VMState {
    uint32_t version;
    uint32_t min_version; /* oldest stream that can be read */
    const VMField *fields;
    void (*pre_save)(void *state);                                   /* may be NULL */
    bool (*post_load)(void *state, uint32_t version, GError **errp); /* may be NULL */
} VMState;

#define VMF_(S, f, kind_, n, since_, sub_)                                       \
    {                                                                            \
        .name = #f, .offset = offsetof(S, f), .size = sizeof(((S *)0)->f) / (n), \
        .count = (n), .kind = (kind_), .since = (since_), .sub = (sub_)          \
    }
#define VMF_COUNT_(S, f) ARRAY_SIZE(((S *)0)->f)

#define VMF_INT(S, f)             VMF_(S, f, VM_INT, 1, 1, NULL)
#define VMF_INT_ARRAY(S, f)       VMF_(S, f, VM_INT, VMF_COUNT_(S, f), 1, NULL)
#define VMF_BOOL(S, f)            VMF_(S, f, VM_BOOL, 1, 1, NULL)
#define VMF_BOOL_ARRAY(S, f)      VMF_(S, f, VM_BOOL, VMF_COUNT_(S, f), 1, NULL)
#define VMF_BYTES(S, f)           VMF_(S, f, VM_BYTES, 1, 1, NULL)
#define VMF_TIMER(S, f)           VMF_(S, f, VM_TIMER, 1, 1, NULL)
#define VMF_STRUCT(S, f, t)       VMF_(S, f, VM_STRUCT, 1, 1, t)
#define VMF_STRUCT_ARRAY(S, f, t) VMF_(S, f, VM_STRUCT, VMF_COUNT_(S, f), 1, t)
#define VMF_INT_SINCE(S, f, v)    VMF_(S, f, VM_INT, 1, v, NULL)
#define VMF_END()    \
    {                \
        .name = NULL \
    }

/* Appends the section `name` with the fields of `state`. */
void vmstate_save(GByteArray *out, const char *name, const VMState *vm, void *state);

/*
 * Reads a section from data[*pos..size) and moves *pos behind it. The section must be
 * called `name`. False (and errp) on a truncated or foreign stream, an unreadable version
 * or a refusal by post_load(); `state` may then be partly written and must be reset.
 */
bool vmstate_load(const uint8_t *data, size_t size, size_t *pos, const char *name,
                  const VMState *vm, void *state, GError **errp);

#endif
