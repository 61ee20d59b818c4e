/* Record files: what was written is found, and a damaged file never gives anything else.
 */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"
#include "util/hash.h"
#include "util/record-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME  "0123456789abcdef0123456789abcdef"
#define KEY   "what all depends on"
#define LIMIT (1u << 20)
enum { RECORDS = 300, SAME = 3 };

static char *dir, *path;
static int dir_fd;

static void setup(void)
{
    dir = g_dir_make_tmp("mynah-test-XXXXXX", NULL);
    path = g_build_filename(dir, NAME, NULL);
    dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
    ck_assert(dir_fd >= 0);
}

static void teardown(void)
{
    record_dir_trim(dir_fd, 0);
    close(dir_fd);
    ck_assert_int_eq(rmdir(dir), 0); /* nothing was left over */
    g_free(dir);
    g_free(path);
}

/* Record i: its number, which SAME of them share, and its bytes. */
static uint64_t id_of(unsigned i)
{
    return hash_mix(i / SAME, 7);
}

static size_t fill(unsigned i, uint8_t *bytes)
{
    size_t n = i * 7 % 90;
    for (size_t k = 0; k < n; k++) {
        bytes[k] = i * 31 + k;
    }
    return n;
}

static RecordFile *open_file(void)
{
    return record_file_open(path, KEY, sizeof KEY, LIMIT);
}

static void add(RecordWriter *w, unsigned from, unsigned to)
{
    uint8_t bytes[90];
    for (unsigned i = from; i < to; i++) {
        record_writer_add(w, id_of(i), bytes, fill(i, bytes));
    }
}

static bool write_all(void)
{
    RecordWriter *w = record_writer_new(dir_fd, KEY, sizeof KEY, RECORDS);
    ck_assert(w != NULL);
    add(w, 0, RECORDS);
    return record_writer_end(w, NAME);
}

/* How many of the records are found; what is found is one of them. */
static unsigned count(RecordFile *f)
{
    unsigned n = 0;
    for (unsigned i = 0; i < RECORDS; i += SAME) {
        RecordCursor at = {0};
        const void *p;
        size_t size;
        while ((p = record_file_find(f, id_of(i), &at, &size))) {
            bool known = false;
            for (unsigned k = i; k < i + SAME; k++) {
                uint8_t bytes[90];
                known |= fill(k, bytes) == size && !memcmp(bytes, p, size);
            }
            CHECK(known);
            n++;
        }
    }
    return n;
}

START_TEST(found_again)
{
    ck_assert(!open_file());
    ck_assert(write_all());
    RecordFile *f = open_file();
    ck_assert(f != NULL);
    ck_assert_uint_eq(record_file_count(f), RECORDS);
    ck_assert_uint_eq(count(f), RECORDS);
    size_t size;
    ck_assert(!record_file_find(f, 12345, &(RecordCursor){0}, &size));
    record_file_close(f);
    ck_assert(!record_file_open(path, "what all depends oN", sizeof KEY, LIMIT));
    ck_assert(!record_file_open(path, KEY, sizeof KEY - 1, LIMIT));
    ck_assert(!record_file_open(path, KEY, sizeof KEY, 1000));
}
END_TEST

START_TEST(union_of_two)
{
    RecordWriter *w = record_writer_new(dir_fd, KEY, sizeof KEY, RECORDS);
    add(w, 0, 100);
    ck_assert(record_writer_end(w, NAME));
    RecordFile *f = open_file();
    w = record_writer_new(dir_fd, KEY, sizeof KEY, RECORDS);
    record_writer_add_all(w, f);
    add(w, 100, RECORDS);
    ck_assert(record_writer_end(w, NAME));
    ck_assert_uint_le(count(f), 100); /* the old one is still mapped */
    record_file_close(f);
    f = open_file();
    ck_assert_uint_eq(count(f), RECORDS);
    record_file_close(f);
}
END_TEST

static void store(const char *bytes, size_t n)
{
    unlink(path); /* a file that is cut to 0 bytes would be written to the disk at once */
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    close(fd);
}

/* Nothing crashes, and nothing wrong is found. */
START_TEST(damage)
{
    Rand r = {1};
    g_autofree char *good = NULL;
    gsize n;
    ck_assert(write_all() && g_file_get_contents(path, &good, &n, NULL));
    for (int round = 0; round < 400; round++) {
        g_autofree char *bad = g_memdup2(good, n);
        size_t len = round % 5 ? n : rand_below(&r, n);
        for (unsigned k = rand_below(&r, 8) + 1; k; k--) {
            bad[round % 2 ? rand_below(&r, n) : rand_below(&r, 4500)] =
                rand_below(&r, 256);
        }
        store(bad, len);
        RecordFile *f = open_file();
        if (f) {
            ck_assert_uint_le(count(f), RECORDS);
            RecordWriter *w = record_writer_new(dir_fd, KEY, sizeof KEY, RECORDS);
            record_writer_add_all(w, f);
            record_writer_end(w, NAME);
        }
        record_file_close(f);
    }
}
END_TEST

START_TEST(not_ours)
{
    ck_assert(write_all());
    g_chmod(path, 0620);
    ck_assert(!open_file());
    g_chmod(path, 0602);
    ck_assert(!open_file());
    g_chmod(path, 0600);
    g_autofree char *link = g_build_filename(dir, "link", NULL);
    ck_assert(symlink(path, link) == 0);
    ck_assert(!record_file_open(link, KEY, sizeof KEY, LIMIT));
    unlink(link);
    unlink(path);
    ck_assert(mkfifo(path, 0600) == 0);
    ck_assert(!open_file());
    unlink(path);
    ck_assert(mkdir(path, 0700) == 0);
    ck_assert(!open_file());
    ck_assert(!write_all()); /* a folder has the name */
    rmdir(path);
}
END_TEST

/* More than the process may write: no file, and no SIGXFSZ. */
START_TEST(no_room)
{
    struct rlimit lim = {.rlim_cur = 4096, .rlim_max = RLIM_INFINITY};
    umask(0777);
    ck_assert(setrlimit(RLIMIT_FSIZE, &lim) == 0);
    ck_assert(!write_all());
    lim.rlim_cur = RLIM_INFINITY;
    ck_assert(setrlimit(RLIMIT_FSIZE, &lim) == 0);
    ck_assert(write_all());
    umask(022);
    RecordFile *f = open_file();
    ck_assert_uint_eq(count(f), RECORDS);
    record_file_close(f);
}
END_TEST

START_TEST(trim)
{
    for (int i = 0; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("%s/%032d", dir, i);
        const struct timespec times[2] = {
            {1000 - i, 0},
            {1000 - i, 0}
        };
        ck_assert(g_file_set_contents(name, "0123456789", 10, NULL));
        ck_assert(utimensat(AT_FDCWD, name, times, 0) == 0);
    }
    g_autofree char *other = g_build_filename(dir, "thesis.tex", NULL);
    g_autofree char *unfinished = g_build_filename(dir, "1f-2e.new", NULL);
    ck_assert(g_file_set_contents(other, "0123456789", 10, NULL));
    ck_assert(g_file_set_contents(unfinished, "0", 1, NULL));
    record_dir_trim(dir_fd, 29);
    for (int i = 0; i < 5; i++) { /* the oldest is the last */
        g_autofree char *name = g_strdup_printf("%s/%032d", dir, i);
        ck_assert_int_eq(access(name, F_OK), i < 2 ? 0 : -1);
    }
    record_dir_trim(dir_fd, 0);
    ck_assert_int_eq(unlink(other), 0); /* it was there */
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, found_again);
    tcase_add_test(tc, union_of_two);
    tcase_add_test(tc, damage);
    tcase_add_test(tc, not_ours);
    tcase_add_test(tc, no_room);
    tcase_add_test(tc, trim);
}

int main(void)
{
    return unit_main("record-file", add_tests);
}
