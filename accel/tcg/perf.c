/* For perf: the map of generated code, and its dump with the code itself. */
/* SPDX-License-Identifier: MIT */
/*
 * /tmp/perf-PID.map has a line a unit: start, size, name. jit-PID.dump, in the current
 * folder, is as the kernel's tools/perf/Documentation/jitdump-specification.txt says; the
 * file is mapped executable, by which `perf record` notices it, and `perf inject --jit`
 * makes an ELF file of each unit. A unit is named after the guest's symbol, or its guest
 * address where that has no name.
 *
 * Everything is written under the engine's lock.
 */
#include "accel/tcg/perf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "util/symbols.h"

enum { JIT_CODE_LOAD = 0, JIT_CODE_CLOSE = 3 };

typedef struct JitHeader {
    uint32_t magic, version, total_size, elf_mach, pad, pid;
    uint64_t timestamp, flags;
} JitHeader;

typedef struct JitRecord {
    uint32_t id, total_size;
    uint64_t timestamp;
} JitRecord;

typedef struct JitLoad {
    JitRecord record;
    uint32_t pid, tid;
    uint64_t vma, code_addr, code_size, code_index;
} JitLoad;

static_assert(sizeof(JitHeader) == 40 && sizeof(JitLoad) == 56,
              "as in the specification");

#define JIT_MAGIC   0x4a695444
#define JIT_VERSION 1

#if defined __x86_64__
#define HOST_MACHINE EM_X86_64
#elif defined __aarch64__
#define HOST_MACHINE EM_AARCH64
#else
#define HOST_MACHINE EM_RISCV
#endif

static FILE *map, *dump;
static int owner;         /* process id in its name */
static void *dump_marker; /* the mapping that perf sees */
static uint64_t dumped;

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

/* A new file that nobody has put there as a trap for us. */
static FILE *open_new(const char *path, GError **errp)
{
    unlink(path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        user_error(errp, "%s: %s", path, strerror(errno));
        return NULL;
    }
    return fdopen(fd, "w");
}

static char *map_path(int pid)
{
    return g_strdup_printf("/tmp/perf-%d.map", pid);
}

bool tcg_perf_open_map(GError **errp)
{
    g_autofree char *path = map_path(getpid());
    map = map ? map : open_new(path, errp);
    owner = getpid();
    return map != NULL;
}

bool tcg_perf_open_dump(GError **errp)
{
    g_autofree char *path = g_strdup_printf("jit-%d.dump", (int)getpid());
    JitHeader h = {.magic = JIT_MAGIC,
                   .version = JIT_VERSION,
                   .total_size = sizeof h,
                   .elf_mach = HOST_MACHINE,
                   .pid = getpid(),
                   .timestamp = now()};
    dump = dump ? dump : open_new(path, errp);
    owner = getpid();
    if (!dump) {
        return false;
    }
    fwrite(&h, sizeof h, 1, dump);
    fflush(dump);
    dump_marker = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_EXEC, MAP_PRIVATE,
                       fileno(dump), 0);
    return dump_marker != MAP_FAILED || user_error(errp, "%s: %s", path, strerror(errno));
}

RUN_AT_FORK bool tcg_perf_active(void)
{
    return map || dump;
}

/* The parent's units are the child's too. What is buffered was flushed, unit by unit. */
RUN_AT_FORK void tcg_perf_forked(void)
{
    if (!tcg_perf_active()) {
        return;
    }
    g_autofree char *text = NULL, *path = map ? map_path(owner) : NULL;
    gsize size = 0;
    FILE *parents = map;

    dump = map = NULL;
    if (parents && g_file_get_contents(path, &text, &size, NULL) &&
        tcg_perf_open_map(NULL)) {
        fwrite(text, size, 1, map);
        fflush(map);
    }
}

void tcg_perf_close(void)
{
    if (map) {
        fclose(map);
    }
    if (dump) {
        JitRecord end = {JIT_CODE_CLOSE, sizeof end, now()};
        fwrite(&end, sizeof end, 1, dump);
        fclose(dump);
        munmap(dump_marker, sysconf(_SC_PAGESIZE));
    }
    map = dump = NULL;
}

static char *unit_name(const TranslationBlock *tb)
{
    uint64_t offset;
    const char *symbol = symbols_find(tb->pc, &offset);
    if (!symbol) {
        return g_strdup_printf("guest-0x%" PRIx64, tb->pc);
    }
    return offset ? g_strdup_printf("%s+0x%" PRIx64, symbol, offset) : g_strdup(symbol);
}

static void dump_unit(const TranslationBlock *tb, const char *name)
{
    size_t name_size = strlen(name) + 1;
    uint64_t start = (uintptr_t)tb->code.entry;
    JitLoad l = {
        .record = {JIT_CODE_LOAD, sizeof l + name_size + tb->code.code_size, now()},
        .pid = owner,
        .tid = gettid(),
        .vma = start,
        .code_addr = start,
        .code_size = tb->code.code_size,
        .code_index = dumped++,
    };
    fwrite(&l, sizeof l, 1, dump);
    fwrite(name, name_size, 1, dump);
    fwrite(tb->code.entry, tb->code.code_size, 1, dump);
    fflush(dump); /* the same, and a child has no part of it */
}

void tcg_perf_unit(const TranslationBlock *tb)
{
    if (likely(!map && !dump)) {
        return;
    }
    g_autofree char *name = unit_name(tb);
    if (map) {
        fprintf(map, "%" PRIxPTR " %x %s\n", (uintptr_t)tb->code.entry,
                tb->code.code_size, name);
        fflush(map); /* it is read while we run, or after we were killed */
    }
    if (dump) {
        dump_unit(tb, name);
    }
}
