/* The guest's hardware breakpoints: what DR7 asks for, and the #DB of a hit. */
/* SPDX-License-Identifier: MIT */
/*
 * An instruction breakpoint is a fault: the engine asks before the instruction, RF and
 * the shadow of SS hold it back. Data and I/O breakpoints are traps: the instruction is
 * run alone, and the engine asks once it is complete. Hits of the instruction that loads
 * SS are held until the next one is complete (SDM vol. 3, 6.8.3), in held_dr6.
 */
#include "target/x86/debug.h"

#include "cpu/debug.h"
#include "target/x86/excp.h"

typedef enum BreakType { BREAK_EXEC, BREAK_WRITE, BREAK_IO, BREAK_ACCESS } BreakType;

static bool is_enabled(const CPUX86State *env, unsigned n)
{
    return env->dr[7] >> (2 * n) & 3;
}

static BreakType break_type(const CPUX86State *env, unsigned n)
{
    return env->dr[7] >> (16 + 4 * n) & 3;
}

/* Bytes that breakpoint n covers: 1, 2, 8 or 4, naturally aligned. */
static unsigned break_len(const CPUX86State *env, unsigned n)
{
    static const uint8_t len[] = {1, 2, 8, 4};

    return len[env->dr[7] >> (18 + 4 * n) & 3];
}

static vaddr break_start(const CPUX86State *env, unsigned n)
{
    return env->dr[n] & ~(vaddr)(break_len(env, n) - 1);
}

/* Flags of data breakpoint n as a watchpoint; 0: it is none, or off. */
static int watch_flags(const CPUX86State *env, unsigned n)
{
    static const int flags[] = {
        [BREAK_WRITE] = BP_GUEST | BP_WRITE,
        [BREAK_ACCESS] = BP_GUEST | BP_WRITE | BP_READ,
    };

    return is_enabled(env, n) ? flags[break_type(env, n)] : 0;
}

void x86_update_breakpoints(CPUX86State *env)
{
    CPUState *cpu = env_cpu(env);

    cpu_breakpoint_remove_all(cpu, BP_GUEST);
    cpu_watchpoint_remove_all(cpu, BP_GUEST);
    for (unsigned n = 0; n < 4; n++) {
        if (watch_flags(env, n)) {
            cpu_watchpoint_insert(cpu, break_start(env, n), break_len(env, n),
                                  watch_flags(env, n));
        } else if (is_enabled(env, n) && break_type(env, n) == BREAK_EXEC) {
            cpu_breakpoint_insert(cpu, env->dr[n], BP_GUEST);
        }
    }
}

uint64_t x86_take_debug_hits(CPUX86State *env)
{
    CPUState *cpu = env_cpu(env);
    uint64_t bits = env->held_dr6;
    const CPUWatchpoint *wp;

    env->held_dr6 = 0;
    for (wp = cpu->watchpoints; wp; wp = wp->next) {
        for (unsigned n = 0; n < 4; n++) {
            if (wp->is_hit && wp->flags == watch_flags(env, n) &&
                wp->va == break_start(env, n) && wp->len == break_len(env, n)) {
                bits |= 1u << n;
            }
        }
    }
    cpu_watchpoint_forget(cpu, BP_GUEST);
    return bits;
}

static void before_instruction(CPUX86State *env)
{
    vaddr pc = env_cpu(env)->ops->tb_key(env_cpu(env)).pc;
    uint64_t bits = 0;

    if (env->eflags & EFL_RF || env->ss_shadow) {
        return;
    }
    for (unsigned n = 0; n < 4; n++) {
        if (is_enabled(env, n) && break_type(env, n) == BREAK_EXEC && env->dr[n] == pc) {
            bits |= 1u << n;
        }
    }
    if (bits) {
        x86_raise_debug(env, bits, 0);
    }
}

void x86_debug_hit(CPUState *cpu, bool after)
{
    CPUX86State *env = cpu_env(cpu);

    if (!after) {
        before_instruction(env);
        return;
    }
    uint64_t bits = x86_take_debug_hits(env);

    if (env->ss_shadow) {
        env->held_dr6 = bits;
    } else if (bits) {
        x86_raise_debug(env, bits, 0);
    }
}

void x86_check_io_breakpoints(CPUX86State *env, unsigned port, unsigned size,
                              uintptr_t ra)
{
    uint64_t bits = 0;

    if (likely(!(env->dr[7] & DR7_ENABLES)) || !(env->cr4 & CR4_DE)) {
        return;
    }
    for (unsigned n = 0; n < 4; n++) {
        uint64_t start = break_start(env, n);

        if (is_enabled(env, n) && break_type(env, n) == BREAK_IO && start < port + size &&
            port < start + break_len(env, n)) {
            bits |= 1u << n;
        }
    }
    if (bits) {
        cpu_debug_after(env_cpu(env), ra);
        env->held_dr6 |= bits;
    }
}

void x86_raise_debug(CPUX86State *env, uint64_t dr6, uintptr_t ra)
{
    env->pending_dr6 = dr6;
    x86_raise_err(env, EXCP_DB, 0, ra);
}

/* INT1 comes without bits and leaves DR6 as it is. */
void x86_deliver_debug(CPUX86State *env)
{
    if (env->pending_dr6) {
        env->dr[6] = (env->dr[6] & ~(uint64_t)DR6_HITS) | env->pending_dr6;
    }
    env->dr[7] &= ~(uint64_t)DR7_GD;
    env->pending_dr6 = 0;
}
