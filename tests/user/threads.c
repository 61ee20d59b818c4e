/* User program: threads that end at once, made by several threads; code between them; and
 * a change of group that all of them take part in. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAKERS  3
#define ROUNDS  400
#define CHANGES 5

static unsigned ran;

static void *child(void *arg)
{
    __atomic_fetch_add(&ran, 1, __ATOMIC_SEQ_CST);
    return arg;
}

/* The child may be over before clone() returns to the thread that made it. */
static void *maker(void *arg)
{
    uintptr_t good = 0;
    pid_t self = gettid();

    for (uintptr_t i = 1; i <= ROUNDS; i++) {
        pthread_t t;
        void *result = NULL;

        good += pthread_create(&t, NULL, child, (void *)i) == 0 &&
                pthread_join(t, &result) == 0 && (uintptr_t)result == i &&
                gettid() == self;
    }
    return (void *)good;
}

/*
 * Each thread calls the same place by a pointer, and what is there is written anew before
 * the next one begins: nothing that was noted for a thread is right for a later one.
 */
static int (*code)(void);

static void *caller(void *arg)
{
    int sum = 0;

    for (int i = 0; i < 3; i++) {
        sum += code();
    }
    return (void *)(uintptr_t)sum;
}

static unsigned call_changed_code(void)
{
    uint8_t mov_eax_ret[] = {0xb8, 0, 0, 0, 0, 0xc3};
    unsigned good = 0;

    code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 1; i <= CHANGES; i++) {
        pthread_t t;
        void *sum = NULL;

        memcpy(mov_eax_ret + 1, &i, sizeof i);
        memcpy((void *)code, mov_eax_ret, sizeof mov_eax_ret);
        pthread_create(&t, NULL, caller, NULL);
        pthread_join(t, &sum);
        good += (uintptr_t)sum == 3u * i;
    }
    return good;
}

/*
 * The kernel's credentials are a thread's; the C library sends a signal to each of the
 * others, whose handler makes the call, and waits for all of them.
 */
static volatile bool groups_done;
static pthread_barrier_t groups_set;

static void *in_group(void *asleep)
{
    while (!asleep && !groups_done) {
    }
    pthread_barrier_wait(&groups_set);
    return (void *)(uintptr_t)syscall(SYS_getegid);
}

static void change_groups(void)
{
    enum { GROUP = 12345 };
    pthread_t t[4];
    int failed = 0;

    pthread_barrier_init(&groups_set, NULL, 5);
    for (uintptr_t i = 0; i < 4; i++) {
        pthread_create(&t[i], NULL, in_group, (void *)(i & 1));
    }
    for (int i = 0; i < 10; i++) {
        failed += !!setuid(getuid()) + !!setgid(getgid()); /* which anybody may */
    }
    failed += geteuid() == 0 && setegid(GROUP);
    groups_done = true;
    pthread_barrier_wait(&groups_set);
    printf("changes that failed: %d; groups of threads:", failed);
    for (int i = 0; i < 4; i++) {
        void *group = NULL;

        pthread_join(t[i], &group);
        printf(" %s", (uintptr_t)group == getegid() ? "the same" : "another");
    }
    puts("");
}

int main(void)
{
    pthread_t t[MAKERS];

    change_groups();

    for (int i = 0; i < MAKERS; i++) {
        pthread_create(&t[i], NULL, maker, NULL);
    }
    for (int i = 0; i < MAKERS; i++) {
        void *good = NULL;

        pthread_join(t[i], &good);
        printf("maker %d: %lu of %d\n", i, (unsigned long)(uintptr_t)good, ROUNDS);
    }
    printf("children: %u\n", ran);
    printf("saw the code as it was: %u of %d\n", call_changed_code(), CHANGES);
    return 0;
}
