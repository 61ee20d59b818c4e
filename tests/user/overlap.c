/* User program: what is mapped but not by it, it can neither replace nor take away. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Natively everything that is mapped is in the list. */
enum { PAGE = 4096, MAX_MAPS = 512, STEP = 1 << 20 };
static struct {
    uint64_t start, end;
} maps[MAX_MAPS];
static unsigned nmaps;

static void read_maps(void)
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[600];

    nmaps = 0;
    while (nmaps < MAX_MAPS && fgets(line, sizeof line, f)) {
        nmaps += sscanf(line, "%" SCNx64 "-%" SCNx64, &maps[nmaps].start,
                        &maps[nmaps].end) == 2;
    }
    fclose(f);
}

static bool is_listed(uint64_t at)
{
    for (unsigned i = 0; i < nmaps; i++) {
        if (at >= maps[i].start && at < maps[i].end) {
            return true;
        }
    }
    return false;
}

static bool is_mapped(uint64_t at)
{
    unsigned char v;

    return mincore((void *)at, 1, &v) == 0 || errno != ENOMEM;
}

/* Tries to get at a page of somebody else's. */
static void attack(uint64_t at)
{
    void *p = (void *)at;
    char *own =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p) {
        printf("replaced\n");
    }
    munmap(p, PAGE); /* of nothing is allowed */
    if (!is_mapped(at)) {
        printf("taken away\n");
    }
    if (mprotect(p, PAGE, PROT_NONE) == 0) {
        printf("protected\n");
    }
    if (mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED) {
        printf("moved\n");
    }
    if (mremap(own, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) != MAP_FAILED) {
        printf("moved over\n");
    }
    if (madvise(p, PAGE, MADV_DONTNEED) == 0 && !is_listed(at)) {
        printf("emptied\n");
    }
    munmap(own, PAGE);
}

int main(void)
{
    unsigned found = 0;

    read_maps();
    uint64_t stack = (uint64_t)&found & ~(uint64_t)(STEP - 1);

    /* around the stack, where the kernel maps files */
    for (uint64_t at = stack - 4096ull * STEP; at < stack + 4096ull * STEP; at += PAGE) {
        if (at >= UINT64_C(0x7ffffffff000)) {
            break;
        }
        if (!is_mapped(at)) {
            at = (at | (STEP / 16 - 1)) + 1 - PAGE; /* holes are large */
        } else if (!is_listed(at) && found < 64) {
            found++;
            attack(at);
        }
    }
    printf("still here\n");
    return 0;
}
