/* User program: threads that end at once, made by several threads. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define MAKERS 3
#define ROUNDS 400

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

int main(void)
{
    pthread_t t[MAKERS];

    for (int i = 0; i < MAKERS; i++) {
        pthread_create(&t[i], NULL, maker, NULL);
    }
    for (int i = 0; i < MAKERS; i++) {
        void *good = NULL;

        pthread_join(t[i], &good);
        printf("maker %d: %lu of %d\n", i, (unsigned long)(uintptr_t)good, ROUNDS);
    }
    printf("children: %u\n", ran);
    return 0;
}
