/* rseq(): the area, and restartable sequences that are preempted, signalled and moved. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/membarrier.h>
#include <linux/rseq.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define SHOW(x) printf("%s: %ld\n", #x, (long)(x))
enum { MAX_CPUS = 1024, THREADS = 8, PAGE = 4096 };

/* Of each thread; fewer where all is slow. */
static int rounds = 125000;

static struct rseq *self(void)
{
    return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

static long call(void *area, unsigned size, int flags, unsigned sig)
{
    return syscall(SYS_rseq, area, size, flags, sig) < 0 ? -errno : 0;
}

/* ---- sequences ---- */

/* A descriptor of the code between labels 1 and 2, and where it is aborted: label 4. */
#define DESCRIPTOR                          \
    ".pushsection __rseq_cs, \"aw\"\n"      \
    ".balign 32\n"                          \
    "3: .long 0, 0\n"                       \
    "   .quad 1f, 2f - 1f, 4f\n"            \
    ".popsection\n"                         \
    ".pushsection .text.unlikely, \"ax\"\n" \
    "   .byte 0x0f, 0xb9, 0x3d\n"           \
    "   .long 0x53053053\n"                 \
    "4: jmp %l[aborted]\n"                  \
    ".popsection\n"
#define BEGIN                     \
    DESCRIPTOR                    \
    "   lea 3b(%%rip), %%rax\n"   \
    "   mov %%rax, 8(%[area])\n"  \
    "1: cmp %[cpu], 4(%[area])\n" \
    "   jne %l[aborted]\n"
/* So long that somebody is likely to come in between. */
#define DELAY              \
    "   mov $100, %%eax\n" \
    "5: dec %%eax\n"       \
    "   jne 5b\n"

static int add(long *p, long n, unsigned cpu)
{
    asm goto volatile(BEGIN "   mov (%[p]), %%rcx\n" DELAY "   add %[n], %%rcx\n"
                            "   mov %%rcx, (%[p])\n"
                            "2:\n" ::[area] "r"(self()),
                      [cpu] "r"(cpu), [p] "r"(p), [n] "r"(n)
                      : "rax", "rcx", "cc", "memory"
                      : aborted);
    return 1;
aborted:
    return 0;
}

/* By read-modify-write instructions of all sizes. */
static int add_all(char *p, unsigned cpu)
{
    asm goto volatile(BEGIN "   movzbl (%[p]), %%ecx\n" DELAY "   incb 1(%[p])\n"
                            "   incw 2(%[p])\n"
                            "   addl $1, 4(%[p])\n"
                            "   addq $1, 8(%[p])\n"
                            "   movups 16(%[p]), %%xmm0\n"
                            "   movups %%xmm0, 32(%[p])\n"
                            "   movq %%xmm0, 48(%[p])\n"
                            "   movss %%xmm0, 56(%[p])\n"
                            "   inc %%ecx\n"
                            "   movb %%cl, (%[p])\n"
                            "2:\n" ::[area] "r"(self()),
                      [cpu] "r"(cpu), [p] "r"(p)
                      : "rax", "rcx", "xmm0", "cc", "memory"
                      : aborted);
    return 1;
aborted:
    return 0;
}

typedef struct Node {
    struct Node *next;
    long on_list;
} Node;

/* 1: done, 0: disturbed. */
static int push(Node **head, Node *n, unsigned cpu)
{
    asm goto volatile(BEGIN "   mov (%[head]), %%rcx\n" DELAY "   mov %%rcx, (%[n])\n"
                            "   mov %[n], (%[head])\n"
                            "2:\n" ::[area] "r"(self()),
                      [cpu] "r"(cpu), [head] "r"(head), [n] "r"(n)
                      : "rax", "rcx", "cc", "memory"
                      : aborted);
    return 1;
aborted:
    return 0;
}

static int pop(Node **head, Node **out, unsigned cpu)
{
    Node *n;

    *out = NULL;
    asm goto volatile(BEGIN "   mov (%[head]), %%rcx\n"
                            "   test %%rcx, %%rcx\n"
                            "   je %l[empty]\n"
                            "   mov %%rcx, (%[n])\n" DELAY "   mov (%%rcx), %%rcx\n"
                            "   mov %%rcx, (%[head])\n"
                            "2:\n" ::[area] "r"(self()),
                      [cpu] "r"(cpu), [head] "r"(head), [n] "r"(&n)
                      : "rax", "rcx", "cc", "memory"
                      : aborted, empty);
    *out = n;
empty:
    return 1;
aborted:
    return 0;
}

/* A ring of records that are copied into place before the count that commits them. */
typedef struct Records {
    uint64_t count;
    uint64_t record[8][4];
} Records;

static int put_record(Records *r, const uint64_t *record, unsigned cpu)
{
    asm goto volatile(BEGIN "   mov (%[r]), %%rcx\n"
                            "   cmp $8, %%rcx\n"
                            "   je %l[aborted]\n"
                            "   shl $5, %%rcx\n"
                            "   lea 8(%[r], %%rcx), %%rcx\n"
                            "   xor %%edx, %%edx\n"
                            "6: movb (%[record], %%rdx), %%al\n"
                            "   movb %%al, (%%rcx, %%rdx)\n"
                            "   inc %%edx\n"
                            "   cmp $32, %%edx\n"
                            "   jne 6b\n"
                            "   incq (%[r])\n"
                            "2:\n" ::[area] "r"(self()),
                      [cpu] "r"(cpu), [r] "r"(r), [record] "r"(record)
                      : "rax", "rcx", "rdx", "cc", "memory"
                      : aborted);
    return 1;
aborted:
    return 0;
}

static int get_record(Records *r, uint64_t *record, unsigned cpu)
{
    asm goto volatile(BEGIN "   mov (%[r]), %%rcx\n"
                            "   sub $1, %%rcx\n"
                            "   jc %l[aborted]\n"
                            "   mov %%rcx, %%rdx\n"
                            "   shl $5, %%rdx\n"
                            "   movups 8(%[r], %%rdx), %%xmm0\n"
                            "   movups 24(%[r], %%rdx), %%xmm1\n"
                            "   movups %%xmm0, (%[record])\n"
                            "   movups %%xmm1, 16(%[record])\n" DELAY
                            "   mov %%rcx, (%[r])\n"
                            "2:\n" ::[area] "r"(self()),
                      [cpu] "r"(cpu), [r] "r"(r), [record] "r"(record)
                      : "rax", "rcx", "rdx", "xmm0", "xmm1", "cc", "memory"
                      : aborted);
    return 1;
aborted:
    return 0;
}

/* ---- the area ---- */

static void registration(void)
{
    static struct rseq other __attribute__((aligned(64)));
    struct rseq *own = self();

    SHOW(__rseq_size);
    SHOW(__rseq_flags);
    SHOW(call(own, 32, 0, RSEQ_SIG));
    SHOW(call(own, 32, 0, 1));
    SHOW(call(&other, 32, 0, RSEQ_SIG));
    SHOW(call(own, 32, 2, RSEQ_SIG));
    SHOW(call(&other, 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
    SHOW(call(own, 32, RSEQ_FLAG_UNREGISTER, 1));
    SHOW(call(own, 64, RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
    SHOW(call(own, 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
    SHOW((int)own->cpu_id);
    SHOW(call(own, 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
    SHOW(sched_getcpu() >= 0);
    SHOW(call(&other, 16, 0, RSEQ_SIG));
    SHOW(call((char *)&other + 4, 32, 0, RSEQ_SIG));
    SHOW(call((void *)(1ul << 63), 32, 0, RSEQ_SIG));
    SHOW(call(&other, 32, 0, RSEQ_SIG));
    SHOW(other.cpu_id < MAX_CPUS && other.cpu_id == other.cpu_id_start);
    SHOW(call(own, 32, 0, RSEQ_SIG));
    SHOW(call(&other, 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG));
    SHOW((int)other.cpu_id);
    SHOW(call(own, 32, 0, RSEQ_SIG));
    SHOW(own->cpu_id < MAX_CPUS);
}

static void moves(void)
{
    cpu_set_t all, one;
    long wrong = 0;

    sched_getaffinity(0, sizeof all, &all);
    for (unsigned round = 0; round < 50; round++) {
        for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++) {
            unsigned now;

            if (!CPU_ISSET(cpu, &all)) {
                continue;
            }
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            sched_setaffinity(0, sizeof one, &one);
            syscall(SYS_getcpu, &now, NULL, NULL);
            wrong += now != cpu || self()->cpu_id != cpu || self()->cpu_id_start != cpu ||
                     sched_getcpu() != (int)cpu;
        }
    }
    sched_setaffinity(0, sizeof all, &all);
    SHOW(wrong);
}

/* ---- threads ---- */

static long counter[MAX_CPUS][8];
static char sizes[MAX_CPUS][128] __attribute__((aligned(64)));

static void *count_up(void *arg)
{
    for (int i = 0; i < rounds;) {
        unsigned cpu = self()->cpu_id_start;
        i += add(counter[cpu], 1, cpu);
    }
    for (int i = 0; i < rounds / 10;) {
        unsigned cpu = self()->cpu_id_start;
        i += add_all(sizes[cpu], cpu);
    }
    return NULL;
}

static void run_threads(void *(*fn)(void *), unsigned n)
{
    pthread_t id[THREADS];

    for (uintptr_t i = 0; i < n; i++) {
        pthread_create(&id[i], NULL, fn, (void *)i);
    }
    for (unsigned i = 0; i < n; i++) {
        pthread_join(id[i], NULL);
    }
}

/* Of add_all() only the last store counts each time; those before, at least. */
static void counters(void)
{
    long sum = 0, least = 0;
    uint8_t bytes = 0;

    run_threads(count_up, THREADS);
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        sum += counter[i][0];
        bytes += (uint8_t)sizes[i][0];
        least += *(uint64_t *)&sizes[i][8];
    }
    SHOW(sum);
    SHOW(bytes);
    SHOW(least >= THREADS * (rounds / 10));
}

static struct {
    Node *head;
    char pad[56];
} list[MAX_CPUS];
static Node nodes[THREADS * 4];
static Records records[MAX_CPUS];
static long taken_twice, records_wrong, records_taken, records_put;

static void *use_lists(void *arg)
{
    for (int i = 0; i < rounds / 2; i++) {
        Node *n = NULL;
        unsigned cpu;

        do {
            cpu = self()->cpu_id_start;
        } while (!pop(&list[cpu].head, &n, cpu));
        if (!n) {
            continue;
        }
        if (__atomic_exchange_n(&n->on_list, 0, __ATOMIC_SEQ_CST) != 1) {
            __atomic_add_fetch(&taken_twice, 1, __ATOMIC_SEQ_CST);
        }
        n->on_list = 1;
        do {
            cpu = self()->cpu_id_start;
        } while (!push(&list[cpu].head, n, cpu));
    }
    return NULL;
}

static void lists(void)
{
    long n = 0;

    for (unsigned i = 0; i < THREADS * 4; i++) {
        unsigned cpu;

        nodes[i].on_list = 1;
        do {
            cpu = self()->cpu_id_start;
        } while (!push(&list[cpu].head, &nodes[i], cpu));
    }
    run_threads(use_lists, THREADS);
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        for (Node *p = list[i].head; p && n < 1000; p = p->next) {
            n++;
        }
    }
    SHOW(n);
    SHOW(taken_twice);
}

static void *use_records(void *arg)
{
    uint64_t r[4];

    for (long i = 0; i < rounds / 2; i++) {
        unsigned cpu = self()->cpu_id_start;

        for (int k = 0; k < 4; k++) {
            r[k] = (uintptr_t)arg << 32 | i;
        }
        if (put_record(&records[cpu], r, cpu)) {
            __atomic_add_fetch(&records_put, 1, __ATOMIC_RELAXED);
        }
        cpu = self()->cpu_id_start;
        if (get_record(&records[cpu], r, cpu)) {
            __atomic_add_fetch(&records_taken, 1, __ATOMIC_RELAXED);
            if (r[0] != r[1] || r[0] != r[2] || r[0] != r[3]) {
                __atomic_add_fetch(&records_wrong, 1, __ATOMIC_RELAXED);
            }
        }
    }
    return NULL;
}

static void copies(void)
{
    uint64_t left = 0;

    run_threads(use_records, THREADS);
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        left += records[i].count;
    }
    SHOW(records_put - records_taken == (long)left);
    SHOW(records_wrong);
}

/* ---- signals ---- */

static volatile long alarms, seen_inside;
static long signalled[MAX_CPUS][8];
extern char spin_begin[], spin_end[], spin_aborted[];

static int spin(long *p, volatile int *stop, unsigned cpu)
{
    asm goto volatile(DESCRIPTOR "   lea 3b(%%rip), %%rax\n"
                                 "   mov %%rax, 8(%[area])\n"
                                 ".globl spin_begin, spin_end\n"
                                 "spin_begin:\n"
                                 "1: cmp %[cpu], 4(%[area])\n"
                                 "   jne %l[aborted]\n"
                                 "   mov (%[p]), %%rcx\n"
                                 "7: cmpl $0, (%[stop])\n"
                                 "   je 7b\n"
                                 "   inc %%rcx\n"
                                 "   mov %%rcx, (%[p])\n"
                                 "2:\n"
                                 "spin_end:\n" ::[area] "r"(self()),
                      [cpu] "r"(cpu), [p] "r"(p), [stop] "r"(stop)
                      : "rax", "rcx", "cc", "memory"
                      : aborted);
    return 1;
aborted:
    return 0;
}

static void at_alarm(int sig, siginfo_t *si, void *frame)
{
    ucontext_t *uc = frame;
    uintptr_t pc = uc->uc_mcontext.gregs[REG_RIP];
    unsigned cpu;

    seen_inside += pc >= (uintptr_t)spin_begin && pc < (uintptr_t)spin_end;
    seen_inside += self()->rseq_cs != 0;
    do {
        cpu = self()->cpu_id_start;
    } while (!add(signalled[cpu], 1, cpu));
    alarms++;
}

static void timers(void)
{
    struct sigaction sa = {.sa_sigaction = at_alarm, .sa_flags = SA_SIGINFO};
    struct itimerval often =
                         {
                             {0, 1000},
                             {0, 1000}
    },
                     never = {{0, 0}, {0, 0}};
    int stop = 0;
    long mine = 0, sum = 0;

    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (alarms < 200) {
        unsigned cpu = self()->cpu_id_start;

        mine += spin(signalled[cpu], &stop, cpu); /* never ends by itself */
    }
    SHOW(mine);
    while (alarms < 400) {
        unsigned cpu = self()->cpu_id_start;

        mine += add(signalled[cpu], 1, cpu);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        sum += signalled[i][0];
    }
    SHOW(sum == mine + alarms);
    SHOW(seen_inside);
}

extern char store_aborted[];
static volatile uintptr_t fault_pc, fault_addr;
static volatile int fault_code;
static void *fault_page;

static void at_fault(int sig, siginfo_t *si, void *frame)
{
    ucontext_t *uc = frame;

    fault_pc = uc->uc_mcontext.gregs[REG_RIP];
    fault_addr = (uintptr_t)si->si_addr;
    fault_code = si->si_code;
}

static int store_there(char *p, int load, unsigned cpu)
{
    asm goto volatile(DESCRIPTOR ".pushsection .text.unlikely, \"ax\"\n"
                                 ".globl store_aborted\n"
                                 ".set store_aborted, 4b\n"
                                 ".popsection\n"
                                 "   lea 3b(%%rip), %%rax\n"
                                 "   mov %%rax, 8(%[area])\n"
                                 "1: test %[load], %[load]\n"
                                 "   je 7f\n"
                                 "   mov 16(%[p]), %%ecx\n"
                                 "7: movl $1, 8(%[p])\n"
                                 "2:\n" ::[area] "r"(self()),
                      [cpu] "r"(cpu), [p] "r"(p), [load] "r"(load)
                      : "rax", "rcx", "cc", "memory"
                      : aborted);
    return 1;
aborted:
    return 0;
}

static void faults(void)
{
    struct sigaction sa = {.sa_sigaction = at_fault, .sa_flags = SA_SIGINFO};
    static const int prots[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE};

    fault_page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sigaction(SIGSEGV, &sa, NULL);
    for (unsigned i = 0; i < 3; i++) {
        for (int load = 0; load < 2; load++) {
            mprotect(fault_page, PAGE, prots[i]);
            do { /* until it was not disturbed by others */
                fault_pc = fault_addr = fault_code = 0;
            } while (!store_there(fault_page, load, 0) && !fault_pc);
            SHOW(fault_pc == (uintptr_t)store_aborted);
            SHOW(fault_addr ? fault_addr - (uintptr_t)fault_page : 0);
            SHOW(fault_code);
        }
    }
    SHOW(*((char *)fault_page + 8));
    munmap(fault_page, PAGE);
    fault_pc = 0;
    while (!store_there(fault_page, 0, 0) && !fault_pc) {
    }
    SHOW(fault_pc == (uintptr_t)store_aborted);
    SHOW(fault_code);
    signal(SIGSEGV, SIG_DFL);
}

/* ---- threads that come and go, processes ---- */

static void *add_some(void *arg)
{
    for (int i = 0; i < 1000;) {
        unsigned cpu = self()->cpu_id_start;
        i += add(counter[cpu], 1, cpu);
    }
    return NULL;
}

static void comings(void)
{
    enum { STACK = 256 << 10 };
    long failed = 0;

    for (int i = 0; i < 200; i++) {
        char *stack[2];
        pthread_t id[2];

        for (int k = 0; k < 2; k++) {
            pthread_attr_t attr;

            stack[k] = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            pthread_attr_init(&attr);
            pthread_attr_setstack(&attr, stack[k], STACK);
            failed += pthread_create(&id[k], &attr, add_some, NULL) != 0;
        }
        for (int k = 0; k < 2; k++) {
            pthread_join(id[k], NULL);
            munmap(stack[k], STACK);
        }
    }
    SHOW(failed);
}

static int child_works(void)
{
    long before = 0, after = 0;

    for (unsigned i = 0; i < MAX_CPUS; i++) {
        before += counter[i][0];
    }
    add_some(NULL);
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        after += counter[i][0];
    }
    return after == before + 1000 && call(self(), 32, 0, RSEQ_SIG) == -EBUSY;
}

static void processes(void)
{
    extern char **environ;
    char name[] = "true", *const words[] = {name, NULL};
    int status = -1;
    pid_t pid = fork();

    if (!pid) {
        _exit(child_works() ? 7 : 1);
    }
    waitpid(pid, &status, 0);
    SHOW(WEXITSTATUS(status));
    pid = vfork();
    if (!pid) {
        _exit(call(self(), 32, RSEQ_FLAG_UNREGISTER, RSEQ_SIG) == -EINVAL ? 8 : 1);
    }
    waitpid(pid, &status, 0);
    SHOW(WEXITSTATUS(status));
    SHOW(child_works());
    SHOW(posix_spawn(&pid, "/bin/true", NULL, NULL, words, environ));
    waitpid(pid, &status, 0);
    SHOW(status);
    SHOW(child_works());
}

/* ---- membarrier: what a sequence has looked up may go ---- */

static long *volatile shared_at;
static volatile int done;

static int deref(unsigned cpu)
{
    asm goto volatile(BEGIN "   mov (%[at]), %%rcx\n" DELAY "   incq (%%rcx)\n"
                            "2:\n" ::[area] "r"(self()),
                      [cpu] "r"(cpu), [at] "r"(&shared_at)
                      : "rax", "rcx", "cc", "memory"
                      : aborted);
    return 1;
aborted:
    return 0;
}

static long derefs;

static void *use_shared(void *arg)
{
    while (!done) {
        if (deref(self()->cpu_id_start)) {
            __atomic_add_fetch(&derefs, 1, __ATOMIC_RELAXED);
        }
    }
    return NULL;
}

/* There at once: a page fault of its first use might last until it is gone. */
static long *new_page(void)
{
    return mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
}

static void barriers(void)
{
    enum { FENCE = MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ };
    enum { READY = MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ };
    pthread_t id[3];

    SHOW(!!(syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0) & FENCE));
    SHOW(syscall(SYS_membarrier, READY, 0, 0));
    shared_at = new_page();
    for (int i = 0; i < 3; i++) {
        pthread_create(&id[i], NULL, use_shared, NULL);
    }
    for (int i = 0; i < 2000; i++) {
        long *old = shared_at;

        shared_at = new_page();
        if (syscall(SYS_membarrier, FENCE, 0, 0)) {
            SHOW(errno);
        }
        munmap(old, PAGE);
    }
    done = 1;
    for (int i = 0; i < 3; i++) {
        pthread_join(id[i], NULL);
    }
    SHOW(derefs > 0);
}

/* ---- code that was made ---- */

typedef int Made(struct rseq *area, long *p);

/* mov $descriptor, %rax; mov %rax, 8(%rdi); incq (%rsi); mov $1, %eax; ret */
static void make(char *at, int with_descriptor)
{
    static const unsigned char head[] = {0x48, 0xb8}, arm[] = {0x48, 0x89, 0x47, 8},
                               code[] = {0x48, 0xff, 6},
                               tail[] = {0xb8, 1, 0, 0, 0, 0xc3},
                               abort[] = {0xf, 0xb9, 0x3d, 0x53, 0x30,
                                          5,   0x53, 0x31, 0xc0, 0xc3};
    char *p = at + 256;

    memset(at, 0xcc, PAGE);
    if (with_descriptor) {
        struct rseq_cs cs = {.start_ip = (uintptr_t)p + 14,
                             .post_commit_offset = sizeof code,
                             .abort_ip = (uintptr_t)at + 512 + 7};
        uint64_t address = (uintptr_t)at + 64;

        memcpy(at + 64, &cs, sizeof cs);
        memcpy(p, head, sizeof head);
        memcpy(p + 2, &address, sizeof address);
    } else {
        static const unsigned char none[] = {0x31, 0xc0, 0x90, 0x90, 0x90,
                                             0x90, 0x90, 0x90, 0x90, 0x90};
        memcpy(p, none, sizeof none);
    }
    memcpy(p + 10, arm, sizeof arm);
    memcpy(p + 14, code, sizeof code);
    memcpy(p + 17, tail, sizeof tail);
    memcpy(at + 512, abort, sizeof abort);
}

static void made(void)
{
    static long sum;
    char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long calls = 0;

    for (int round = 0; round < 20; round++) {
        Made *fn = (Made *)(at + 256);

        make(at, round % 2 == 0);
        for (int i = 0; i < 1000; i++) {
            int did = fn(self(), &sum);

            calls += did;
            if (!did && round % 2) {
                printf("aborted outside of a sequence\n");
            }
        }
        self()->rseq_cs = 0; /* its descriptor goes */
        if (round % 5 == 4) {
            munmap(at, PAGE);
            at = mmap(at, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        }
    }
    SHOW(sum == calls);
    SHOW(calls > 19000);
}

int main(int argc, char **argv)
{
    rounds = argc > 1 ? atoi(argv[1]) : rounds;
    setvbuf(stdout, NULL, _IONBF, 0);
    if (!__rseq_size) {
        return 77;
    }
    registration();
    moves();
    counters();
    lists();
    copies();
    timers();
    faults();
    comings();
    processes();
    barriers();
    made();
    return 0;
}
