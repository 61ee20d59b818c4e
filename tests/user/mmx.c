/* MMX and x87 in turns: one's registers are the other's, and pending exceptions stay. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>

#define CW_ALL_MASKED  0x37f
#define CW_DIVIDE_BY_0 0x37b

static sigjmp_buf out;
static volatile int code;

static void on_fpe(int sig, siginfo_t *si, void *uc)
{
    code = si->si_code;
    siglongjmp(out, 1);
}

/* A loop in which one comes behind the other all the time. */
static void in_turns(void)
{
    uint64_t words = 0x0001000200030004, sum = 0;
    double d = 1.5;
    uint16_t sw = 1;

    for (int i = 0; i < 1000; i++) {
        __asm__ volatile("fldl %0\n"
                         "fadd %%st(0)\n"
                         "fstpl %0\n"
                         "movq %3, %%mm0\n"
                         "paddw %%mm0, %%mm0\n"
                         "movq %%mm0, %1\n"
                         "fnstsw %2\n"
                         "emms"
                         : "+m"(d), "=m"(sum), "=m"(sw)
                         : "m"(words));
        d = d / 2 + 0.001;
        words = sum;
    }
    printf("%a %lx %x\n", d, sum, sw);
}

/* A loop of MMX alone, with operands in memory and registers. */
static void sums(void)
{
    uint16_t a[64], b[64], *from = a, *to = b;
    long n = 64 / 8;

    for (int i = 0; i < 64; i++) {
        a[i] = i * 1234;
    }
    __asm__ volatile("1: movq (%0), %%mm0\n"
                     "movq 8(%0), %%mm1\n"
                     "movq %%mm0, %%mm2\n"
                     "paddw %%mm1, %%mm0\n"
                     "psubw %%mm2, %%mm1\n"
                     "pmulhw (%0), %%mm2\n"
                     "punpckhwd %%mm2, %%mm1\n"
                     "packsswb %%mm0, %%mm2\n"
                     "psraw $3, %%mm0\n"
                     "pxor %%mm2, %%mm2\n"
                     "por %%mm1, %%mm2\n"
                     "paddusb %%mm0, %%mm0\n"
                     "movq %%mm0, (%1)\n"
                     "movq %%mm2, 8(%1)\n"
                     "add $16, %0\n"
                     "add $16, %1\n"
                     "dec %2\n"
                     "jnz 1b\n"
                     "emms"
                     : "+r"(from), "+r"(to), "+r"(n)
                     :
                     : "memory");
    for (int i = 0; i < 64; i++) {
        printf("%04x%c", b[i], i % 16 == 15 ? '\n' : ' ');
    }
}

/* What in the other half of a vector register would be seen. */
static void bytes_move(void)
{
    uint64_t a = 0x8877665544332211, b = 0xffeeddccbbaa9900, r;
    uint64_t index = 0x07880f71c3040280;
    int mask;

#define TRY(what)                                                 \
    __asm__ volatile("movq %2, %%mm1; movq %3, %%mm3\n" what      \
                     "; movq %%mm1, %0; pmovmskb %%mm1, %1; emms" \
                     : "=m"(r), "=r"(mask)                        \
                     : "m"(a), "m"(b), "m"(index));               \
    printf("%016lx %02x\n", r, mask)
    TRY("pshufb %4, %%mm1");
    TRY("pshufb %%mm1, %%mm1");
    TRY("palignr $0, %%mm3, %%mm1");
    TRY("palignr $3, %%mm3, %%mm1");
    TRY("palignr $8, %3, %%mm1");
    TRY("palignr $13, %%mm3, %%mm1");
    TRY("palignr $16, %%mm3, %%mm1");
    TRY("palignr $255, %%mm3, %%mm1");
    TRY("palignr $5, %%mm1, %%mm1");
}

static void same_registers(void)
{
    uint64_t seen, words = 0xfedcba9876543210;
    unsigned char bytes[10];

    __asm__ volatile("fldpi\n"
                     "movq %%mm7, %0\n"
                     "movq %2, %%mm7\n"
                     "fstpt %1\n"
                     "emms"
                     : "=m"(seen), "=m"(bytes)
                     : "m"(words));
    printf("%lx", seen);
    for (int i = 9; i >= 0; i--) {
        printf(" %02x", bytes[i]);
    }
    __asm__ volatile("fldpi; fldl2e; movq %%mm6, %0; emms" : "=m"(seen));
    printf(" %lx\n", seen);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO};
    uint16_t all = CW_ALL_MASKED, some = CW_DIVIDE_BY_0;
    double zero = 0;

    in_turns();
    sums();
    bytes_move();
    same_registers();
    sigaction(SIGFPE, &sa, NULL);
    if (!sigsetjmp(out, 1)) {
        __asm__ volatile("fninit; fldcw %0; fld1; fdivl %1; movq %%mm0, %%mm1"
                         :
                         : "m"(some), "m"(zero));
    }
    printf("mmx: %d\n", code);
    __asm__ volatile("fnclex; fldcw %0; emms" : : "m"(all));
    code = 0;
    if (!sigsetjmp(out, 1)) {
        __asm__ volatile("fninit; fldcw %0; fld1; fdivl %1; emms"
                         :
                         : "m"(some), "m"(zero));
    }
    printf("emms: %d\n", code);
    __asm__ volatile("fnclex; fldcw %0; emms" : : "m"(all));
    __asm__ volatile("fld1; fstpl %0" : "=m"(zero));
    printf("%a\n", zero);
    return 0;
}
