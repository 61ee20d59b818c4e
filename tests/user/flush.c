/* Code memory is full while another thread sleeps in a short system call. */
/* SPDX-License-Identifier: MIT */
/*
 * Who flushes waits until no thread may come back to what was translated. One that waits
 * in read(), in the place of a helper of its unit, must not be waited for.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FUNCTIONS = 400000, SIZE = 16 };

static int to_reader[2], from_reader[2];

/* Each byte is answered. */
static void *reader(void *unused)
{
    char c;

    while (read(to_reader[0], &c, 1) == 1 && write(from_reader[1], &c, 1) == 1) {
    }
    return NULL;
}

static void ask(char c)
{
    if (write(to_reader[1], &c, 1) != 1 || read(from_reader[0], &c, 1) != 1) {
        puts("no answer");
    }
}

/* mov eax, n; add eax, edi; imul eax, eax; ret */
static void make(unsigned char *at, unsigned n)
{
    static const unsigned char code[] = {0xb8, 0,    0,    0,    0,   0x01,
                                         0xf8, 0x0f, 0xaf, 0xc0, 0xc3};

    memcpy(at, code, sizeof code);
    memcpy(at + 1, &n, sizeof n);
}

int main(void)
{
    unsigned char *code = mmap(NULL, FUNCTIONS * SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned sum = 0;
    pthread_t thread;

    if (code == MAP_FAILED || pipe(to_reader) || pipe(from_reader) ||
        pthread_create(&thread, NULL, reader, NULL)) {
        return 1;
    }
    for (unsigned n = 0; n < FUNCTIONS; n++) {
        make(code + n * SIZE, n);
    }
    for (unsigned n = 0; n < FUNCTIONS; n++) {
        if (n % (FUNCTIONS / 8) == 0) {
            ask('a');
        }
        sum = sum * 31 + ((unsigned (*)(unsigned))(code + n * SIZE))(sum);
    }
    ask('z');
    close(to_reader[1]);
    pthread_join(thread, NULL);
    printf("%x\n", sum);
    return 0;
}
