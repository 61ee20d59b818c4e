/* Encodings whose operands are all in registers that are not pinned: they are translated,
 * and not run. */
/* SPDX-License-Identifier: MIT */
/*
 * Each stands behind a jump over it, in the same unit. Memory is [r13 + r14 + disp],
 * other registers are r15, so that as many host registers as possible are wanted at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { STUB = 32, ROOM = 16, STUBS = 1 << 15 };

static unsigned char *code;
static unsigned stubs;

/* test eax, eax; jne over it; the instruction; ret */
static void add(const unsigned char *insn, unsigned n)
{
    unsigned char *p = code + stubs++ * STUB;

    memcpy(p, "\x85\xc0\x75\x10", 4);
    memset(p + 4, 0x90, ROOM);
    memcpy(p + 4, insn, n);
    p[4 + ROOM] = 0xc3;
}

/* opcode, ModRM with reg 7, SIB, disp8, an immediate of zeros. */
static unsigned put_operands(unsigned char *p, unsigned opcode, unsigned reg)
{
    p[0] = opcode;
    p[1] = 0x44 | reg << 3;
    p[2] = 0x35; /* r13 + r14 */
    p[3] = 0x18;
    p[4] = 0;
    return 5;
}

static void legacy(unsigned map, unsigned prefix, unsigned rex, unsigned opcode,
                   unsigned reg)
{
    static const unsigned char escapes[][3] = {"", "\x0f", "\x0f\x38", "\x0f\x3a"};
    unsigned char insn[ROOM];
    unsigned n = 0, escape = map < 2 ? map : 2;

    if (prefix) {
        insn[n++] = prefix;
    }
    insn[n++] = rex;
    memcpy(insn + n, escapes[map], escape);
    n += escape;
    n += put_operands(insn + n, opcode, reg);
    add(insn, n);
}

static void vex(unsigned map, unsigned pp, unsigned wide, unsigned opcode)
{
    unsigned char insn[ROOM] = {0xc4, map, (wide & 1) << 7 | (wide & 2) << 1 | pp};
    unsigned n = 3 + put_operands(insn + 3, opcode, 7); /* vvvv inverted: 15 */

    add(insn, n);
}

static void make_all(void)
{
    static const unsigned char prefixes[] = {0, 0x66, 0xf0, 0xf2, 0xf3};

    for (unsigned opcode = 0; opcode < 256; opcode++) {
        for (unsigned p = 0; p < sizeof prefixes; p++) {
            for (unsigned map = 0; map < 4; map++) {
                legacy(map, prefixes[p], 0x47, opcode, 7);
                legacy(map, prefixes[p], 0x4f, opcode, 7);
            }
            for (unsigned reg = 0; reg < 7; reg++) { /* groups */
                legacy(0, prefixes[p], 0x47, opcode, reg);
                legacy(1, prefixes[p], 0x4f, opcode, reg);
            }
        }
        for (unsigned i = 0; i < 48; i++) {
            vex(1 + i % 3, i / 3 % 4, i / 12, opcode);
        }
    }
}

/* encodings [FIRST LAST] */
int main(int argc, char **argv)
{
    unsigned first = argc > 2 ? atoi(argv[1]) : 0;

    code = mmap(NULL, STUBS * 2 * STUB, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED) {
        return 1;
    }
    make_all();
    for (unsigned i = first; i < stubs && (argc < 3 || i <= (unsigned)atoi(argv[2]));
         i++) {
        int eax = 1;

        __asm__ volatile("call *%1" : "+a"(eax) : "r"(code + i * STUB) : "memory", "cc");
        if (eax != 1) {
            return 1;
        }
    }
    printf("%u encodings\n", stubs);
    return 0;
}
