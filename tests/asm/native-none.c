/* Hosts that cannot run x86 code themselves. */
/* SPDX-License-Identifier: MIT */
#include "tests/asm/rig.h"

bool native_init(void)
{
    return false;
}

bool native_has_mode(X86Mode mode)
{
    return false;
}

MachineResult native_run(MachineState *st)
{
    return (MachineResult){.vector = -1};
}

void native_put_exit(uint8_t *at) {}

MachineResult native_run_to(MachineState *st, uint64_t end)
{
    return (MachineResult){.vector = -1};
}

bool native_has_feature(unsigned feature)
{
    return false;
}

bool native_rsp_is_canonical(const MachineState *st)
{
    return true;
}
