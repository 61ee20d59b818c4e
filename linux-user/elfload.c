/* Loading an ELF program: segments, interpreter, stack, auxiliary vector. */
/* SPDX-License-Identifier: MIT */
/* System V ABI, chapter 5, and its AMD64 supplement, 3.4. */
#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/elf-file.h"
#include "linux-user/guest-mem.h"
#include "linux-user/program.h"
#include "linux-user/syscall.h"
#include "target/x86/user.h"
#include "util/host.h"
#include "util/log.h"

enum { PAGE = ELF_PAGE };
#define PAGE_DOWN ELF_PAGE_DOWN
#define PAGE_UP   ELF_PAGE_UP

/* Where a position-independent program goes, if it can: the heap grows behind it. */
#define PIE_BASE UINT64_C(0x2aaaaaaab000)

static bool read_at(const ElfFile *f, void *buf, size_t n, uint64_t offset)
{
    return pread(f->fd, buf, n, offset) == (ssize_t)n;
}

static bool elf_open(ElfFile *f, const char *path, GError **errp)
{
    struct stat st;

    *f = (ElfFile){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC), .read = read_at};
    if (f->fd < 0 || fstat(f->fd, &st) < 0) {
        return user_error(errp, "%s: %s", path, g_strerror(errno));
    }
    f->size = st.st_size;
    if (!S_ISREG(st.st_mode)) {
        return user_error(errp, "%s: not a regular file", path);
    }
    return elf_file_read(f, GUEST_ADDR_END, errp);
}

static void elf_close_file(ElfFile *f)
{
    if (f->fd >= 0) {
        close(f->fd);
    }
    f->fd = -1;
}

static void elf_close(ElfFile *f)
{
    elf_close_file(f);
    g_free(f->interp);
}

/* ---- mapping ---- */

static bool no_room(const ElfFile *f, GError **errp)
{
    return user_error(errp, "%s: cannot be mapped at 0x%" PRIx64 ": %s", f->path,
                      f->low + f->bias, g_strerror(errno));
}

/* Finds the place for all segments together. */
static bool reserve(ElfFile *f, uint64_t hint, GError **errp)
{
    uint64_t n = f->high - f->low;
    bool fixed = f->eh.e_type == ET_EXEC;
    int64_t at = target_mmap(fixed ? f->low : hint, n, PROT_NONE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
                                 (fixed ? MAP_FIXED_NOREPLACE : 0),
                             -1, 0);
    if (at < 0 && at >= -4095) {
        errno = -at;
        return no_room(f, errp);
    }
    if (fixed && (uint64_t)at != f->low) { /* before Linux 4.17 it is a hint */
        errno = EEXIST;
        return no_room(f, errp);
    }
    f->bias = (uint64_t)at - f->low;
    return true;
}

static int prot_of(const Elf64_Phdr *p)
{
    return (p->p_flags & PF_R ? PROT_READ : 0) | (p->p_flags & PF_W ? PROT_WRITE : 0) |
           (p->p_flags & PF_X ? PROT_EXEC : 0);
}

static bool map_segment(const ElfFile *f, const Elf64_Phdr *p, GError **errp)
{
    uint64_t start = p->p_vaddr + f->bias, file_end = start + p->p_filesz;
    uint64_t page = PAGE_DOWN(start), end = start + p->p_memsz, zero = page;
    int64_t r = 0;

    if (p->p_filesz) {
        zero = PAGE_UP(file_end);
        r = target_mmap(page, zero - page, prot_of(p), MAP_PRIVATE | MAP_FIXED, f->fd,
                        PAGE_DOWN(p->p_offset));
    }
    if (r >= 0 && PAGE_UP(end) > zero) {
        r = target_mmap(zero, PAGE_UP(end) - zero, prot_of(p),
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
    if (r < 0 && r >= -4095) {
        errno = -r;
        return no_room(f, errp);
    }
    if (p->p_memsz > p->p_filesz && p->p_flags & PF_W && p->p_filesz) {
        clear_guest(file_end, zero - file_end);
    }
    return true;
}

static bool map_all(ElfFile *f, uint64_t hint, GError **errp)
{
    if (!reserve(f, hint, errp)) {
        return false;
    }
    for (unsigned i = 0; i < f->eh.e_phnum; i++) {
        const Elf64_Phdr *p = &f->ph[i];

        if (p->p_type == PT_LOAD && p->p_memsz && !map_segment(f, p, errp)) {
            return false;
        }
    }
    return true;
}

static void note_segments(const ElfFile *f, ImageInfo *im)
{
    im->start_code = im->start_data = UINT64_MAX;
    for (unsigned i = 0; i < f->eh.e_phnum; i++) {
        const Elf64_Phdr *p = &f->ph[i];
        uint64_t start = p->p_vaddr + f->bias;

        if (p->p_type == PT_LOAD && p->p_flags & PF_X) {
            im->start_code = MIN(im->start_code, start);
            im->end_code = MAX(im->end_code, start + p->p_filesz);
        } else if (p->p_type == PT_LOAD && p->p_flags & PF_W) {
            im->start_data = MIN(im->start_data, start);
            im->end_data = MAX(im->end_data, start + p->p_filesz);
        } else if (p->p_type == PT_GNU_STACK) {
            im->exec_stack = p->p_flags & PF_X;
        }
        if (p->p_type == PT_LOAD && f->eh.e_phoff - p->p_offset < p->p_filesz) {
            im->phdr = start + f->eh.e_phoff - p->p_offset;
        }
    }
}

/* ---- the stack ---- */

/* Builds the initial stack from the top down. */
typedef struct Stack {
    uint64_t sp;
    bool failed;
} Stack;

static uint64_t push_bytes(Stack *s, const void *p, size_t n)
{
    s->sp -= n;
    s->failed |= copy_to_guest(s->sp, p, n) != 0;
    return s->sp;
}

static uint64_t push_string(Stack *s, const char *text)
{
    return push_bytes(s, text, strlen(text) + 1);
}

/* Strings in the order of the list, upwards; their addresses to `at`. */
static unsigned push_list(Stack *s, char **list, GArray *at)
{
    unsigned n = g_strv_length(list);

    g_array_set_size(at, n);
    for (unsigned i = n; i-- > 0;) {
        g_array_index(at, uint64_t, i) = push_string(s, list[i]);
    }
    return n;
}

static void add_word(GArray *words, uint64_t v)
{
    g_array_append_val(words, v);
}

static void add_aux(GArray *words, uint64_t type, uint64_t val)
{
    add_word(words, type);
    add_word(words, val);
}

/* Bits of CPUID leaf 1, EDX. */
static uint64_t hwcap(CPUX86State *env)
{
    uint32_t regs[4];

    x86_cpuid(env, 1, 0, regs);
    return regs[3];
}

/*
 * The host's vDSO, if it is x86_64 code, is the guest's too: its data lie at the same
 * address, and the guest reads the same TSC and number of the CPU. The code is made for
 * the host's CPU, so the guest's must have the instructions that it may use.
 */
static void offer_vdso(ImageInfo *im)
{
    uint64_t at = getauxval(AT_SYSINFO_EHDR);
    const Elf64_Ehdr *eh = g2h(at);
    const Elf64_Phdr *ph = g2h(at + (at ? eh->e_phoff : 0));

    if (!at || eh->e_machine != EM_X86_64 || host_page_size() > PAGE ||
        log_enabled(LOG_LOCKSTEP) ||
        !x86_model_has(&program_cpu_model, X86_FEAT_RDTSCP) ||
        !x86_model_has(&program_cpu_model, X86_FEAT_RDPID)) {
        return;
    }
    for (unsigned i = 0; i < eh->e_phnum; i++) {
        if (ph[i].p_type == PT_LOAD) {
            im->vdso = at;
            im->vdso_end = at + PAGE_UP(ph[i].p_memsz);
            user_map_set(at, im->vdso_end - 1, USER_READ | USER_EXEC | USER_HOST);
        }
    }
}

static void add_auxv(GArray *w, TaskState *ts, const ImageInfo *im, const uint64_t at[3])
{
    enum { AT_MINSIGSTKSZ_NR = 51, HWCAP2_FSGSBASE = 2, FRAME_BYTES = 576 };
    CPUX86State *env = task_env(ts);
    bool fsgsbase = x86_model_has(&program_cpu_model, X86_FEAT_FSGSBASE);

    if (im->vdso) {
        add_aux(w, AT_SYSINFO_EHDR, im->vdso);
    }
    add_aux(w, AT_MINSIGSTKSZ_NR, x86_user_xsave_size(env) + FRAME_BYTES);
    add_aux(w, AT_HWCAP, hwcap(env));
    add_aux(w, AT_PAGESZ, PAGE);
    add_aux(w, AT_CLKTCK, sysconf(_SC_CLK_TCK));
    add_aux(w, AT_PHDR, im->phdr);
    add_aux(w, AT_PHENT, sizeof(Elf64_Phdr));
    add_aux(w, AT_PHNUM, im->phnum);
    add_aux(w, AT_BASE, im->interp_base);
    add_aux(w, AT_FLAGS, 0);
    add_aux(w, AT_ENTRY, im->program_entry);
    add_aux(w, AT_UID, getuid());
    add_aux(w, AT_EUID, geteuid());
    add_aux(w, AT_GID, getgid());
    add_aux(w, AT_EGID, getegid());
    add_aux(w, AT_SECURE, 0);
    add_aux(w, AT_RANDOM, at[0]);
    add_aux(w, AT_HWCAP2, fsgsbase ? HWCAP2_FSGSBASE : 0);
    add_aux(w, AT_EXECFN, at[1]);
    add_aux(w, AT_PLATFORM, at[2]);
    add_aux(w, AT_NULL, 0);
}

static bool map_stack(ImageInfo *im, uint64_t size, GError **errp)
{
    int prot = PROT_READ | PROT_WRITE | (im->exec_stack ? PROT_EXEC : 0);
    int64_t at =
        target_mmap(0, size + PAGE, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if ((at < 0 && at >= -4095) || target_mprotect(at + PAGE, size, prot) < 0) {
        return user_error(errp, "no memory for a stack of %" PRIu64 " KiB", size >> 10);
    }
    im->stack_limit = at + PAGE;
    im->stack_base = at + PAGE + size;
    return true;
}

static bool make_stack(TaskState *ts, const ProgramStart *start, ImageInfo *im,
                       GError **errp)
{
    Stack s = {.sp = im->stack_base - 8};
    uint8_t random[16];
    uint64_t at[3];
    g_autoptr(GArray) w = g_array_new(false, false, sizeof(uint64_t));
    g_autoptr(GArray) argv = g_array_new(false, false, sizeof(uint64_t));
    g_autoptr(GArray) envp = g_array_new(false, false, sizeof(uint64_t));

    if (getrandom(random, sizeof random, 0) != sizeof random) {
        memset(random, 0x5a, sizeof random);
    }
    at[1] = push_string(&s, start->path);
    im->env_end = s.sp;
    push_list(&s, start->envp, envp);
    im->env_start = im->arg_end = s.sp;
    push_list(&s, start->argv, argv);
    im->arg_start = s.sp;
    at[2] = push_string(&s, "x86_64");
    s.sp = ROUND_DOWN(s.sp, 16);
    at[0] = push_bytes(&s, random, sizeof random);

    add_word(w, argv->len);
    g_array_append_vals(w, argv->data, argv->len);
    add_word(w, 0);
    g_array_append_vals(w, envp->data, envp->len);
    add_word(w, 0);
    unsigned aux = w->len;

    add_auxv(w, ts, im, at);
    s.sp = ROUND_DOWN(s.sp - 8 * (uint64_t)w->len, 16);
    s.failed |= copy_to_guest(s.sp, w->data, 8 * (size_t)w->len) != 0;
    im->start_stack = s.sp;
    im->auxv = s.sp + 8 * aux;
    im->auxv_size = 8 * (w->len - aux);
    return !s.failed ||
           user_error(errp, "%s: arguments and environment do not fit on the stack",
                      start->path);
}

/* ---- all together ---- */

char *program_find(const char *path)
{
    char *other = path_redirect(path, true);

    return other ? other : g_strdup(path);
}

static bool load_interp(ElfFile *f, ImageInfo *im, int *status, GError **errp)
{
    g_autofree char *path = program_find(f->interp);
    ElfFile in;
    bool ok = false;

    if (access(path, F_OK) < 0) {
        *status = NOT_FOUND;
        return user_error(
            errp, "%s: its interpreter %s is missing; -L DIR looks for it in DIR%s",
            f->path, f->interp, f->interp);
    }
    if (elf_open(&in, path, errp) && map_all(&in, target_place(in.high - in.low), errp)) {
        im->interp_base = in.bias;
        im->entry = in.eh.e_entry + in.bias;
        ok = true;
    }
    elf_close(&in);
    return ok;
}

static bool load_program(ElfFile *f, ImageInfo *im, int *status, GError **errp)
{
    if (!map_all(f, PIE_BASE, errp)) {
        return false;
    }
    note_segments(f, im);
    im->load_bias = f->bias;
    im->phnum = f->eh.e_phnum;
    im->program_entry = im->entry = f->eh.e_entry + f->bias;
    im->start_brk = im->brk = PAGE_UP(f->brk + f->bias);
    elf_close_file(f); /* there may be a limit of one */
    return !f->interp || load_interp(f, im, status, errp);
}

bool elf_load(TaskState *ts, const ProgramStart *start, int *status, GError **errp)
{
    ImageInfo *im = &user_program.image;
    CPUX86State *env = task_env(ts);
    ElfFile f;

    *status = CANNOT_RUN;
    bool ok = elf_open(&f, start->path, errp) && load_program(&f, im, status, errp) &&
              map_stack(im, start->stack_size, errp);

    elf_close(&f);
    if (ok) {
        offer_vdso(im);
        ok = make_stack(ts, start, im, errp);
    }
    if (ok) {
        target_set_brk(im->start_brk);
        env->rip = im->entry;
        env->regs[R_RSP] = im->start_stack;
    }
    return ok;
}
