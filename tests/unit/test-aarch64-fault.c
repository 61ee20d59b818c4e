/* What a fault on an aarch64 host is to an x86_64 guest: host_frame_fault(), of frames
 * made up. An emulator passes on no address beyond the guest's, so nothing else shows it.
 */
/* SPDX-License-Identifier: MIT */
#include <asm/sigcontext.h>
#include <stdlib.h>
#include <string.h>

#include "linux-user/host.h"
#include "tests/unit/unit.h"

const void *user_fault_entry(void)
{
    return NULL;
}

/* STR X0, [X1] and LDR X0, [X1] */
static const uint32_t store_insn = 0xf9000020, load_insn = 0xf9400020;

/* esr: of the frame; 0: the frame has none. */
static UserFault fault(int signo, int code, uint64_t addr, uint32_t insn, uint64_t esr)
{
    siginfo_t si = {.si_signo = signo, .si_code = code};
    ucontext_t *uc = calloc(1, sizeof *uc);
    UserFault f;

    si.si_addr = (void *)(uintptr_t)addr;
    uc->uc_mcontext.pc = (uintptr_t)&insn;
    if (esr) {
        struct esr_context c = {
            {ESR_MAGIC, sizeof c},
            esr
        };

        memcpy(uc->uc_mcontext.__reserved, &c, sizeof c);
    }
    host_frame_fault(&si, uc, &f);
    free(uc);
    ck_assert_uint_eq(f.addr, addr);
    return f;
}

static int kind_at(uint64_t addr, int code)
{
    return fault(SIGSEGV, code, addr, load_insn, 0).kind;
}

/* From 2^47 on, also where the host has addresses up to 2^48; the top byte counts. */
START_TEST(test_no_address)
{
    static const uint64_t none[] = {UINT64_C(1) << 47,
                                    UINT64_C(0x0000aaaabbbbcccc),
                                    UINT64_C(0x0000ffffffffffff),
                                    UINT64_C(1) << 48,
                                    UINT64_C(0x0100000000400000),
                                    UINT64_C(0x8000000000400000),
                                    UINT64_C(0xffff7fffffffffff)};

    for (unsigned i = 0; i < sizeof none / sizeof *none; i++) {
        ck_assert_int_eq(kind_at(none[i], SEGV_MAPERR), USER_FAULT_GENERAL);
        ck_assert_int_eq(kind_at(none[i], SEGV_ACCERR), USER_FAULT_GENERAL);
    }
}
END_TEST

START_TEST(test_address)
{
    static const uint64_t some[] = {0, 4096, (UINT64_C(1) << 47) - 1,
                                    UINT64_C(0xffff800000000000), UINT64_MAX};

    for (unsigned i = 0; i < sizeof some / sizeof *some; i++) {
        ck_assert_int_eq(kind_at(some[i], SEGV_MAPERR), USER_FAULT_UNMAPPED);
        ck_assert_int_eq(kind_at(some[i], SEGV_ACCERR), USER_FAULT_FORBIDDEN);
    }
}
END_TEST

START_TEST(test_bus)
{
    UserFault f = fault(SIGBUS, BUS_ADRALN, 4097, load_insn, 0);

    ck_assert_int_eq(f.kind, USER_FAULT_UNALIGNED);
    f = fault(SIGBUS, BUS_ADRERR, 4096, load_insn, 0);
    ck_assert_int_eq(f.kind, USER_FAULT_BUS);
}
END_TEST

/* The frame says whether it was a write, or else the instruction. */
START_TEST(test_write)
{
    const uint64_t abort = UINT64_C(0x24) << 26, write = 1 << 6;

    ck_assert_int_eq(fault(SIGSEGV, SEGV_ACCERR, 4096, load_insn, 0).access, MMU_READ);
    ck_assert_int_eq(fault(SIGSEGV, SEGV_ACCERR, 4096, store_insn, 0).access, MMU_WRITE);
    ck_assert_int_eq(fault(SIGSEGV, SEGV_ACCERR, 4096, load_insn, abort | write).access,
                     MMU_WRITE);
    ck_assert_int_eq(fault(SIGSEGV, SEGV_ACCERR, 4096, store_insn, abort).access,
                     MMU_READ);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_test(tc, test_no_address);
    tcase_add_test(tc, test_address);
    tcase_add_test(tc, test_bus);
    tcase_add_test(tc, test_write);
}

int main(void)
{
    return unit_main("aarch64-fault", add);
}
