/* Some thousand instructions of ring 3, of which steps.sh compares each between two
 * accelerators. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

static uint32_t numbers[16];

static uint32_t crc32(const uint8_t *p, unsigned n)
{
    uint32_t crc = ~0u;

    while (n--) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
        }
    }
    return ~crc;
}

static void sort(uint32_t *a, int n)
{
    for (int i = 1; i < n; i++) {
        for (int j = i; j > 0 && a[j - 1] > a[j]; j--) {
            uint32_t t = a[j];

            a[j] = a[j - 1];
            a[j - 1] = t;
        }
    }
}

/* What compilers seldom use. Nothing that leaves flags but AF undefined. */
static void odd_instructions(void)
{
    asm volatile(
        "mov $0x123456789abcdef0, %%rax; mov $5, %%ecx\n"
        "1: rol $1, %%rax; rcr $1, %%rax; adc $7, %%rax; bswap %%rax; xadd %%rax, %%rdx\n"
        "cmpxchg %%rdx, %%rbx; movzbl %%al, %%esi; neg %%rdx; sbb %%edi, %%edi\n"
        "cmovc %%rax, %%rdx; setp %%bl; lahf; sar $1, %%rdx; dec %%ecx; jnz 1b\n"
        "push %%rax; pushf; popf; pop %%rax; std; cld; cwtl; cqto" ::
            : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "cc", "memory");
}

void user_steps(void);
void user_steps(void)
{
    for (unsigned i = 0; i < 16; i++) {
        numbers[i] = (i << 9 | 5) ^ (i & 3) << 17 ^ ~i << 3;
    }
    sort(numbers, 16);
    numbers[0] = crc32((const uint8_t *)numbers, 24);
    odd_instructions();
    asm volatile("int $0x80");
}

int test_main(void)
{
    run_user(user_steps);
    CHECK_EQ(trap.vector, 0x80);
    return failures;
}
