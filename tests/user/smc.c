/* User program: code that is written, changed and run, by one and by several threads. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef uint32_t Fn(uint32_t);

static unsigned char *new_pages(size_t n)
{
    return mmap(NULL, n, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
}

/* lea eax, [rdi + k]; ret */
static void emit_add(unsigned char *p, uint32_t k)
{
    p[0] = 0x8d;
    p[1] = 0x87;
    memcpy(p + 2, &k, 4);
    p[6] = 0xc3;
}

/* The same place again and again, and many places in one page. */
static void test_rewrite(void)
{
    unsigned char *p = new_pages(65536);
    uint32_t h = 0;
    for (int i = 0; i < 3000; i++) {
        emit_add(p + 64 * (i % 50), i);
        h = h * 3 + ((Fn *)(p + 64 * (i % 50)))(h);
        for (int k = 0; k < 50 && k < i; k += 7) {
            h ^= ((Fn *)(p + 64 * k))(k);
        }
    }
    printf("rewrite: %u\n", h);
}

/*
 * mov dword [rip + 1], edi; mov eax, imm32; ret: the instruction that follows is changed
 * by the one before it, in the same unit.
 */
static void test_next_insn(void)
{
    unsigned char *p = new_pages(4096);
    static const unsigned char code[] = {0x89, 0x3d, 1, 0, 0, 0, 0xb8, 0, 0, 0, 0, 0xc3};
    uint32_t sum = 0;
    memcpy(p, code, sizeof code);
    for (uint32_t i = 0; i < 500; i++) {
        sum += ((Fn *)p)(i * 7) == i * 7;
    }
    printf("next instruction: %u of 500\n", sum);
}

/* rep movsb over code that runs next. */
static void test_copied(void)
{
    unsigned char *p = new_pages(8192), from[16];
    uint32_t ok = 0;
    for (uint32_t i = 0; i < 300; i++) {
        emit_add(from, i);
        void *d = p + 4090, *s = from; /* across pages */
        unsigned long n = 7;
        __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
        ok += ((Fn *)(p + 4090))(5) == i + 5;
    }
    printf("copied: %u of 300\n", ok);
}

/* Instructions with a field at `at`, which is patched; data: it is a place in the page
 * that rdi points to. All return in rax what they compute of rdi. */
static const struct {
    unsigned char code[16];
    uint8_t at, size;
    bool data;
} fields[] = {
    {{0xb8, 0, 0, 0, 0, 0xc3},                                           1, 4, false}, /* mov eax, imm */
    {{0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xc3},                         2, 8, false}, /* mov rax, imm */
    {{0x48, 0xc7, 0xc0, 0, 0, 0, 0, 0xc3},                               3, 4, false}, /* the same, signed */
    {{0x48, 0x89, 0xf8, 0x48, 0x05, 0, 0, 0, 0, 0xc3},                   5, 4, false}, /* add rax, imm */
    {{0x89, 0xf8, 0x66, 0x05, 0, 0, 0xc3},                               4, 2, false}, /* add ax, imm */
    {{0x89, 0xf8, 0x83, 0xc0, 0, 0xc3},                                  4, 1, false}, /* add eax, imm8 */
    {{0x31, 0xc0, 0x81, 0xff, 0, 0, 0, 0, 0x0f, 0x9c, 0xc0, 0xc3},       4, 4, false}, /* cmp */
    {{0x31, 0xc0, 0x48, 0xf7, 0xc7, 0, 0, 0, 0, 0x0f, 0x98, 0xc0, 0xc3}, 5, 4, false},
    {{0x48, 0x69, 0xc7, 0, 0, 0, 0, 0xc3},                               3, 4, false}, /* imul rax, rdi, imm */
    {{0x48, 0x8d, 0x87, 0, 0, 0, 0, 0xc3},                               3, 4, false}, /* lea rax, [rdi + imm] */
    {{0x8d, 0x84, 0x7f, 0, 0, 0, 0, 0xc3},                               3, 4, false}, /* lea eax, [rdi + 2*rdi] */
    {{0x67, 0x8d, 0x87, 0, 0, 0, 0, 0xc3},                               3, 4, false}, /* lea eax, [edi + imm] */
    {{0x68, 0, 0, 0, 0, 0x58, 0xc3},                                     1, 4, false}, /* push imm; pop rax */
    {{0x8b, 0x87, 0, 0, 0, 0, 0xc3},                                     2, 4, true }, /* mov eax, [rdi + imm] */
    {{0x0f, 0xb7, 0x87, 0, 0, 0, 0, 0xc3},                               3, 4, true }, /* movzx eax, word */
    {{0x31, 0xc0, 0x80, 0xbf, 0, 0, 0, 0, 9, 0x0f, 0x97, 0xc0, 0xc3},    4, 4, true },
    {{0xff, 0x37, 0x8f, 0x87, 0, 0, 0, 0, 0x31, 0xc0, 0xc3},             4, 4, true }, /* pop [...] */
    {{0xc7, 0x87, 16, 0, 0, 0, 0, 0, 0, 0, 0x8b, 0x47, 16, 0xc3},        6, 4, true },
};

/* Fields of instructions that are patched, and places where the instruction changes. */
static void test_fields(void)
{
    unsigned char *p = new_pages(4096), *data = new_pages(8192);
    uint64_t h = 1, rnd = 1;
    for (int i = 0; i < 8192; i++) {
        data[i] = i * 7;
    }
    for (int i = 0; i < 20000; i++) {
        rnd = rnd * 6364136223846793005u + 1442695040888963407u;
        unsigned n =
            rnd >> 60 ? i / 7 % (sizeof fields / sizeof fields[0]) : rnd >> 40 & 7;
        uint64_t v = fields[n].data ? rnd >> 50 & 0xfff : rnd >> 20 << (rnd >> 62);
        unsigned char *at = p + 32 * (n % 3);
        memcpy(at, fields[n].code, sizeof fields[n].code);
        memcpy(at + fields[n].at, &v, fields[n].size);
        uint64_t arg = fields[n].data ? (uintptr_t)data : rnd >> 30;
        h = h * 31 + ((uint64_t(*)(uint64_t))at)(arg);
    }
    for (int i = 0; i < 8192; i++) {
        h = h * 31 + data[i];
    }
    /* mov eax, [rip + imm] */
    static const unsigned char rip[] = {0x8b, 0x05, 0, 0, 0, 0, 0xc3};
    memcpy(p, rip, sizeof rip);
    for (uint32_t i = 16; i < 2000; i++) {
        p[1000 + i] = i * 11;
        memcpy(p + 2, &i, 4);
        h = h * 31 + (((Fn *)p)(0) & 0xff);
    }
    printf("fields: %lx\n", (unsigned long)h);
}

/* EFLAGS.AC checks accesses, not where instructions are: neither what a unit compares of
 * itself nor what it loads of them. */
static void test_alignment_check(void)
{
    unsigned char *p = new_pages(4096) + 1;
    uint32_t ok = 0;
    for (uint32_t i = 0; i < 100; i++) {
        uint64_t r = 0;
        p[0] = 0xb8; /* mov eax, i; ret */
        memcpy(p + 1, &i, 4);
        p[5] = 0xc3;
        __asm__ volatile("pushfq; orl $0x40000, (%%rsp); popfq; call *%1;"
                         "pushfq; andl $~0x40000, (%%rsp); popfq"
                         : "=&a"(r)
                         : "r"(p)
                         : "memory", "cc");
        ok += r == i;
    }
    printf("alignment check: %u of 100\n", ok);
}

static void test_protect(void)
{
    unsigned char *p = new_pages(4096);
    uint32_t ok = 0;
    for (uint32_t i = 0; i < 200; i++) {
        mprotect(p, 4096, PROT_READ | PROT_WRITE);
        emit_add(p, i);
        mprotect(p, 4096, PROT_READ | PROT_EXEC);
        ok += ((Fn *)p)(1) == i + 1;
    }
    for (uint32_t i = 0; i < 100; i++) {
        munmap(p, 4096);
        p = mmap(p, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        emit_add(p, i);
        ok += ((Fn *)p)(1) == i + 1;
    }
    printf("protect and map: %u of 300\n", ok);
}

/* Written or run, never both: what was not written stays what it was. A function lies in
 * both pages, of which at times only one is made writable. */
static void test_turns(void)
{
    enum { FUNCTIONS = 128, PLACE = 64, SHIFT = 61 }; /* 4093 is in both pages */
    unsigned char *p = new_pages(3 * 4096) + SHIFT;
    uint32_t k[FUNCTIONS], ok = 0;
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        emit_add(p + PLACE * i, k[i] = i);
    }
    for (uint32_t i = 0; i < 300; i++) {
        unsigned char *page = p - SHIFT + 4096 * (i & 1);
        size_t n = i % 3 ? 4096 : 2 * 4096;
        uint32_t f = (i & 1 ? 64 : 0) + i * 5 % 63; /* all in this page */
        mprotect(page, n, PROT_READ | PROT_WRITE);
        if (i % 4) {
            emit_add(p + PLACE * f, k[f] = i);
        }
        mprotect(page, n, PROT_READ | PROT_EXEC);
        for (uint32_t j = 0; j < FUNCTIONS; j++) {
            ok += ((Fn *)(p + PLACE * j))(j) == k[j] + j;
        }
    }
    printf("in turns: %u of %u\n", ok, 300 * FUNCTIONS);
}

/* Two mappings of one file: written here, run there. */
static void test_alias(void)
{
    int fd = memfd_create("code", 0);
    if (ftruncate(fd, 4096) < 0) {
        return;
    }
    unsigned char *w = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    unsigned char *x = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    uint32_t ok = 0;
    for (uint32_t i = 0; i < 20; i++) {
        emit_add(w + 64 * i, i);
        ok += ((Fn *)(x + 64 * i))(3) == i + 3;
    }
    printf("alias: %u of 20\n", ok);
    close(fd);
}

/* read() into a page that has code in it. */
static void test_kernel_writes(void)
{
    unsigned char *p = new_pages(4096), buf[16];
    uint32_t ok = 0;
    int fd[2];
    if (pipe(fd)) {
        return;
    }
    for (uint32_t i = 0; i < 100; i++) {
        emit_add(buf, i);
        ok +=
            write(fd[1], buf, 7) == 7 && read(fd[0], p, 7) == 7 && ((Fn *)p)(9) == i + 9;
    }
    printf("kernel writes: %u of 100\n", ok);
}

#define THREADS 6
static unsigned char *shared;
static volatile int stop;

/* Each thread has its own functions in pages that all write to and run from. */
static void *jit(void *arg)
{
    uintptr_t id = (uintptr_t)arg;
    uint32_t bad = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        unsigned char *p = shared + 32 * (id + THREADS * (i % 40));
        emit_add(p, i * id);
        bad += ((Fn *)p)(id) != i * id + id;
        volatile uint32_t *data = (uint32_t *)(shared + 8192 + 64 * id);
        *data += i; /* beside everybody's code */
    }
    return (void *)(uintptr_t)bad;
}

/* One thread patches an immediate, atomically; others run: they see an old or a new one.
 */
static void *runner(void *arg)
{
    Fn *f = arg;
    uint32_t last = 0, bad = 0;
    while (!stop) {
        uint32_t v = f(0);
        bad += v < last;
        last = v;
    }
    return (void *)(uintptr_t)bad;
}

static void test_threads(void)
{
    pthread_t t[THREADS];
    uintptr_t bad = 0;
    void *r;
    shared = new_pages(16384);
    for (uintptr_t i = 0; i < THREADS; i++) {
        pthread_create(&t[i], NULL, jit, (void *)i);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(t[i], &r);
        bad += (uintptr_t)r;
    }
    printf("threads that write and run: %lu wrong\n", (unsigned long)bad);

    unsigned char *p = shared + 4096;
    emit_add(p + 2, 0); /* the immediate is aligned to 4 */
    bad = 0;
    for (int i = 0; i < 3; i++) {
        pthread_create(&t[i], NULL, runner, p + 2);
    }
    for (uint32_t i = 1; i < 3000; i++) {
        __atomic_store_n((uint32_t *)(p + 4), i, __ATOMIC_SEQ_CST);
        if (((Fn *)(p + 2))(0) != i) {
            bad++;
        }
    }
    stop = 1;
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], &r);
        bad += (uintptr_t)r;
    }
    printf("patched under other threads: %lu wrong\n", (unsigned long)bad);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    test_rewrite();
    test_next_insn();
    test_copied();
    test_fields();
    test_alignment_check();
    test_protect();
    test_turns();
    test_alias();
    test_kernel_writes();
    test_threads();
    return 0;
}
