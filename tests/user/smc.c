/* User program: code that is written, changed and run, by one and by several threads. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
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
    test_protect();
    test_alias();
    test_kernel_writes();
    test_threads();
    return 0;
}
