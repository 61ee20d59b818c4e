/* A whole PC board for device tests. */
/* SPDX-License-Identifier: MIT */
#include "tests/qtest/board.h"

static void count_request(Machine *m, MachineRequest what, int code)
{
    ((Board *)m->request_opaque)->requests++;
}

void board_init(Board *b, uint64_t ram_size, const char *kernel, const char *firmware)
{
    GError *err = NULL;
    memset(b, 0, sizeof *b);
    b->m.cls = &pc_machine;
    b->m.ram_size = ram_size;
    b->m.ncpus = 1;
    b->m.kernel = kernel;
    b->m.firmware = firmware;
    b->m.clock = clock_new_manual();
    b->m.request = count_request;
    b->m.request_opaque = b;
    for (int i = 0; i < 2; i++) {
        fake_chardev_init(&b->serial[i]);
        b->m.serial[i] = &b->serial[i];
    }
    machine_init_core(&b->m);
    bool ok = pc_machine.init(&b->m, &err);
    ck_assert_msg(ok, "%s", err ? err->message : "");
    machine_reset(&b->m);
}

void board_fini(Board *b)
{
    machine_fini_core(&b->m);
    clock_free(b->m.clock);
    for (int i = 0; i < 2; i++) {
        fake_chardev_free(&b->serial[i]);
    }
}
