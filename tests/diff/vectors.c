/* A file of what the host's CPU made of cases, for hosts that are none of x86. */
/* SPDX-License-Identifier: MIT */
#include "tests/diff/vectors.h"

#include <errno.h>
#include <stdio.h>

static const char magic[8] = "mynahvec";

/* Where a difference of a state can be. */
enum { STATE_WORDS = sizeof(MachineState) / 8, LINE_WORDS = LINE_SIZE / 8 };
static_assert(sizeof(MachineState) % 8 == 0, "words");
enum { UNKNOWN, KNOWN };

struct Vectors {
    FILE *f;
    char *path;
    bool writes;
    VectorsHead head;
};

/* ---- numbers ---- */

/* Seven bits a byte, the lowest first; bit 7: there are more. */
static void put_number(Vectors *v, uint64_t n)
{
    for (; n > 127; n >>= 7) {
        putc_unlocked((n & 127) | 128, v->f);
    }
    putc_unlocked(n, v->f);
}

static bool get_number(Vectors *v, uint64_t *n)
{
    int byte = 128;
    *n = 0;
    for (unsigned shift = 0; byte & 128; shift += 7) {
        byte = getc_unlocked(v->f);
        if (byte == EOF || shift > 63) {
            return false;
        }
        *n |= (uint64_t)(byte & 127) << shift;
    }
    return true;
}

static bool get_below(Vectors *v, uint64_t limit, uint64_t *n)
{
    return get_number(v, n) && *n < limit;
}

/* ---- words that differ ---- */

static uint64_t word_at(const void *p, unsigned n)
{
    return ldq_he_p((const uint8_t *)p + 8 * n);
}

/* How many words are equal, how many of those behind are not, these; a length of 0 ends.
 */
static void put_words(Vectors *v, const void *now, const void *was, unsigned count)
{
    for (unsigned at = 0, end; at < count; at = end) {
        unsigned from = at;
        while (from < count && word_at(now, from) == word_at(was, from)) {
            from++;
        }
        for (end = from; end < count && word_at(now, end) != word_at(was, end);) {
            end++;
        }
        if (from == end) {
            break;
        }
        put_number(v, end - from);
        put_number(v, from - at);
        fwrite((const uint8_t *)now + 8 * from, 8, end - from, v->f);
    }
    put_number(v, 0);
}

/* `to` has what was there before. */
static bool get_words(Vectors *v, void *to, unsigned count)
{
    uint64_t n, skip;
    unsigned at = 0;
    while (get_below(v, count - at + 1, &n)) {
        if (n == 0) {
            return true;
        }
        if (!get_below(v, count - at - n + 1, &skip) ||
            fread((uint8_t *)to + 8 * (at + skip), 8, n, v->f) != n) {
            return false;
        }
        at += skip + n;
    }
    return false;
}

/* ---- cases ---- */

/* The line of memory that a case begins with. */
static void line_before(const Gen *g, const Case *c, unsigned line, uint8_t *to)
{
    unsigned off = line * LINE_SIZE;
    bool data = off < DATA_SIZE;
    uint64_t at = data ? DATA_BASE + off : STACK_BASE + (off - DATA_SIZE);

    memcpy(to, data ? gen_data(g) + off : gen_stack(g) + (off - DATA_SIZE), LINE_SIZE);
    for (unsigned i = 0; i < c->patch_len; i++) {
        uint64_t in_line = c->patch_addr + i - at;
        if (in_line < LINE_SIZE) {
            to[in_line] = c->patch[i];
        }
    }
}

static uint32_t add_to_sum(uint32_t sum, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum = (sum ^ ((const uint8_t *)bytes)[i]) * 16777619; /* FNV-1a */
    }
    return sum;
}

static uint32_t sum_of(const Case *c)
{
    const MachineState *st = &c->before;
    uint32_t sum = add_to_sum(2166136261, c->code, c->len);

    sum = add_to_sum(sum, st->regs, sizeof(st->regs));
    sum = add_to_sum(sum, &st->rip, sizeof(st->rip));
    sum = add_to_sum(sum, &st->eflags, sizeof(st->eflags));
    sum = add_to_sum(sum, &st->mxcsr, sizeof(st->mxcsr));
    sum = add_to_sum(sum, st->st, sizeof(st->st));
    sum = add_to_sum(sum, &st->vec[0], sizeof(st->vec[0]));
    return add_to_sum(sum, c->patch, c->patch_len);
}

static void put_lines(Vectors *v, const Gen *g, const Case *c, const Outcome *out)
{
    uint8_t was[LINE_SIZE];

    for (unsigned line = 0; line < NR_LINES; line++) {
        if (out->changed[line / 64] >> line % 64 & 1) {
            put_number(v, line + 1);
            line_before(g, c, line, was);
            put_words(v, out->lines[line], was, LINE_WORDS);
        }
    }
    put_number(v, 0);
}

static bool get_lines(Vectors *v, const Gen *g, const Case *c, Outcome *out)
{
    uint64_t n;

    while (get_below(v, NR_LINES + 1, &n)) {
        if (n == 0) {
            return true;
        }
        unsigned line = n - 1;
        out->changed[line / 64] |= UINT64_C(1) << line % 64;
        line_before(g, c, line, out->lines[line]);
        if (!get_words(v, out->lines[line], LINE_WORDS)) {
            return false;
        }
    }
    return false;
}

void vectors_put(Vectors *v, const Gen *g, const Case *c, const Outcome *out)
{
    uint32_t sum = sum_of(c);

    v->head.cases++;
    putc_unlocked(out ? KNOWN : UNKNOWN, v->f);
    fwrite(&sum, sizeof(sum), 1, v->f);
    if (out) {
        put_number(v, out->res.vector + 1);
        put_number(v, out->res.error);
        put_number(v, out->res.cr2);
        put_words(v, &out->st, &c->before, STATE_WORDS);
        put_lines(v, g, c, out);
    }
}

static bool get_outcome(Vectors *v, const Gen *g, const Case *c, Outcome *out)
{
    uint64_t vector, error, cr2;

    if (!get_below(v, 257, &vector) || !get_number(v, &error) || !get_number(v, &cr2)) {
        return false;
    }
    out->res = (MachineResult){.vector = (int)vector - 1, .error = error, .cr2 = cr2};
    out->st = c->before;
    memset(out->changed, 0, sizeof(out->changed));
    return get_words(v, &out->st, STATE_WORDS) && get_lines(v, g, c, out);
}

bool vectors_get(Vectors *v, const Gen *g, const Case *c, Outcome *out, bool *known,
                 GError **errp)
{
    int kind = getc_unlocked(v->f);
    uint32_t sum;

    if (kind < UNKNOWN || kind > KNOWN || fread(&sum, sizeof(sum), 1, v->f) != 1) {
        return user_error(errp, "%s: ends before its last case", v->path);
    }
    if (sum != sum_of(c)) {
        return user_error(errp,
                          "%s: seed %" PRIu64 ", state %u is another case here: "
                          "made by another version",
                          v->path, c->seed, c->state);
    }
    *known = kind == KNOWN;
    if (*known && !get_outcome(v, g, c, out)) {
        return user_error(errp, "%s: seed %" PRIu64 ", state %u: damaged", v->path,
                          c->seed, c->state);
    }
    return true;
}

/* ---- files ---- */

static Vectors *open_file(const char *path, bool writes, GError **errp)
{
    FILE *f = fopen(path, writes ? "wb" : "rb");

    if (!f) {
        user_error(errp, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    Vectors *v = g_new0(Vectors, 1);
    v->f = f;
    v->path = g_strdup(path);
    v->writes = writes;
    return v;
}

static void put_head(Vectors *v)
{
    fwrite(magic, sizeof(magic), 1, v->f);
    fwrite(&v->head, sizeof(v->head), 1, v->f);
}

Vectors *vectors_create(const char *path, const VectorsHead *head, GError **errp)
{
    Vectors *v = open_file(path, true, errp);

    if (v) {
        v->head = *head;
        v->head.cases = 0;
        put_head(v);
    }
    return v;
}

Vectors *vectors_open(const char *path, VectorsHead *head, GError **errp)
{
    Vectors *v = open_file(path, false, errp);
    char have[sizeof(magic)];

    if (!v) {
        return NULL;
    }
    if (fread(have, sizeof(have), 1, v->f) != 1 || memcmp(have, magic, sizeof(have)) ||
        fread(head, sizeof(*head), 1, v->f) != 1 || !head->states ||
        head->mode > X86_MODE_64 || head->rows[sizeof(head->rows) - 1]) {
        user_error(errp, "%s: no file of vectors", path);
        vectors_close(v, NULL);
        return NULL;
    }
    return v;
}

bool vectors_close(Vectors *v, GError **errp)
{
    bool ok = true;

    if (v->writes) {
        rewind(v->f);
        put_head(v);
        ok = !ferror(v->f);
    }
    ok = fclose(v->f) == 0 && ok;
    if (!ok) {
        user_error(errp, "%s: cannot be written", v->path);
    }
    g_free(v->path);
    g_free(v);
    return ok;
}
