/* Memory of the guest: mmap() and its family, the heap. */
/* SPDX-License-Identifier: MIT */
/*
 * Guest and emulator share an address space. What the guest maps is in the engine's map
 * (accel/tcg/user.h); all else that is mapped is ours, and a MAP_FIXED over it is
 * refused. Where the guest leaves the choice, mmap-place.c chooses. Every change is made
 * under the engine's lock, so that no code is translated from pages that are about to
 * change, and units made from them go.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/clone.h"
#include "linux-user/guest-mem.h"
#include "linux-user/mmap-count.h"
#include "linux-user/mmap-pages.h"
#include "linux-user/program.h"
#include "linux-user/rlimit.h"
#include "util/bitops.h"

#define PAGE       4096
#define PAGE_UP(n) (((n) + PAGE - 1) & ~(uint64_t)(PAGE - 1))

static struct {
    Mutex lock;
    uint64_t start, end; /* of the heap: brk() at first, and now */
} heap = {.lock = MUTEX_INIT};

static unsigned user_flags(int prot, int map_flags)
{
    return (prot & PROT_READ ? USER_READ : 0) | (prot & PROT_WRITE ? USER_WRITE : 0) |
           (prot & PROT_EXEC ? USER_EXEC : 0) |
           ((map_flags & MAP_TYPE) != MAP_PRIVATE ? USER_SHARED
            : map_flags & MAP_ANONYMOUS           ? 0
                                                  : USER_FILE) |
           (map_flags & MAP_GROWSDOWN ? USER_GROWS : 0);
}

static int64_t host_mmap(uint64_t addr, uint64_t len, int prot, int flags, int fd,
                         uint64_t offset)
{
    if (pages_are_large()) {
        return pages_map(addr, PAGE_UP(len), prot, flags, fd, offset);
    }
    return place_mmap(addr, len, prot, flags, fd, offset);
}

/* Where host pages are large, what was made writable for us to fill becomes what it is to
 * be, and its neighbours with it. Locked. */
static void protect_large(uint64_t start, uint64_t last, unsigned flags)
{
    if (pages_are_large()) {
        user_host_protect(start, last, flags);
    }
}

static bool is_not_host(uint64_t start, uint64_t last, unsigned flags, void *opaque)
{
    bool *found = opaque;

    *found |= flags & USER_HOST;
    return !*found;
}

/* Some of start .. last is mapped, and not by the guest. Locked. */
static bool is_ours(uint64_t start, uint64_t last)
{
    bool found = false;

    user_map_foreach(start, last, is_not_host, &found);
    if (found) {
        return true;
    }
    if (pages_are_large()) {
        return pages_are_ours(start, last);
    }
    for (uint64_t at = start; at <= last;) {
        if (user_map_flags(at) >= 0) { /* the guest's: on to its end */
            uint64_t next = user_map_next_hole(at, last);

            at = next;
            continue;
        }
        uint64_t end = MIN(user_map_next_piece(at, last), last + 1);
        void *p = mmap(g2h(at), end - at, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
                       -1, 0);
        if (p == MAP_FAILED) {
            return errno == EEXIST;
        }
        munmap(p, end - at);
        if (p != g2h(at)) {
            return true;
        }
        at = end;
    }
    return false;
}

/*
 * Files go to the same places in each run, one behind the other: translated code that is
 * kept holds for where it was. What is unmapped last is given out again. The dynamic
 * linker keeps the place of a library that wants more than a page's alignment by a
 * mapping of nothing before it maps the file there.
 */
#define FILES_BASE UINT64_C(0x300000000000)
#define FILES_END  (FILES_BASE + (UINT64_C(64) << 30))

static uint64_t files_next = FILES_BASE; /* under the engine's lock */

uint64_t target_place(uint64_t size)
{
    return size <= FILES_END - files_next ? files_next : 0;
}

/* A mapping for which the guest leaves the choice is of a file, or going to be one. */
static bool goes_to_files(int prot, int flags)
{
    return (flags & MAP_TYPE) == MAP_PRIVATE && !(flags & MAP_32BIT) &&
           (!(flags & MAP_ANONYMOUS) ||
            (prot == PROT_NONE && flags == (MAP_PRIVATE | MAP_ANONYMOUS)));
}

static void place_taken(uint64_t start, uint64_t size)
{
    if (start == files_next) {
        files_next += size;
    }
}

static void place_given_back(uint64_t start, uint64_t last)
{
    if (last + 1 == files_next) {
        files_next = MAX(start, FILES_BASE);
    }
}

int64_t target_mmap(uint64_t addr, uint64_t len, int prot, int flags, int fd,
                    uint64_t offset)
{
    uint64_t size = PAGE_UP(len);
    unsigned uf = user_flags(prot, flags);
    bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);

    if (!len) {
        return -EINVAL;
    }
    if (!size || size > GUEST_ADDR_END || (fixed && !guest_range_ok(addr, size))) {
        return -ENOMEM;
    }
    if (fixed && addr & (PAGE - 1)) {
        return -EINVAL;
    }
    if (!fixed && !guest_range_ok(addr, size)) {
        addr = 0;
    }
    user_map_lock();
    if (flags & MAP_FIXED && !(flags & MAP_FIXED_NOREPLACE) &&
        is_ours(addr, addr + size - 1)) {
        user_map_unlock();
        return -ENOMEM;
    }
    if (!count_allows_mapping() || !rlimit_allows(fixed ? addr : 0, size, uf)) {
        user_map_unlock();
        return -ENOMEM;
    }
    if (!addr && !fixed && goes_to_files(prot, flags)) {
        addr = target_place(size);
    }
    int64_t r = host_mmap(addr, len, user_host_prot(uf), flags, fd, offset);

    if (r >= 0 || r < -4095) {
        place_taken(r, size);
        user_map_set(r, r + size - 1, uf);
        user_code_forget(r, r + size - 1);
        protect_large(r, r + size - 1, uf);
    }
    user_map_unlock();
    if (prot & PROT_EXEC && !(flags & MAP_ANONYMOUS) && (r >= 0 || r < -4095)) {
        names_of_mapping(r, fd, offset);
    }
    return r;
}

typedef struct Unmap {
    bool failed;
} Unmap;

static bool unmap_piece(uint64_t start, uint64_t last, unsigned flags, void *opaque)
{
    Unmap *u = opaque;

    if (flags & USER_HOST) {
        return true;
    }
    if (!count_allows_unmapping(start, last)) {
        u->failed = true;
        return false;
    }
    if (pages_are_large()) {
        user_map_clear(start, last);
        u->failed = pages_unmap(start, last) < 0;
    } else {
        u->failed = munmap(g2h(start), last + 1 - start) < 0;
    }
    if (u->failed) {
        return false;
    }
    user_map_clear(start, last);
    user_code_forget(start, last);
    place_given_back(start, last);
    return true;
}

/* Only what is the guest's. */
static int64_t target_munmap(TaskState *ts, uint64_t addr, uint64_t len)
{
    uint64_t size = PAGE_UP(len);
    Unmap u = {false};

    if (addr & (PAGE - 1) || !size || !guest_range_ok(addr, size)) {
        return -EINVAL;
    }
    rseq_before_unmap(ts, addr, addr + size - 1);
    user_map_lock();
    user_map_foreach(addr, addr + size - 1, unmap_piece, &u);
    user_map_unlock();
    return u.failed ? -ENOMEM : 0;
}

/* mprotect() of one piece. */
typedef struct Protect {
    unsigned flags;
    int64_t result;
} Protect;

static bool protect_piece(uint64_t start, uint64_t last, unsigned flags, void *opaque)
{
    Protect *p = opaque;
    unsigned want = p->flags | (flags & (USER_SHARED | USER_GROWS | USER_FILE));

    if (flags & USER_HOST) {
        p->result = -EACCES;
        return false;
    }
    if ((want != flags && !count_allows_change(start, last)) ||
        (want & USER_WRITE && !(flags & USER_WRITE) &&
         !rlimit_allows(start, last + 1 - start, want))) {
        p->result = -ENOMEM;
        return false;
    }
    if (flags & USER_EXEC && !(want & USER_EXEC)) {
        user_code_sleep(start, last);
    }
    p->result = user_host_protect(start, last, want);
    if (p->result < 0) {
        return false;
    }
    user_map_set(start, last, want);
    return true;
}

/* PROT_GROWSDOWN: where the mapping of addr begins that grows, or is the stack; 0: none
 * such. */
static uint64_t growing_start(uint64_t addr)
{
    const ImageInfo *im = &user_program.image;
    int flags = user_map_flags(addr);

    if (addr >= im->stack_limit && addr < im->stack_base) {
        return im->stack_limit;
    }
    if (flags < 0 || !(flags & USER_GROWS)) {
        return 0;
    }
    while (user_map_flags(addr - PAGE) == flags) {
        addr -= PAGE;
    }
    return addr;
}

enum { GUEST_PROT_SEM = 8 };

int64_t target_mprotect(uint64_t addr, uint64_t len, int prot)
{
    uint64_t size = PAGE_UP(len);
    Protect p = {.flags = user_flags(prot, MAP_PRIVATE | MAP_ANONYMOUS)};

    if (addr & (PAGE - 1) ||
        prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | GUEST_PROT_SEM | PROT_GROWSDOWN)) {
        return -EINVAL;
    }
    if (!len) {
        return 0;
    }
    if (!size || !guest_range_ok(addr, size)) {
        return -ENOMEM;
    }
    user_map_lock();
    uint64_t from = prot & PROT_GROWSDOWN ? growing_start(addr) : addr;

    if (!from) {
        user_map_unlock();
        return -EINVAL;
    }
    size += addr - from;
    addr = from;
    uint64_t end = user_map_next_hole(addr, addr + size - 1); /* it gets that far */

    if (end > addr) {
        user_map_foreach(addr, end - 1, protect_piece, &p);
    }
    user_map_unlock();
    return p.result < 0 ? p.result : end == addr + size ? 0 : -ENOMEM;
}

/* mremap. */

static int64_t remap(uint64_t old, uint64_t old_size, uint64_t size, int flags,
                     uint64_t to)
{
    int uf = user_map_flags(old);

    if (uf < 0 || uf & USER_HOST || !user_map_has(old, old + MAX(old_size, 1) - 1, 0)) {
        return -EFAULT;
    }
    if (flags & MREMAP_FIXED && is_ours(to, to + size - 1)) {
        return -ENOMEM;
    }
    if (!count_allows_mapping() ||
        (size > old_size && !rlimit_allows(0, size - old_size, uf))) {
        return -ENOMEM;
    }
    /* code pages have another protection on the host, and would count as mappings apart
     */
    user_will_be_written_locked(old, old + MAX(old_size, 1) - 1);
    int64_t r = pages_are_large() ? pages_remap(old, old_size, size, flags, to, uf)
                                  : place_mremap(old, old_size, size, flags, to);

    if (r < 0 && r >= -4095) {
        return r;
    }
    if (old_size && !(flags & MREMAP_DONTUNMAP)) {
        user_map_clear(old, old + old_size - 1);
    }
    if (old_size) {
        user_code_forget(old, old + old_size - 1);
    }
    user_map_set(r, r + size - 1, uf);
    user_code_forget(r, r + size - 1);
    protect_large(r, r + size - 1, uf);
    return r;
}

int64_t sys_mremap(TaskState *ts, const uint64_t args[6])
{
    uint64_t old = args[0], old_size = PAGE_UP(args[1]), size = PAGE_UP(args[2]);
    int flags = args[3];

    if (old & (PAGE - 1) || !size ||
        flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP) ||
        (flags & MREMAP_FIXED && (!(flags & MREMAP_MAYMOVE) || args[4] & (PAGE - 1) ||
                                  !guest_range_ok(args[4], size)))) {
        return -EINVAL;
    }
    if (!guest_range_ok(old, old_size)) {
        return -EFAULT;
    }
    if (size > GUEST_ADDR_END) {
        return -ENOMEM;
    }
    user_map_lock();
    int64_t r = remap(old, old_size, size, flags, args[4]);

    user_map_unlock();
    return r;
}

/* The heap. */

void target_set_brk(uint64_t addr)
{
    heap.start = heap.end = addr;
}

/* The new end, or the old one when it cannot be. */
static uint64_t move_brk(TaskState *ts, uint64_t to)
{
    uint64_t now = PAGE_UP(heap.end), want = PAGE_UP(to);

    if (to < heap.start || !guest_range_ok(to, PAGE)) {
        return heap.end;
    }
    if (want > now) {
        int64_t r = target_mmap(now, want - now, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (r != (int64_t)now) {
            if (r > 0) {
                target_munmap(ts, r, want - now);
            }
            return heap.end;
        }
    } else if (want < now) {
        target_munmap(ts, want, now - want);
    }
    heap.end = to;
    return to;
}

int64_t sys_brk(TaskState *ts, const uint64_t args[6])
{
    mutex_lock(&heap.lock);
    int64_t r = move_brk(ts, args[0]);

    mutex_unlock(&heap.lock);
    return r;
}

/* System calls. */

int64_t sys_mmap(TaskState *ts, const uint64_t args[6])
{
    if (args[5] & (PAGE - 1)) {
        return -EINVAL;
    }
    return target_mmap(args[0], args[1], args[2], args[3], (int)args[4], args[5]);
}

int64_t sys_munmap(TaskState *ts, const uint64_t args[6])
{
    return target_munmap(ts, args[0], args[1]);
}

int64_t sys_mprotect(TaskState *ts, const uint64_t args[6])
{
    return target_mprotect(args[0], args[1], args[2]);
}

/* Advice that makes pages lose their contents is a write. */
int64_t sys_madvise(TaskState *ts, const uint64_t args[6])
{
    uint64_t size = PAGE_UP(args[1]);
    int advice = args[2];

    if (args[0] & (PAGE - 1) || (args[1] && !size)) {
        return -EINVAL;
    }
    if (!guest_range_ok(args[0], size)) {
        return -ENOMEM;
    }
    if (!size) {
        return 0;
    }
    if (!user_map_touches(args[0], args[0] + size - 1)) {
        return -ENOMEM;
    }
    int64_t r = pages_are_large() ? pages_advise(args[0], size, advice)
                : madvise(g2h(args[0]), size, advice) < 0 ? -errno
                                                          : 0;

    if (advice == MADV_DONTNEED || advice == MADV_REMOVE || advice == MADV_FREE) {
        user_map_lock();
        user_code_changed(args[0], args[0] + size - 1);
        user_map_unlock();
    }
    return r;
}

int64_t sys_msync(TaskState *ts, const uint64_t args[6])
{
    uint64_t addr = ROUND_DOWN(args[0], host_page_size());

    if (args[0] & (PAGE - 1)) {
        return -EINVAL;
    }
    const uint64_t host[6] = {addr, args[1] + (args[0] - addr), args[2]};

    return safe_syscall(ts, SYS_msync, host);
}

/* System V shared memory: the size comes from the kernel; where it was attached is kept
 * for shmdt(). */
static GHashTable *attached; /* address -> size; under the engine's lock */

int64_t sys_shmat(TaskState *ts, const uint64_t args[6])
{
    int id = args[0], flags = args[2];
    uint64_t addr = args[1];
    struct shmid_ds ds;

    if (shmctl(id, IPC_STAT, &ds) < 0) {
        return -errno;
    }
    uint64_t size = PAGE_UP(ds.shm_segsz);

    if (addr & (PAGE - 1)) {
        if (!(flags & SHM_RND)) {
            return -EINVAL;
        }
        addr &= ~(uint64_t)(PAGE - 1);
    }
    user_map_lock();
    if (addr && flags & SHM_REMAP && is_ours(addr, addr + size - 1)) {
        user_map_unlock();
        return -EINVAL;
    }
    if (!count_allows_mapping() || !rlimit_allows(0, size, USER_SHARED)) {
        user_map_unlock();
        return -ENOMEM;
    }
    int64_t r = place_shmat(id, addr, size, flags & ~SHM_EXEC);

    if (r >= 0 || r < -4095) {
        attached = attached ? attached : g_hash_table_new(NULL, NULL);
        g_hash_table_insert(attached, g2h(r), (void *)(uintptr_t)size);
        user_map_set(r, r + size - 1,
                     USER_READ | USER_SHARED | (flags & SHM_RDONLY ? 0 : USER_WRITE) |
                         (flags & SHM_EXEC ? USER_EXEC : 0));
        user_code_forget(r, r + size - 1);
    }
    user_map_unlock();
    return r;
}

int64_t sys_shmdt(TaskState *ts, const uint64_t args[6])
{
    user_map_lock();
    uint64_t size = attached ? (uintptr_t)g_hash_table_lookup(attached, g2h(args[0])) : 0;
    int64_t r = size ? 0 : -EINVAL;

    if (size && shmdt(g2h(args[0])) < 0) {
        r = -errno;
    } else if (size) {
        g_hash_table_remove(attached, g2h(args[0]));
        user_map_clear(args[0], args[0] + size - 1);
        user_code_forget(args[0], args[0] + size - 1);
    }
    user_map_unlock();
    return r;
}
