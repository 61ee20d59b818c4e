/* x87 instructions as rows that tests walk, and random FPU states to run them on. */
/* SPDX-License-Identifier: MIT */
/*
 * The rows are in x87-insns.def. test-x87.c executes them on the host as well; on any
 * host test-x87-state.c compares digests.
 */
#ifndef TESTS_UNIT_X87_MACHINE_H
#define TESTS_UNIT_X87_MACHINE_H

#include "target/x86/x87.h"
#include "tests/unit/fpu-ops.h"

typedef enum Memory {
    MEM_NONE,
    MEM_STI,
    MEM_F32,
    MEM_F64,
    MEM_F80,
    MEM_INT,
    MEM_BCD,
    MEM_ANY,
} Memory;

typedef enum Comparison { CMP_EXACT, CMP_NEAR, CMP_ENV, CMP_ENV16 } Comparison;

#define MEM_SIZE 128

typedef struct Machine {
    X87State x;
    uint8_t mem[MEM_SIZE];
    uint64_t eflags;
    unsigned i;
} Machine;

typedef struct X87Insn {
    const char *name;
    const char *bytes;
    Memory memory;
    Comparison comparison;
    void (*ours)(X87State *x, uint8_t *mem, unsigned i, uint64_t *eflags);
} X87Insn;

typedef struct Bcd {
    uint8_t digits[10];
} Bcd;

static const X87Format format_32 = {.wide = true}, format_16 = {.wide = false};

#define EFLAGS_COMPARED 0x45

#define DEFINE_LD(name, type)                  \
    static inline type ld_##name(uint8_t *mem) \
    {                                          \
        type v;                                \
        memcpy(&v, mem, sizeof v);             \
        return v;                              \
    }
DEFINE_LD(f32, f32)
DEFINE_LD(f64, f64)
DEFINE_LD(i16, int16_t)
DEFINE_LD(i32, int32_t)
DEFINE_LD(i64, int64_t)

static inline floatx80 ld_f80(uint8_t *mem)
{
    floatx80 v = {0};
    memcpy(&v, mem, 10);
    return v;
}

static inline void st_value(X87State *x, uint8_t *mem, const void *v, size_t size,
                            bool pop)
{
    memcpy(mem, v, size);
    if (pop) {
        x87_pop(x);
    }
}

#define X87_INSN(name, bytes, memory, comparison, ...)                               \
    static void insn_##name(X87State *x, uint8_t *mem, unsigned i, uint64_t *eflags) \
    {                                                                                \
        __VA_ARGS__;                                                                 \
    }
#include "tests/unit/x87-insns.def"

static const X87Insn insns[] = {
#define X87_INSN(name, bytes, memory, comparison, ...) \
    {#name, bytes, MEM_##memory, CMP_##comparison, insn_##name},
#include "tests/unit/x87-insns.def"
};

static inline void random_memory(Random *r, Memory kind, uint8_t *mem)
{
    for (int i = 0; i < MEM_SIZE; i += 8) {
        uint64_t v = random_u64(r);
        memcpy(mem + i, &v, 8);
    }
    uint64_t v = kind == MEM_F32   ? random_f32(r)
                 : kind == MEM_F64 ? random_f64(r)
                                   : random_integer(r);
    floatx80 x = random_fx80(r);
    switch (kind) {
    case MEM_F80:
        memcpy(mem, &x, 10);
        break;
    case MEM_BCD:
        random_bcd(r, mem);
        break;
    case MEM_ANY:
        break;
    default:
        memcpy(mem, &v, 8);
    }
}

/* Words without a pending exception: a waiting instruction would trap. */
static inline void random_words(Random *r, X87State *x)
{
    uint64_t v = random_u64(r);
    uint16_t masks = v >> 16 & 1 ? FLOAT_ALL_FLAGS : v & FLOAT_ALL_FLAGS;
    uint16_t control = v >> 20 & 0xf00;
    uint16_t flags = v >> 32 & masks;
    x87_set_cw(x, control | masks);
    x->sw = flags | (v >> 40 & (X87_SW_SF | X87_SW_CONDITIONS));
    x->top = v >> 60 & 7;
}

static inline Machine random_machine(Random *r, const X87Insn *insn)
{
    Machine m = {.i = random_u64(r) % 8};
    random_words(r, &m.x);
    for (int i = 0; i < 8; i++) {
        m.x.r[i] = random_fx80(r);
    }
    uint64_t v = random_u64(r);
    m.x.empty = v & v >> 8 & v >> 16;
    if (v >> 62 == 0) { /* room for results */
        m.x.empty |= 1 << ((m.x.top - 1) & 7);
        m.x.empty &= ~(1 << m.x.top | 1 << ((m.x.top + 1) & 7));
    }
    m.eflags = v >> 32 & EFLAGS_COMPARED;
    random_memory(r, insn->memory, m.mem);
    return m;
}

#endif
