/* Robust mutexes: whoever joins a thread that died with one finds it free at once. */
/* SPDX-License-Identifier: MIT */
#include <linux/futex.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "calls.h"

enum { MUTEXES = 5, ROUNDS = 200 };

static pthread_mutex_t *mutex; /* in memory that a child shares */

static void make(int protocol)
{
    pthread_mutexattr_t a;

    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setprotocol(&a, protocol);
    for (int i = 0; i < MUTEXES; i++) {
        pthread_mutex_init(&mutex[i], &a);
    }
    pthread_mutexattr_destroy(&a);
}

static void *die_with_all(void *arg)
{
    for (int i = 0; i < MUTEXES; i++) {
        pthread_mutex_lock(&mutex[i]);
    }
    pthread_mutex_unlock(&mutex[2]);
    return NULL;
}

/* How many were left by a dead owner. */
static int take_all(void)
{
    int dead = 0;

    for (int i = 0; i < MUTEXES; i++) {
        int err = pthread_mutex_trylock(&mutex[i]);

        dead += err == EOWNERDEAD;
        if (err == EOWNERDEAD) {
            pthread_mutex_consistent(&mutex[i]);
        } else if (err) {
            printf("mutex %d: %s\n", i, strerror(err));
            continue;
        }
        pthread_mutex_unlock(&mutex[i]);
    }
    return dead;
}

static void threads(int rounds)
{
    pthread_t t;
    int dead = 0;

    for (int i = 0; i < rounds; i++) {
        pthread_create(&t, NULL, die_with_all, NULL);
        pthread_join(t, NULL);
        dead += take_all();
    }
    printf("%d of %d\n", dead, rounds * (MUTEXES - 1));
}

/* One waits while the owner dies: it is woken. */
static void *wait_for_first(void *arg)
{
    int err = pthread_mutex_lock(&mutex[0]);

    pthread_mutex_consistent(&mutex[0]);
    pthread_mutex_unlock(&mutex[0]);
    return (void *)(long)err;
}

static void *die_while_waited_for(void *arg)
{
    die_with_all(NULL);
    pthread_create(arg, NULL, wait_for_first, NULL);
    usleep(20000);
    return NULL;
}

static void waiter(void)
{
    pthread_t t, second;
    void *err;

    pthread_create(&t, NULL, die_while_waited_for, &second);
    pthread_join(t, NULL);
    pthread_join(second, &err);
    SHOW((long)err == EOWNERDEAD);
    SHOW(take_all());
}

static void process(void)
{
    if (fork() == 0) {
        die_with_all(NULL);
        _exit(0);
    }
    wait(NULL);
    SHOW(take_all());
}

/* A list of our own making: three locks, of which the second may be out of reach, one
 * that is just being taken, and one of somebody else. */
typedef struct Lock {
    struct robust_list link;
    uint32_t word;
} Lock;

static Lock *lock;
static struct robust_list_head list;

static struct robust_list *pi(Lock *l)
{
    return (struct robust_list *)((uintptr_t)l | 1);
}

static void *die_with_list(void *second)
{
    pid_t tid = gettid();
    Lock *b = second;

    list.futex_offset = offsetof(Lock, word);
    list.list.next = &lock[0].link;
    list.list_op_pending = &lock[3].link;
    lock[0].link.next = pi(b);
    lock[0].word = tid | FUTEX_WAITERS;
    if (b == &lock[1]) {
        b->link.next = &lock[2].link;
        b->word = tid;
    }
    lock[2].link.next = &lock[3].link;
    lock[2].word = tid + 1;
    lock[3].link.next = &list.list;
    lock[3].word = tid | FUTEX_OWNER_DIED;
    RAW(set_robust_list, &list, sizeof list);
    return NULL;
}

static void hand_made(const char *what, Lock *second)
{
    pthread_t t;

    pthread_create(&t, NULL, die_with_list, second);
    pthread_join(t, NULL);
    printf("%s:", what);
    for (int i = 0; i < 4; i++) {
        uint32_t w = lock[i].word;

        printf(" %x%s", w & ~FUTEX_TID_MASK, w & FUTEX_TID_MASK ? "+tid" : "");
        lock[i].word = 0;
    }
    puts("");
}

static void hand_made_lists(void)
{
    char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    Lock *far = (Lock *)(page + 4096) - 1;

    lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    hand_made("good", &lock[1]);
    hand_made("read-only, not ours", far);
    hand_made("unaligned", (Lock *)((char *)&lock[1] + 2));
    munmap(page, 8192);
    hand_made("not there", far);
}

/* A list that leads nowhere, and one without an end, end with the thread all the same. */
static void *bad_list(void *arg)
{
    static void *loop[3] = {loop, 0, 0};

    RAW(set_robust_list, arg ? (void *)16 : loop, 24);
    return NULL;
}

int main(void)
{
    mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    make(PTHREAD_PRIO_NONE);
    threads(ROUNDS);
    waiter();
    process();
    make(PTHREAD_PRIO_INHERIT);
    threads(1);
    for (long i = 0; i < 2; i++) {
        pthread_t t;

        pthread_create(&t, NULL, bad_list, (void *)i);
        pthread_join(t, NULL);
    }
    hand_made_lists();
    puts("done");
    return 0;
}
