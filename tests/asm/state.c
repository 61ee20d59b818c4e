/* Machine states as words: parsing, comparing, printing. */
/* SPDX-License-Identifier: MIT */
#include "tests/asm/state.h"

#include "util/bitops.h"
#include "util/error.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const reg_names[16] = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
};
static const struct {
    const char *name;
    uint32_t bit;
} flag_names[] = {
    {"cf", CC_C  },
    {"pf", CC_P  },
    {"af", CC_A  },
    {"zf", CC_Z  },
    {"sf", CC_S  },
    {"of", CC_O  },
    {"df", EFL_DF},
};

void snapshot_init(Snapshot *s)
{
    memset(s, 0, sizeof(*s));
    for (unsigned n = 0; n < 16; n++) {
        s->st.regs[n] = 0x0123456789abcdefull * (n + 1) ^ (uint64_t)n << 56;
        for (unsigned b = 0; b < 16; b++) {
            s->st.vec[n].b[b] = 16 * n + b;
            s->st.vec[n].b[16 + b] = 0xf0 - 16 * n + b;
        }
    }
    s->st.regs[R_RSP] = STACK_BASE + STACK_SIZE / 2;
    s->st.mode = X86_MODE_64;
    s->st.mxcsr = 0x1f80;
    s->st.fcw = 0x37f;
    for (unsigned n = 0; n < sizeof(s->data); n++) {
        s->data[n] = n * 7 + 3;
    }
    for (unsigned n = 0; n < sizeof(s->stack); n++) {
        s->stack[n] = n * 5 + 1;
    }
    s->res.vector = -1;
}

void snapshot_load(const Snapshot *s)
{
    memcpy((void *)(uintptr_t)DATA_BASE, s->data, DATA_SIZE);
    memcpy((void *)(uintptr_t)STACK_BASE, s->stack, STACK_SIZE);
}

void snapshot_save(Snapshot *s)
{
    memcpy(s->data, (void *)(uintptr_t)DATA_BASE, DATA_SIZE);
    memcpy(s->stack, (void *)(uintptr_t)STACK_BASE, STACK_SIZE);
}

/* --- values --- */

/* Number or symbol[+number], up to the end. */
static bool parse_value(const char *text, uint64_t *val)
{
    static const struct {
        const char *name;
        uint64_t val;
    } symbols[] = {
        {"data",   DATA_BASE                  },
        {"stack",  STACK_BASE + STACK_SIZE / 2},
        {"rodata", CONST_BASE                 },
    };
    char *end;

    *val = 0;
    for (unsigned n = 0; n < ARRAY_SIZE(symbols); n++) {
        size_t len = strlen(symbols[n].name);
        if (strncmp(text, symbols[n].name, len) == 0) {
            *val = symbols[n].val;
            text += len;
            if (!*text) {
                return true;
            }
        }
    }
    *val += *text == '-' ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
    return end != text && !*end;
}

/* Hexadecimal digits, most significant byte first, to `size` little-endian bytes. */
static bool parse_bytes(const char *text, uint8_t *to, unsigned size)
{
    unsigned digits = strlen(text);

    if (digits < 3 || strncmp(text, "0x", 2) != 0 || digits - 2 > 2 * size) {
        return false;
    }
    memset(to, 0, size);
    for (unsigned n = 0; n < digits - 2; n++) {
        int v = g_ascii_xdigit_value(text[digits - 1 - n]);
        if (v < 0) {
            return false;
        }
        to[n / 2] |= v << (n % 2 * 4);
    }
    return true;
}

/* nr < 0: the name has no number. */
static void print_bytes(GString *to, const char *name, int nr, const uint8_t *b,
                        unsigned size)
{
    g_string_append_printf(to, " %s", name);
    if (nr >= 0) {
        g_string_append_printf(to, "%d", nr);
    }
    g_string_append(to, "=0x");
    while (size) {
        g_string_append_printf(to, "%02x", b[--size]);
    }
}

/* --- one word: where its value is --- */

typedef struct Place {
    uint8_t *bytes; /* little-endian */
    unsigned size;
    uint32_t flag; /* an EFLAGS bit instead */
} Place;

static bool find_memory(Snapshot *s, const char *name, Place *p)
{
    unsigned bits;
    char base;
    uint64_t off;
    char *end;

    if (sscanf(name, "%c%u@", &base, &bits) != 2 || (base != 'm' && base != 's')) {
        return false;
    }
    off = strtoull(strchr(name, '@') + 1, &end, 0);
    if (*end || bits % 8 || bits > 256 || off + bits / 8 > DATA_SIZE) {
        return false;
    }
    *p = (Place){.bytes = (base == 'm' ? s->data : s->stack) + off, .size = bits / 8};
    return true;
}

static bool find_place(Snapshot *s, const char *name, Place *p)
{
    unsigned nr;
    char tail;

    for (unsigned n = 0; n < 16; n++) {
        if (strcmp(name, reg_names[n]) == 0) {
            *p = (Place){.bytes = (uint8_t *)&s->st.regs[n], .size = 8};
            return true;
        }
    }
    for (unsigned n = 0; n < ARRAY_SIZE(flag_names); n++) {
        if (strcmp(name, flag_names[n].name) == 0) {
            *p = (Place){.flag = flag_names[n].bit};
            return true;
        }
    }
    if (sscanf(name, "xmm%u%c", &nr, &tail) == 1 && nr < 16) {
        *p = (Place){.bytes = s->st.vec[nr].b, .size = 16};
    } else if (sscanf(name, "ymm%u%c", &nr, &tail) == 1 && nr < 16) {
        *p = (Place){.bytes = s->st.vec[nr].b, .size = 32};
    } else if (sscanf(name, "st%u%c", &nr, &tail) == 1 && nr < 8) {
        *p = (Place){.bytes = s->st.st[nr], .size = 10};
    } else if (strcmp(name, "mxcsr") == 0) {
        *p = (Place){.bytes = (uint8_t *)&s->st.mxcsr, .size = 4};
    } else if (strcmp(name, "fcw") == 0) {
        *p = (Place){.bytes = (uint8_t *)&s->st.fcw, .size = 2};
    } else if (strcmp(name, "fsw") == 0) {
        *p = (Place){.bytes = (uint8_t *)&s->st.fsw, .size = 2};
    } else if (strcmp(name, "ftw") == 0) {
        *p = (Place){.bytes = &s->st.ftw, .size = 1};
    } else {
        return find_memory(s, name, p);
    }
    return true;
}

static bool place_value(const Place *p, const char *text, uint8_t bytes[32])
{
    uint64_t v;

    memset(bytes, 0, 32);
    if (p->size > 8) {
        return parse_bytes(text, bytes, p->size);
    }
    if (!parse_value(text, &v)) {
        return false;
    }
    stq_le_p(bytes, v);
    return true;
}

/* Calls `fn` for each word `name=value`; false when the text is not like that. */
static bool each_word(const char *text, bool (*fn)(void *opaque, char *name, char *value),
                      void *opaque, GError **errp)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);

    for (char **w = words; *w; w++) {
        if (!**w || **w == '(') { /* a remark takes the rest */
            if (**w == '(') {
                break;
            }
            continue;
        }
        g_auto(GStrv) pair = g_strsplit(*w, "=", 2);
        if (!pair[0] || !pair[1] || !fn(opaque, pair[0], pair[1])) {
            return user_error(errp, "bad word '%s'", *w);
        }
    }
    return true;
}

static bool set_word(void *opaque, char *name, char *value)
{
    Snapshot *s = opaque;
    uint8_t bytes[32];
    Place p;

    if (!find_place(s, name, &p) || !place_value(&p, value, bytes)) {
        return false;
    }
    if (p.flag) {
        s->st.eflags = (s->st.eflags & ~p.flag) | (bytes[0] & 1 ? p.flag : 0);
    } else {
        memcpy(p.bytes, bytes, p.size);
    }
    return true;
}

bool snapshot_set(Snapshot *s, const char *text, GError **errp)
{
    return each_word(text, set_word, s, errp);
}

/* --- comparing --- */

typedef struct Match {
    Snapshot *s;
    GString *why;
    uint32_t flags;
    bool ok;
    int vector; /* -1: the end */
} Match;

static bool match_result(Match *m, const char *name, const char *value)
{
    uint64_t v, got;

    if (!parse_value(value, &v)) {
        return false;
    }
    if (strcmp(name, "fault") == 0) {
        m->vector = v;
        return true;
    }
    if (strcmp(name, "err") == 0) {
        got = m->s->res.error;
    } else if (strcmp(name, "cr2") == 0) {
        got = m->s->res.cr2;
    } else {
        return false;
    }
    if (got != v) {
        g_string_append_printf(m->why, " %s=%#" PRIx64 " (wanted %s)", name, got, value);
        m->ok = false;
    }
    return true;
}

static bool match_word(void *opaque, char *name, char *value)
{
    Match *m = opaque;
    uint8_t bytes[32];
    Place p;

    if (!find_place(m->s, name, &p)) {
        return match_result(m, name, value);
    }
    if (!place_value(&p, value, bytes)) {
        return false;
    }
    if (p.flag) {
        m->flags |= p.flag;
        if (!(m->s->st.eflags & p.flag) != !bytes[0]) {
            g_string_append_printf(m->why, " %s=%d", name, !bytes[0]);
            m->ok = false;
        }
    } else if (memcmp(p.bytes, bytes, p.size) != 0) {
        print_bytes(m->why, name, -1, p.bytes, p.size);
        g_string_append_printf(m->why, " (wanted %s)", value);
        m->ok = false;
    }
    return true;
}

bool snapshot_matches(const Snapshot *s, const char *text, uint64_t end, GString *why,
                      uint32_t *flags)
{
    Match m = {.s = (Snapshot *)s, .why = why, .ok = true, .vector = -1};
    g_autoptr(GError) err = NULL;

    if (!each_word(text, match_word, &m, &err)) {
        g_string_append_printf(why, " %s", err->message);
        return false;
    }
    if (m.vector < 0 ? s->res.vector != EXCP_GP || s->st.rip != end
                     : s->res.vector != m.vector) {
        g_string_append_printf(why, " exception %d at +%#" PRIx64, s->res.vector,
                               s->st.rip - end);
        m.ok = false;
    }
    *flags = m.flags;
    return m.ok;
}

static bool differ(GString *why, const char *name, int nr, const void *a, const void *b,
                   unsigned n)
{
    if (memcmp(a, b, n) == 0) {
        return false;
    }
    print_bytes(why, name, nr, a, n);
    print_bytes(why, "!", -1, b, n);
    return true;
}

static bool memory_differs(GString *why, const char *name, const uint8_t *a,
                           const uint8_t *b, size_t n)
{
    bool bad = false;

    for (size_t off = 0; off < n; off += 8) {
        if (memcmp(a + off, b + off, 8) != 0) {
            g_string_append_printf(why, " %s64@%#zx=%#" PRIx64 " !%#" PRIx64, name, off,
                                   ldq_le_p(a + off), ldq_le_p(b + off));
            bad = true;
        }
    }
    return bad;
}

bool snapshot_equal(const Snapshot *a, const Snapshot *b, uint32_t flags, GString *why)
{
    bool bad = false;
    unsigned size = a->st.mode == X86_MODE_64 ? 8 : 4;
    uint32_t mask = flags | EFL_DF;
    uint32_t fa = a->st.eflags & mask, fb = b->st.eflags & mask;

    for (unsigned n = 0; n < (a->st.mode == X86_MODE_64 ? 16 : 8); n++) {
        if (memcmp(&a->st.regs[n], &b->st.regs[n], size) != 0) {
            g_string_append_printf(why, " %s=%#" PRIx64 " !%#" PRIx64, reg_names[n],
                                   a->st.regs[n], b->st.regs[n]);
            bad = true;
        }
    }
    for (unsigned n = 0; n < 16; n++) {
        bad |= differ(why, "ymm", n, &a->st.vec[n], &b->st.vec[n], sizeof(X86Vec));
    }
    for (unsigned n = 0; n < 8; n++) {
        bad |= differ(why, "st", n, a->st.st[n], b->st.st[n], 10);
    }
    bad |= differ(why, "fcw", -1, &a->st.fcw, &b->st.fcw, 2);
    bad |= differ(why, "fsw", -1, &a->st.fsw, &b->st.fsw, 2);
    bad |= differ(why, "ftw", -1, &a->st.ftw, &b->st.ftw, 1);
    bad |= differ(why, "mxcsr", -1, &a->st.mxcsr, &b->st.mxcsr, 4);
    bad |= memory_differs(why, "m", a->data, b->data, DATA_SIZE);
    bad |= memory_differs(why, "s", a->stack, b->stack, STACK_SIZE);
    if (fa != fb) {
        g_string_append_printf(why, " flags=%#x !%#x", fa, fb);
        bad = true;
    }
    if (a->st.rip != b->st.rip || a->res.vector != b->res.vector ||
        a->res.error != b->res.error || a->res.cr2 != b->res.cr2) {
        g_string_append_printf(why,
                               " exception %d err %x cr2 %#" PRIx64 " rip %#" PRIx64
                               " !%d %x %#" PRIx64 " %#" PRIx64,
                               a->res.vector, a->res.error, a->res.cr2, a->st.rip,
                               b->res.vector, b->res.error, b->res.cr2, b->st.rip);
        bad = true;
    }
    return !bad;
}

/* --- printing --- */

static void describe_memory(GString *to, char name, const uint8_t *now,
                            const uint8_t *before, size_t size)
{
    for (size_t off = 0; off < size; off += 8) {
        if (memcmp(now + off, before + off, 8) != 0) {
            g_string_append_printf(to, " %c64@%#zx=%#" PRIx64, name, off,
                                   ldq_le_p(now + off));
        }
    }
}

static void describe_fpu(GString *to, const MachineState *st, const MachineState *before)
{
    for (unsigned n = 0; n < 8; n++) {
        if (memcmp(st->st[n], before->st[n], 10) != 0) {
            print_bytes(to, "st", n, st->st[n], 10);
        }
    }
    if (st->fcw != before->fcw) {
        g_string_append_printf(to, " fcw=%#x", st->fcw);
    }
    if (st->fsw != before->fsw) {
        g_string_append_printf(to, " fsw=%#x", st->fsw);
    }
    if (st->ftw != before->ftw) {
        g_string_append_printf(to, " ftw=%#x", st->ftw);
    }
    if (st->mxcsr != before->mxcsr) {
        g_string_append_printf(to, " mxcsr=%#x", st->mxcsr);
    }
}

void snapshot_describe(const Snapshot *s, const Snapshot *before, uint64_t end,
                       uint32_t flags, GString *to)
{
    for (unsigned n = 0; n < 16; n++) {
        if (s->st.regs[n] != before->st.regs[n]) {
            g_string_append_printf(to, " %s=%#" PRIx64, reg_names[n], s->st.regs[n]);
        }
    }
    for (unsigned n = 0; n < ARRAY_SIZE(flag_names); n++) {
        if (flags & flag_names[n].bit) {
            g_string_append_printf(to, " %s=%d", flag_names[n].name,
                                   (s->st.eflags & flag_names[n].bit) != 0);
        }
    }
    for (unsigned n = 0; n < 16; n++) {
        const uint8_t *v = s->st.vec[n].b, *w = before->st.vec[n].b;
        if (memcmp(v + 16, w + 16, 16) != 0) {
            print_bytes(to, "ymm", n, v, 32);
        } else if (memcmp(v, w, 16) != 0) {
            print_bytes(to, "xmm", n, v, 16);
        }
    }
    describe_fpu(to, &s->st, &before->st);
    describe_memory(to, 'm', s->data, before->data, DATA_SIZE);
    describe_memory(to, 's', s->stack, before->stack, STACK_SIZE);
    if (s->res.vector != EXCP_GP || s->st.rip != end) {
        g_string_append_printf(to, " fault=%d", s->res.vector);
        if (s->res.vector == EXCP_PF) {
            g_string_append_printf(to, " err=%#x cr2=%#" PRIx64, s->res.error,
                                   s->res.cr2);
        }
    }
}
