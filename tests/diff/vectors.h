/* A file of what the host's CPU made of cases, for hosts that are none of x86. */
/* SPDX-License-Identifier: MIT */
/*
 * Cases are not in the file: both sides make them, from the seed and what the head says,
 * and a sum tells that they are the same. Of an outcome there is what differs from the
 * state before, in words of 8 bytes. It is for the build that wrote it: another version
 * may make other cases.
 */
#ifndef TESTS_DIFF_VECTORS_H
#define TESTS_DIFF_VECTORS_H

#include "tests/diff/outcome.h"
#include "util/error.h"

typedef struct VectorsHead {
    uint64_t seed, cases; /* cases: filled in by vectors_close() */
    uint32_t states;      /* of each instruction */
    uint32_t insns, mode, segs;
    char rows[64];                               /* a glob, or "" */
    uint64_t features[(NR_X86_FEATS + 63) / 64]; /* of the CPU */
} VectorsHead;

typedef struct Vectors Vectors;

/* To write. NULL: an error. */
Vectors *vectors_create(const char *path, const VectorsHead *head, GError **errp);
/* The next case's outcome; NULL: it is not known. */
void vectors_put(Vectors *v, const Gen *g, const Case *c, const Outcome *out);

/* To read. NULL: an error. */
Vectors *vectors_open(const char *path, VectorsHead *head, GError **errp);
/* The next case's outcome; *known: there is one. False: the file is not as it should be.
 */
bool vectors_get(Vectors *v, const Gen *g, const Case *c, Outcome *out, bool *known,
                 GError **errp);

/* False: not all could be written. Frees it. */
bool vectors_close(Vectors *v, GError **errp);

#endif
