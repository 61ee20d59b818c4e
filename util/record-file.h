/* A file of records that are found by a number: read where it is mapped, written anew. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_RECORD_FILE_H
#define UTIL_RECORD_FILE_H

#include "util/common.h"

/*
 * A cache between processes of one user. The key says what all records depend on: a file
 * with another key is none. Whatever is wrong with a file or a record, it is as if it was
 * not there. Who writes makes a new file and gives it the name at the end, so that
 * readers and other writers see a whole one, or for a moment none.
 */

/* A file that is mapped. What it returns stays until it is closed. */
typedef struct RecordFile RecordFile;
/* NULL: none that can be used. It has to belong to the effective user, and nobody else
 * may be able to write to it. Larger than `limit` bytes: as well. */
RecordFile *record_file_open(const char *path, const void *key, size_t key_size,
                             size_t limit);
void record_file_close(RecordFile *f);
/* How many records; how many bytes. */
size_t record_file_count(const RecordFile *f);
size_t record_file_size(const RecordFile *f);

/* Several records may have the same number. Begins with zeros. */
typedef struct RecordCursor {
    uint32_t probes;
    uint32_t guessed; /* the record that came first without a probe */
} RecordCursor;
/* The next record with number `id`, and its bytes; NULL: there is no more. Fastest in the
 * order of the file. */
const void *record_file_find(RecordFile *f, uint64_t id, RecordCursor *at, size_t *size);

typedef struct RecordWriter RecordWriter;
/* A new file in the folder dir_fd, for at most max_records; NULL: cannot be. */
RecordWriter *record_writer_new(int dir_fd, const void *key, size_t key_size,
                                size_t max_records);
void record_writer_add(RecordWriter *w, uint64_t id, const void *bytes, size_t size);
/* All that are in `f`. */
void record_writer_add_all(RecordWriter *w, const RecordFile *f);
/* Bytes so far, and how many a record of `size` bytes adds. */
size_t record_writer_size(const RecordWriter *w);
size_t record_room(size_t size);
/* Gives the file its name if all went well, else removes it; frees w. Whether the file is
 * there. */
bool record_writer_end(RecordWriter *w, const char *name);

/* Removes the oldest of the folder's files with names of so many hexadecimal digits, and
 * of those that writers have left unfinished, until they have no more than `limit` bytes.
 */
#define RECORD_NAME_DIGITS 32
void record_dir_trim(int dir_fd, uint64_t limit);

#endif
