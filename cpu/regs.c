/* Registers by number and name, as debuggers and the monitor see them. */
/* SPDX-License-Identifier: MIT */
#include "cpu/regs.h"

void cpu_reg_read(CPUState *cpu, const RegDesc *r, uint8_t *to)
{
    if (r->get) {
        r->get(cpu, r->arg, to);
    } else {
        memcpy(to, (const char *)cpu_env(cpu) + r->offset, r->size);
    }
}

bool cpu_reg_write(CPUState *cpu, const RegDesc *r, const uint8_t *from)
{
    if (r->set) {
        return r->set(cpu, r->arg, from);
    }
    if (r->get) {
        return false;
    }
    memcpy((char *)cpu_env(cpu) + r->offset, from, r->size);
    return true;
}

static const RegDesc *find_name(const CPUOps *ops, const char *name)
{
    for (size_t i = 0; i < ops->nregs; i++) {
        if (g_ascii_strcasecmp(ops->regs[i].name, name) == 0) {
            return &ops->regs[i];
        }
    }
    return NULL;
}

const RegDesc *cpu_reg_find(const CPUOps *ops, const char *name)
{
    const RegDesc *r = find_name(ops, name);
    for (const RegAlias *a = ops->reg_aliases; !r && a && a->alias; a++) {
        if (g_ascii_strcasecmp(a->alias, name) == 0) {
            r = find_name(ops, a->name);
        }
    }
    return r;
}
