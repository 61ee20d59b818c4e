/* Restartable sequences on an x86_64 host. */
/* SPDX-License-Identifier: MIT */
#include "accel/tcg/user-rseq.h"

#include "accel/tcg/user.h"
#include "util/host.h"

const bool user_rseq_host = true;

static_assert(USER_RSEQ_SIGNATURE == 0x53053053, "the assembly below");

/*
 * The descriptor is ours, in the format of linux/rseq.h. It is in the area from label 2
 * on; up to label 3 nothing is stored but by the last instruction, so that whoever gets
 * to the abort address has not done the access. The signature before that is part of an
 * instruction that raises #UD. The first cmpxchg and the kernel's store of 0 cannot meet:
 * both are this thread's.
 */
#define COPY(instructions)                                                   \
    asm goto volatile(                                                       \
        ".pushsection .data.rel.ro, \"aw\"\n"                                \
        ".balign 32\n"                                                       \
        "1: .long 0, 0\n"                                                    \
        "   .quad 2f, 3f - 2f, 4f\n"                                         \
        ".popsection\n"                                                      \
        "   lea 1b(%%rip), %%rcx\n"                                          \
        "   mov %[d], %%rax\n"                                               \
        "   cmpxchg %%rcx, (%[pointer])\n"                                   \
        "2: jne %l[aborted]\n" instructions "3: mov %%rcx, %%rax\n"          \
        "   cmpxchg %[d], (%[pointer])\n"                                    \
        ".pushsection .text.unlikely, \"ax\"\n"                              \
        "   .byte 0x0f, 0xb9, 0x3d\n"                                        \
        "   .long 0x53053053\n"                                              \
        "4: jmp %l[aborted]\n"                                               \
        ".popsection\n"                                                      \
        :                                                                    \
        : [pointer] "r"(pointer), [d] "r"(d), [to] "r"(to), [from] "r"(from) \
        : "rax", "rcx", "rdx", "xmm0", "xmm1", "cc", "memory"                \
        : aborted)

#define BYTES_1  "mov (%[from]), %%dl\n mov %%dl, (%[to])\n"
#define BYTES_2  "mov (%[from]), %%dx\n mov %%dx, (%[to])\n"
#define BYTES_4  "mov (%[from]), %%edx\n mov %%edx, (%[to])\n"
#define BYTES_8  "mov (%[from]), %%rdx\n mov %%rdx, (%[to])\n"
#define BYTES_16 "movups (%[from]), %%xmm0\n movups %%xmm0, (%[to])\n"
#define BYTES_32 "vmovups (%[from]), %%ymm0\n vmovups %%ymm0, (%[to])\n"
/* Where no host instruction does it. */
#define HALVES_32                  \
    "movups (%[from]), %%xmm0\n"   \
    "movups 16(%[from]), %%xmm1\n" \
    "movups %%xmm0, (%[to])\n movups %%xmm1, 16(%[to])\n"

/* Of as many bytes as one access. */
static void just_copy(void *to, const void *from, unsigned size)
{
    switch (size) {
    case 0:
        *(volatile uint8_t *)to = *(const volatile uint8_t *)from;
        break;
    case 1:
        *(volatile uint16_t *)to = *(const volatile uint16_t *)from;
        break;
    case 2:
        *(volatile uint32_t *)to = *(const volatile uint32_t *)from;
        break;
    case 3:
        *(volatile uint64_t *)to = *(const volatile uint64_t *)from;
        break;
    default:
        memcpy(to, from, (size_t)1 << size);
        break;
    }
}

bool user_rseq_copy(uint64_t *pointer, uint64_t d, void *to, const void *from,
                    unsigned size)
{
    if (!d) {
        just_copy(to, from, size);
        return true;
    }
    switch (size) {
    case 0:
        COPY(BYTES_1);
        break;
    case 1:
        COPY(BYTES_2);
        break;
    case 2:
        COPY(BYTES_4);
        break;
    case 3:
        COPY(BYTES_8);
        break;
    case 4:
        COPY(BYTES_16);
        break;
    default:
        if (host_has(HOST_X86_AVX)) {
            COPY(BYTES_32);
        } else {
            COPY(HALVES_32);
        }
        break;
    }
    return true;
aborted:
    return false;
}
