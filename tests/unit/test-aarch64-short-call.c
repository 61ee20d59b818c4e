/* System calls that translated code makes without leaving: on aarch64 what it has in
 * registers stays there, whatever the function that answers the call does with them. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/syscall-short.h"
#include "target/x86/cpu.h"
#include "tests/unit/unit.h"
#include "util/epoch.h"

/* What syscall-short.c and host-aarch64.c need of files that are not here. */
SyscallRow syscall_rows[GUEST_NR_END];
SyscallFn *syscall_leaves[GUEST_NR_END];
uint32_t host_fd_lowest = 1000;
uint64_t epoch_now;

const void *user_fault_entry(void)
{
    return NULL;
}

/* What units have in registers (GuestDesc.short_call); v0-v7 are lost. */
enum { FIRST_X = 8, LAST_X = 15, FIRST_V = 8, LAST_V = 31 };
typedef struct Registers {
    unsigned __int128 v[LAST_V - FIRST_V + 1];
    uint64_t x[LAST_X - FIRST_X + 1];
} Registers;

/* A line of assembly for each of the registers. */
#define EACH_V(line)                                                         \
    ".irp n, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, " \
    "24, 25, 26, 27, 28, 29, 30, 31\n\t" line "\n\t.endr\n\t"
#define EACH_X(line) ".irp n, 8, 9, 10, 11, 12, 13, 14, 15\n\t" line "\n\t.endr\n\t"
#define LOAD                              \
    EACH_V("ldr q\\n, [x19, (\\n-8)*16]") \
    EACH_X("ldr x\\n, [x19, 384+(\\n-8)*8]")
#define STORE                             \
    EACH_V("str q\\n, [x20, (\\n-8)*16]") \
    EACH_X("str x\\n, [x20, 384+(\\n-8)*8]")
static_assert(offsetof(Registers, x) == 384, "the offsets above");

/* As the thunk of the back end calls syscall_short(). */
static ShortResult call_with(const Registers *in, Registers *out, uint64_t nr, void *env)
{
    register uint64_t x0 asm("x0") = 1, x1 asm("x1") = 2, x2 asm("x2") = 3;
    register uint64_t x3 asm("x3") = 4, x4 asm("x4") = 5, x5 asm("x5") = 6;
    register uint64_t x6 asm("x6") = nr, x7 asm("x7") = (uintptr_t)env;
    register const Registers *x19 asm("x19") = in;
    register Registers *x20 asm("x20") = out;
    register ShortCall *x21 asm("x21") = syscall_short;

    asm volatile(
        LOAD "blr x21\n\t" STORE
        : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6), "+r"(x7)
        : "r"(x19), "r"(x20), "r"(x21)
        : "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18",
          "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",
          "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22",
          "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "cc", "memory");
    return (ShortResult){x0, x1};
}

/* Answers with the sum of its arguments, and destroys all registers that a C function
 * may, upper halves of v8-v15 among them. */
static int64_t destroy(TaskState *ts, const uint64_t args[6])
{
    int64_t sum = 0;

    for (int i = 0; i < 6; i++) {
        sum += args[i];
    }
    asm volatile("mov x0, #-1\n\t"
                 ".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17\n\t"
                 "mov x\\n, x0\n\t.endr\n\t"
                 ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 24, "
                 "25, 26, 27, 28, 29, 30, 31\n\t"
                 "dup v\\n\\().2d, x0\n\t.endr\n\t"
                 ".irp n, 8, 9, 10, 11, 12, 13, 14, 15\n\t"
                 "mov v\\n\\().d[1], x0\n\t.endr"
                 :
                 :
                 : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
                   "x11", "x12", "x13", "x14", "x15", "x16", "x17", "v0", "v1", "v2",
                   "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18", "v19", "v20", "v21",
                   "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
    return sum;
}

typedef struct Fixture {
    TaskState ts;
    struct {
        CPUState cpu;
        CPUX86State env;
    } x86;
} Fixture;

/* All registers with marks of their own, all bytes. */
static Registers marks(void)
{
    Registers r;
    Rand random = {1};

    for (size_t i = 0; i < sizeof r / 8; i++) {
        ((uint64_t *)&r)[i] = rand_u64(&random);
    }
    return r;
}

static void check_kept(const Registers *want, const Registers *is)
{
    for (size_t i = 0; i < ARRAY_SIZE(want->x); i++) {
        ck_assert_msg(want->x[i] == is->x[i], "x%zu has changed", i + FIRST_X);
    }
    for (size_t i = 0; i < ARRAY_SIZE(want->v); i++) {
        ck_assert_msg(want->v[i] == is->v[i], "v%zu has changed", i + FIRST_V);
    }
}

static Fixture *fixture_new(void)
{
    Fixture *f = aligned_alloc(_Alignof(Fixture), sizeof *f);

    memset(f, 0, sizeof *f);
    f->x86.cpu.opaque = &f->ts;
    f->ts.cpu = &f->x86.cpu;
    return f;
}

static void check_call(SyscallShape row, int64_t want)
{
    enum { NR = 39 };
    Fixture *f = fixture_new();
    Registers before = marks(), after;

    syscall_rows[NR].shape = row;
    syscall_leaves[NR] = destroy;
    for (int leaves = 0; leaves < 2;
         leaves++) { /* the short way back, and the long one */
        memset(&after, 0, sizeof after);
        f->ts.sigpending = leaves;
        f->x86.cpu.exit_request = 0;
        ShortResult r = call_with(&before, &after, NR, cpu_env(&f->x86.cpu));

        ck_assert_int_eq((int64_t)r.value, want);
        ck_assert(r.also);
        ck_assert_int_eq(r.also >> SHORT_LEAVE & 1, leaves && row.kind == ROW_LEAF);
        check_kept(&before, &after);
    }
    free(f);
}

START_TEST(test_leaf)
{
    check_call((SyscallShape){.kind = ROW_LEAF}, 1 + 2 + 3 + 4 + 5 + 6);
}
END_TEST

START_TEST(test_kernel)
{
    check_call((SyscallShape){.kind = ROW_AT_ONCE, .host_nr = SYS_getpid}, getpid());
}
END_TEST

/* Not made, so the helper finds all as it was. */
START_TEST(test_declined)
{
    Fixture *f = fixture_new();
    Registers before = marks(), after = {0};
    ShortResult r = call_with(&before, &after, GUEST_NR_END, cpu_env(&f->x86.cpu));

    ck_assert_int_eq(r.also, 0);
    check_kept(&before, &after);
    free(f);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_test(tc, test_leaf);
    tcase_add_test(tc, test_kernel);
    tcase_add_test(tc, test_declined);
}

int main(void)
{
    return unit_main("aarch64-short-call", add);
}
