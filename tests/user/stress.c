/* User program: threads that share memory, locks and code, forks among them; for a while.
 * stress [SECONDS]: without a number, a little of everything. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS  60 /* of a thread, when no time is given */
typedef uint32_t Fn(uint32_t);
typedef unsigned __int128 Pair;

static double seconds;
static struct timespec began;

/* What all threads change; each change keeps what check() looks at. */
static struct {
    uint64_t added, xored, steps, locked, spun, cas, waits;
    uint32_t bits[THREADS];
    Pair pair __attribute__((aligned(16)));
    pthread_mutex_t mutex, turn_lock;
    pthread_cond_t turned;
    pthread_rwlock_t code_lock;
    int spin;
    uint64_t left, right; /* under mutex: equal */
    unsigned turn;
    unsigned char *code; /* pages that all write to and run from */
    Fn *common;          /* under code_lock: returns common_k + its argument */
    uint32_t common_k;
    unsigned signals, wrong;
} s = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .turn_lock = PTHREAD_MUTEX_INITIALIZER,
    .turned = PTHREAD_COND_INITIALIZER,
    .code_lock = PTHREAD_RWLOCK_INITIALIZER,
};

static void wrong(const char *what, unsigned id)
{
    if (__atomic_fetch_add(&s.wrong, 1, __ATOMIC_SEQ_CST) < 10) {
        printf("wrong: %s (thread %u)\n", what, id);
    }
}

static bool time_is_up(unsigned round)
{
    struct timespec now;

    if (!seconds) {
        return round >= ROUNDS;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - began.tv_sec + (now.tv_nsec - began.tv_nsec) * 1e-9 >= seconds;
}

/* Atomics. */

static void add_to_pair(void)
{
    Pair old = s.pair, new;

    do {
        new = old + ((Pair)1 << 64 | 1);
    } while (!__sync_bool_compare_and_swap(&s.pair, old, new) && (old = s.pair, 1));
}

static void do_atomics(unsigned id, uint64_t *seed)
{
    for (int i = 0; i < 300; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        __atomic_fetch_add(&s.added, i, __ATOMIC_SEQ_CST);
        __atomic_fetch_xor(&s.xored, *seed, __ATOMIC_SEQ_CST);
        __atomic_fetch_xor(&s.xored, *seed, __ATOMIC_SEQ_CST);
        uint64_t seen = __atomic_load_n(&s.cas, __ATOMIC_SEQ_CST);
        while (!__atomic_compare_exchange_n(&s.cas, &seen, seen + 3, false,
                                            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        }
        for (int k = 0; k < THREADS; k++) { /* each has its bit of each word */
            uint32_t word = __atomic_fetch_xor(&s.bits[k], 1u << id, __ATOMIC_SEQ_CST);
            if ((word >> id & 1) != (uint32_t)(i & 1)) {
                wrong("bit of its own", id);
            }
        }
    }
    for (int i = 0; i < 100; i++) {
        __asm__ volatile("lock; incq %0" : "+m"(s.steps) : : "cc");
    }
}

/* Locks. */

static void do_locks(unsigned id)
{
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&s.mutex);
        if (s.left != s.right) {
            wrong("under the mutex", id);
        }
        s.left += id + 1;
        s.locked++;
        s.right += id + 1;
        pthread_mutex_unlock(&s.mutex);
        while (__atomic_exchange_n(&s.spin, 1, __ATOMIC_ACQUIRE)) {
            sched_yield();
        }
        s.spun++;
        __atomic_store_n(&s.spin, 0, __ATOMIC_RELEASE);
    }
    pthread_mutex_lock(&s.turn_lock); /* whose number comes next goes on, or anybody */
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 2000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (s.turn % THREADS != id) {
        pthread_cond_timedwait(&s.turned, &s.turn_lock, &until);
    }
    s.turn++;
    s.waits++;
    pthread_cond_broadcast(&s.turned);
    pthread_mutex_unlock(&s.turn_lock);
}

/* Code. */

/* lea eax, [rdi + k]; ret */
static void emit_add(unsigned char *p, uint32_t k)
{
    p[0] = 0x8d;
    p[1] = 0x87;
    memcpy(p + 2, &k, 4);
    p[6] = 0xc3;
}

static void do_code(unsigned id, uint64_t *seed)
{
    for (uint32_t i = 0; i < 60; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        unsigned char *p = s.code + 32 * (id + THREADS * (*seed >> 32 & 63));
        emit_add(p, *seed);
        if (((Fn *)p)(i) != (uint32_t)*seed + i) {
            wrong("code of its own", id);
        }
    }
    for (int i = 0; i < 20; i++) { /* everybody's: rewritten under a lock */
        if (((*seed >> 33) + i) & 7) {
            pthread_rwlock_rdlock(&s.code_lock);
            if (s.common(i) != s.common_k + i) {
                wrong("common code", id);
            }
        } else {
            pthread_rwlock_wrlock(&s.code_lock);
            emit_add((unsigned char *)s.common, ++s.common_k);
        }
        pthread_rwlock_unlock(&s.code_lock);
    }
}

/* Code in fresh pages, W^X, gone again. */
static void do_pages(unsigned id, unsigned round)
{
    unsigned char *p =
        mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (uint32_t i = 0; i < 3; i++) {
        emit_add(p + 4092, round + i);
        mprotect(p, 8192, PROT_READ | PROT_EXEC);
        if (((Fn *)(p + 4092))(id) != round + i + id) {
            wrong("fresh pages", id);
        }
        mprotect(p, 8192, PROT_READ | PROT_WRITE);
    }
    munmap(p, 8192);
}

/* Children of a process with threads. */

static void do_children(unsigned id, unsigned round)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) { /* its code pages are its own */
        unsigned char *p = s.code + 32 * id;
        emit_add(p, 7 * id);
        _exit(((Fn *)p)(1) == 7 * id + 1 ? 40 + id : 1);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != (int)(40 + id) << 8) {
        wrong("child of fork()", id);
    }
    if (round % 4 == 0) {
        char self[] = "/proc/self/exe", word[] = "child", *args[] = {self, word, NULL};
        if (posix_spawn(&pid, args[0], NULL, NULL, args, NULL) != 0 ||
            waitpid(pid, &status, 0) != pid || status != 33 << 8) {
            wrong("child of posix_spawn()", id);
        }
    }
    if (round % 4 == 1) {
        volatile unsigned before = id;
        pid = vfork();
        if (pid == 0) {
            _exit(50 + before);
        }
        if (waitpid(pid, &status, 0) != pid || status != (int)(50 + id) << 8) {
            wrong("child of vfork()", id);
        }
    }
}

/* All together. */

static void on_alarm(int sig)
{
    __atomic_fetch_add(&s.signals, 1, __ATOMIC_RELAXED);
}

static void *nothing(void *arg)
{
    return arg;
}

static void *worker(void *arg)
{
    unsigned id = (uintptr_t)arg, round = 0;
    uint64_t seed = id + 1;
    pthread_t t;
    void *got;

    for (; !time_is_up(round); round++) {
        do_atomics(id, &seed);
        do_locks(id);
        do_code(id, &seed);
        do_pages(id, round);
        if (round % 16 == id) {
            do_children(id, round / 16);
        }
        if (pthread_create(&t, NULL, nothing, &seed) != 0 || pthread_join(t, &got) != 0 ||
            got != &seed) {
            wrong("thread of a thread", id);
        }
    }
    return (void *)(uintptr_t)round;
}

static void check(uint64_t rounds)
{
    uint32_t bits = 0;

    for (int i = 0; i < THREADS; i++) {
        bits |= s.bits[i];
    }
    printf("atomics: %s\n", s.added == rounds * 300 * 299 / 2 && !s.xored &&
                                    s.cas == rounds * 900 && s.steps == rounds * 100 &&
                                    !bits &&
                                    s.pair == (Pair)THREADS * 1000 * ((Pair)1 << 64 | 1)
                                ? "good"
                                : "bad");
    printf("locks: %s\n", s.locked == rounds * 100 && s.spun == rounds * 100 &&
                                  s.left == s.right && s.waits == rounds
                              ? "good"
                              : "bad");
    printf("signals: %s\n", s.signals ? "some" : "none");
    printf("wrong: %u\n", s.wrong);
}

static void *pair_worker(void *arg)
{
    for (int i = 0; i < 1000; i++) {
        add_to_pair();
    }
    return NULL;
}

static uint64_t run_threads(void *(*fn)(void *))
{
    pthread_t t[THREADS];
    uint64_t sum = 0;
    void *n;

    for (uintptr_t i = 0; i < THREADS; i++) {
        pthread_create(&t[i], NULL, fn, (void *)i);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(t[i], &n);
        sum += (uintptr_t)n;
    }
    return sum;
}

int main(int argc, char **argv)
{
    struct itimerval tick = {
        .it_interval = {0, 2000},
          .it_value = {0, 2000}
    };
    struct sigaction sa = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};

    if (argc > 1 && strcmp(argv[1], "child") == 0) {
        return 33;
    }
    seconds = argc > 1 ? atof(argv[1]) : 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    clock_gettime(CLOCK_MONOTONIC, &began);
    s.code = mmap(NULL, 65536, PROT_READ | PROT_WRITE | PROT_EXEC,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    s.common = (Fn *)(s.code + 32768);
    emit_add(s.code + 32768, 0);
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &tick, NULL);
    run_threads(pair_worker);
    check(run_threads(worker));
    return s.wrong != 0;
}
