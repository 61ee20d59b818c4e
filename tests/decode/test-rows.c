/* Golden test of the opcode tables: every row has a line of bytes and what they decode
 * to. */
/* SPDX-License-Identifier: MIT */
/*
 * test-rows FILE...: each line "64 | 48 01 d8 => text" is decoded in that mode and
 * compared; lines that begin with # are comments. At the end every row of the tables must
 * have been met. test-rows --bless FILE rewrites what stands right of => and appends a
 * line for the memory and for the register form of each row that has none yet, searching
 * all opcodes for it. Read the diff. test-rows --again FILE rewrites the right hand sides
 * only. test-rows --rows prints the number of rows of each map, and how many have no
 * generator yet.
 */
#include "tests/decode/insn-text.h"

#include <stdio.h>
#include <stdlib.h>

enum { FORM_MEM = 1, FORM_REG = 2, FORM_ANY = 3 };

typedef struct Golden {
    uint8_t *seen; /* FORM_* met, for each row */
    GString *out;  /* the file as bless would write it */
    unsigned failed, lines;
} Golden;

static const unsigned mode_bits[] = {16, 32, 64};

static int mode_of(unsigned bits)
{
    return bits == 64 ? X86_MODE_64 : bits == 32 ? X86_MODE_32 : X86_MODE_16;
}

static unsigned form_of(const Insn *i)
{
    return !i->desc->modrm ? FORM_ANY : i->modrm < 0xc0 ? FORM_MEM : FORM_REG;
}

static void put_line(GString *out, unsigned mode, const uint8_t *b, size_t n,
                     const char *text)
{
    g_string_append_printf(out, "%u |", mode_bits[mode]);
    for (size_t k = 0; k < n; k++) {
        g_string_append_printf(out, " %02x", b[k]);
    }
    g_string_append_printf(out, " => %s\n", text);
}

/* ---- Checking ---- */

static size_t parse_bytes(const char *s, uint8_t *b, size_t max)
{
    size_t n = 0;
    char *end;

    for (; n < max; n++, s = end) {
        unsigned long v = strtoul(s, &end, 16);
        if (end == s) {
            break;
        }
        b[n] = v;
    }
    return n;
}

static void check_line(Golden *g, const char *file, unsigned number, const char *line)
{
    const char *bar = strchr(line, '|'), *arrow = strstr(line, "=>");
    uint8_t b[32];
    Insn i;

    if (line[0] == '#' || !bar || !arrow) {
        g_string_append_printf(g->out, "%s\n", line);
        return;
    }
    size_t n = parse_bytes(bar + 1, b, sizeof(b));
    unsigned mode = mode_of(atoi(line));
    int len = x86_decode(&i, b, n, mode);
    g_autofree char *text = insn_text(&i, len);

    g->lines++;
    put_line(g->out, mode, b, n, text);
    if (len > 0) {
        g->seen[i.desc - x86_rows] |= form_of(&i);
    }
    if (strcmp(g_strstrip(g_strdup(arrow + 2)), text) != 0) {
        printf("%s:%u: %s\n    now: %s\n", file, number, line, text);
        g->failed++;
    }
}

static bool check_file(Golden *g, const char *file)
{
    g_autofree char *all = NULL;
    g_autoptr(GError) err = NULL;

    if (!g_file_get_contents(file, &all, NULL, &err)) {
        fprintf(stderr, "%s\n", err->message);
        return false;
    }
    g_auto(GStrv) lines = g_strsplit(g_strchomp(all), "\n", -1);
    for (unsigned n = 0; lines[n]; n++) {
        check_line(g, file, n + 1, lines[n]);
    }
    return true;
}

static unsigned report_missing(const Golden *g)
{
    unsigned missing = 0;
    for (unsigned r = 1; r < x86_nr_rows; r++) {
        if (!g->seen[r]) {
            printf("no line for row %u: %s\n", r, x86_row_name(&x86_rows[r]));
            missing++;
        }
    }
    return missing;
}

/* ---- Blessing ---- */

/* Adds a line when the bytes reach a form of a row that has none. Lines hold no spare
 * bytes. */
static void try_bytes(Golden *g, unsigned mode, const uint8_t *b, size_t n)
{
    Insn i;
    int len = x86_decode(&i, b, n, mode);

    if (len <= 0 || g->seen[i.desc - x86_rows] & form_of(&i)) {
        return;
    }
    g->seen[i.desc - x86_rows] |= form_of(&i);
    g_autofree char *text = insn_text(&i, len);
    put_line(g->out, mode, b, len, text);
}

/* All ModRM bytes behind the n bytes of prefix and opcode. */
static void try_modrm(Golden *g, unsigned mode, const uint8_t *head, size_t n)
{
    uint8_t b[24];

    memset(b, 0x12, sizeof(b));
    memcpy(b, head, n);
    for (unsigned reg = 0; reg < 8; reg++) {
        for (unsigned rm = 0; rm < 8; rm++) {
            b[n] = 0x40 | reg << 3 | rm;
            try_bytes(g, mode, b, sizeof(b));
            b[n] = 0xc0 | reg << 3 | rm;
            try_bytes(g, mode, b, sizeof(b));
        }
    }
}

/* Prefixes and escapes: not opcodes of the one-byte map. */
static bool is_opcode(unsigned mode, unsigned map, unsigned op)
{
    static const uint8_t others[] = {0x0f, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
                                     0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x38, 0x3a};
    const uint8_t *at = memchr(others, op, sizeof(others));
    if (mode == X86_MODE_64 && map == 0 && (op & 0xf0) == 0x40) {
        return false;
    }
    return !at ||
           (map == 0 ? op == 0x38 || op == 0x3a : map != 1 || (op != 0x38 && op != 0x3a));
}

static void try_legacy(Golden *g, unsigned mode, unsigned map, unsigned op)
{
    static const uint8_t prefix[] = {0, 0x66, 0xf3, 0xf2};
    static const uint8_t escape[][2] = {
        {0,    0   },
        {0x0f, 0   },
        {0x0f, 0x38},
        {0x0f, 0x3a}
    };

    if (!is_opcode(mode, map, op)) {
        return;
    }
    for (unsigned v = 0; v < (mode == X86_MODE_64 ? 8 : 4); v++) {
        uint8_t b[8];
        unsigned n = 0;
        if (prefix[v & 3]) {
            b[n++] = prefix[v & 3];
        }
        if (v & 4) {
            b[n++] = 0x48;
        }
        for (unsigned k = 0; k < 2 && escape[map][k]; k++) {
            b[n++] = escape[map][k];
        }
        b[n++] = op;
        try_modrm(g, mode, b, n);
    }
}

static void try_vex(Golden *g, unsigned mode, unsigned map, unsigned op)
{
    for (unsigned v = 0; v < 32; v++) { /* W, vvvv, L, pp */
        uint8_t b[4] = {0xc4, 0xe0 | map,
                        (v & 16 ? 0x80 : 0) | (v & 8 ? 0x78 : 0x70) | (v & 7), op};
        try_modrm(g, mode, b, 4);
    }
}

static void bless_missing(Golden *g)
{
    static const uint8_t evex[6] = {0x62, 0xf1, 0x7c, 0x48, 0x58},
                         evex_imm[6] = {
                             0x62, 0xf3, 0xfd, 0x48, 0x25,
                         };

    for (unsigned map = 0; map < 4; map++) {
        for (unsigned op = 0; op < 256; op++) {
            for (int mode = X86_MODE_64; mode >= X86_MODE_32; mode--) {
                try_legacy(g, mode, map, op);
                if (map) {
                    try_vex(g, mode, map, op);
                }
            }
        }
    }
    try_modrm(g, X86_MODE_64, evex, 5);
    try_modrm(g, X86_MODE_64, evex_imm, 5);
}

/* ---- Main ---- */

static const char *map_name(const InsnDesc *d)
{
    static const char *const names[] = {"1byte", "0f", "0f38", "0f3a", "groups and x87"};
    return names[MIN(d->key >> 12, 4)];
}

static void print_row_counts(void)
{
    for (unsigned r = 1, n = 0, todo = 0; r < x86_nr_rows; r++) {
        n++;
        todo += x86_rows[r].todo;
        if (r + 1 == x86_nr_rows || x86_rows[r].key >> 12 != x86_rows[r + 1].key >> 12) {
            printf("%-15s %4u rows, %4u to do\n", map_name(&x86_rows[r]), n, todo);
            n = todo = 0;
        }
    }
}

int main(int argc, char **argv)
{
    Golden g = {g_new0(uint8_t, x86_nr_rows), g_string_new(NULL)};

    if (argc == 2 && !strcmp(argv[1], "--rows")) {
        print_row_counts();
        return 0;
    }
    bool again = argc == 3 && !strcmp(argv[1], "--again");
    bool bless = argc == 3 && !strcmp(argv[1], "--bless");
    for (int a = bless || again ? 2 : 1; a < argc; a++) {
        if (!check_file(&g, argv[a])) {
            return 1;
        }
    }
    if (bless) {
        bless_missing(&g);
    }
    if (bless || again) {
        return !g_file_set_contents(argv[2], g.out->str, -1, NULL);
    }
    unsigned missing = report_missing(&g);
    printf("%u lines, %u differ, %u rows without a line\n", g.lines, g.failed, missing);
    return g.failed || missing || !g.lines;
}
