/* compare-steps ONE OTHER: two logs of -d cpu,fpu by single steps; the states in ring 3
 * have to be the same. For program.sh. */
/* SPDX-License-Identifier: MIT */
/*
 * ONE has -d in_asm too, so that it is known which instruction is behind a state: flags
 * may begin to differ at one that leaves them undefined, and stay so as long as neither
 * changes (SDM vol. 1, appendix A). Of a segment register that is null the base counts
 * alone. Of an instruction that repeats itself the first state counts: a step is an
 * iteration under KVM.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NR_LINES 64
#define LINE     192
#define NR_INSNS 65536 /* a power of two; a program has fewer */
#define NR_FLAGS 7     /* between the brackets: DOSZAPC */
#define LEAST    5000  /* states, or it was not what was to be compared */

typedef struct Log {
    FILE *file;
    bool in_asm;     /* it has instructions as well */
    char next[LINE]; /* has been read, and is not of the last state */
    char line[NR_LINES][LINE];
    unsigned n, rip_line;
    bool has_fpu;
    uint64_t rip;
    char flags[NR_FLAGS + 1], was[NR_FLAGS + 1]; /* of this state, of the one before */
} Log;

/* ---- instructions of ONE ---- */

typedef struct Insn {
    uint64_t rip; /* 0: none */
    uint8_t code[15];
} Insn;
static Insn insns[NR_INSNS];

/* That at rip, or an empty place. */
static Insn *find_insn(uint64_t rip)
{
    unsigned i = rip * 0x9e3779b1u % NR_INSNS;

    for (unsigned n = 0; n < NR_INSNS && insns[i].rip && insns[i].rip != rip; n++) {
        i = (i + 1) % NR_INSNS;
    }
    return &insns[i];
}

/* "0x00101925:  f3 48 ab    rep stosq": text may be missing, where it needs a library. */
static void note_insn(const char *line)
{
    char *at;
    uint64_t rip = strtoull(line, &at, 16);
    Insn *insn = find_insn(rip);

    memset(insn, 0, sizeof *insn);
    insn->rip = rip;
    at += strspn(at, ": ");
    for (unsigned i = 0; i < sizeof insn->code; i++) {
        if (strspn(at, "0123456789abcdef") != 2) {
            return;
        }
        insn->code[i] = strtoul(at, &at, 16);
        at += *at == ' ';
    }
}

/* Of those with two bytes of opcode, behind 0Fh. */
static const char *undefined_0f(const uint8_t *code)
{
    switch (code[0]) {
    case 0xaf: /* imul */
        return "SZAP";
    case 0xa3:
    case 0xab:
    case 0xb3:
    case 0xba:
    case 0xbb: /* bt, btc, btr, bts */
        return "OSAP";
    case 0xa4:
    case 0xa5:
    case 0xac:
    case 0xad: /* shld, shrd */
        return "OA";
    case 0xbc:
    case 0xbd: /* bsf, bsr; tzcnt, lzcnt where there is none */
        return "OSAPC";
    default:
        return "";
    }
}

/* The flags that an instruction leaves undefined. */
static const char *undefined(const uint8_t *code)
{
    static const char *const unary[8] = {"A",    "A",    "",       "",
                                         "SZAP", "SZAP", "OSZAPC", "OSZAPC"};
    static const char *const logic[8] = {"", "A", "", "", "A", "", "A", ""};

    while (*code && (strchr("\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2\xf3", *code) ||
                     *code >> 4 == 4)) {
        code++; /* prefixes */
    }
    unsigned op = code[0], reg = code[1] >> 3 & 7;

    switch (op) {
    case 0x0f:
        return undefined_0f(code + 1);
    case 0x80:
    case 0x81:
    case 0x83:
        return logic[reg];
    case 0x84:
    case 0x85:
    case 0xa8:
    case 0xa9: /* test */
        return "A";
    case 0x69:
    case 0x6b: /* imul */
        return "SZAP";
    case 0xc0:
    case 0xc1:
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
        return reg < 4 ? "O" : "OA";
    case 0xf6:
    case 0xf7:
        return unary[reg];
    default:
        return op < 0x40 && (op & 7) < 6 ? logic[op >> 3] : "";
    }
}

/* ---- reading ---- */

/* A state: from its line with RAX up to the next. False: there is none. */
static bool read_state(Log *l)
{
    l->n = 0;
    l->has_fpu = false;
    l->rip = 0;
    for (;;) {
        bool starts = !strncmp(l->next, "RAX=", 4);

        if (starts && l->n) {
            return true;
        }
        if (!strncmp(l->next, "0x", 2)) {
            if (l->in_asm) {
                note_insn(l->next);
            }
        } else if ((starts || l->n) && l->next[0] > ' ' && l->n < NR_LINES &&
                   l->next[2] != ':') {
            if (!strncmp(l->next, "RIP=", 4)) {
                l->rip_line = l->n;
                l->rip = strtoull(l->next + 4, NULL, 16);
            }
            l->has_fpu |= !strncmp(l->next, "FCW=", 4);
            memcpy(l->line[l->n++], l->next, LINE);
        }
        if (!fgets(l->next, LINE, l->file)) {
            l->next[0] = 0;
            return l->n;
        }
    }
}

/* The next state in ring 3 behind that at `last`. */
static bool next_state(Log *l)
{
    uint64_t last = l->rip;

    memcpy(l->was, l->flags, sizeof l->was);
    while (read_state(l)) {
        const char *line = l->line[l->rip_line], *flags = strchr(line, '[');

        if (l->rip && flags && strstr(line, "CPL=3") && l->rip != last) {
            memcpy(l->flags, flags + 1, NR_FLAGS);
            return true;
        }
    }
    return false;
}

/* ---- comparing ---- */

static bool same_flags(const Log *a, const Log *b, uint64_t behind)
{
    const char *free_flags = undefined(find_insn(behind)->code);

    for (unsigned i = 0; i < NR_FLAGS; i++) {
        bool stay = a->flags[i] == a->was[i] && b->flags[i] == b->was[i];

        if (a->flags[i] != b->flags[i] && !stay && !strchr(free_flags, "DOSZAPC"[i])) {
            return false;
        }
    }
    return true;
}

/* "ES =0000 0000000000000000 00000000 00000000": up to the limit, if it is null. */
static size_t length(const char *line)
{
    return strchr("CDEFGS", line[0]) && !strncmp(line + 1, "S =0000", 7) ? 25 : LINE;
}

static bool same_line(const Log *a, const Log *b, unsigned i, uint64_t behind)
{
    const char *x = a->line[i], *y = b->line[i];

    if (i == a->rip_line) {
        return a->rip == b->rip && same_flags(a, b, behind) &&
               !strcmp(strchr(x, ']'), strchr(y, ']'));
    }
    return !strncmp(x, y, length(x));
}

/* Whether something is different; then it has been told. */
static bool differs(const Log *a, const Log *b, uint64_t behind)
{
    bool wrong = a->n != b->n || a->rip_line != b->rip_line || !a->has_fpu;

    for (unsigned i = 0; i < a->n && i < b->n && !wrong; i++) {
        wrong = !same_line(a, b, i, behind);
    }
    for (unsigned i = 0; wrong && i < a->n && i < b->n; i++) {
        if (strcmp(a->line[i], b->line[i])) {
            printf("- %s+ %s", a->line[i], b->line[i]);
        }
    }
    return wrong;
}

int main(int argc, char **argv)
{
    static Log a, b;
    unsigned n = 0;
    uint64_t behind = 0;

    if (argc != 3 || !(a.file = fopen(argv[1], "r")) || !(b.file = fopen(argv[2], "r"))) {
        fprintf(stderr, "usage: compare-steps ONE OTHER\n");
        return 2;
    }
    a.in_asm = true;
    for (;; n++, behind = a.rip) {
        bool more = next_state(&a);

        if (more != next_state(&b)) {
            printf("the %s ends after %u steps\n", more ? "second" : "first", n);
            return 1;
        }
        if (!more) {
            break;
        }
        if (differs(&a, &b, behind)) {
            const uint8_t *code = find_insn(behind)->code;

            printf("step %u, behind %llx (%02x %02x %02x %02x ...)\n", n,
                   (unsigned long long)behind, code[0], code[1], code[2], code[3]);
            return 1;
        }
    }
    printf("%u steps are the same\n", n);
    return n < LEAST;
}
