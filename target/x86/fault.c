/* What generated code leaves to find out once it has gone wrong: whose fault it is. */
/* SPDX-License-Identifier: MIT */
/*
 * In 64-bit code nothing tests whether an address is canonical: the page walk refuses it.
 * Then the instruction is decoded again, for what the exception depends on.
 */
#include "target/x86/excp.h"
#include "target/x86/gen.h"
#include "target/x86/paging.h"

/* The instruction at env's rip; false: its bytes are not at hand. */
static bool decode_at_rip(CPUX86State *env, Insn *i)
{
    uint8_t code[X86_MAX_INSN_LEN];
    unsigned n = 0;

    while (n < sizeof code &&
           cpu_memory_rw_debug(env_cpu(env), env->rip + n, &code[n], 1, false)) {
        n++;
    }
    return x86_decode(i, code, n, X86_MODE_64) > 0;
}

static bool is_made_by(const Insn *i, GenFn *gen)
{
    return x86_gen[i->desc->number] == gen;
}

/* RIP of the branch that has left exit_note. */
static uint64_t branch_noted(const CPUX86State *env)
{
    bool relative = env->exit_note & NOTE_RELATIVE && env->exit_note >= 0;

    return relative ? env->unit_page + (env->exit_note & ~NOTE_RELATIVE)
                    : (uint64_t)env->exit_note;
}

/* The branch has been done but for the jump: RSP is as it leaves it. */
void x86_check_branch(CPUState *cpu)
{
    CPUX86State *env = cpu_env(cpu);
    Insn i;

    if (likely(!(env->hflags & HF_CS64) || x86_canonical(env, env->rip)) ||
        env->exit_note == NOTE_NO_BRANCH) {
        return;
    }
    env->rip = branch_noted(env);
    if (decode_at_rip(env, &i)) {
        if (is_made_by(&i, gen_ret)) {
            env->regs[R_RSP] -= 8 + (i.desc->nops ? i.imm : 0);
        } else if (is_made_by(&i, gen_call_ind)) {
            env->regs[R_RSP] += 8;
        }
    }
    x86_raise_err(env, EXCP_GP, 0, 0);
}

static bool has_stack_operand(const Insn *i)
{
    static GenFn *const gens[] = {
        gen_push, gen_push_seg, gen_pushf, gen_pop,   gen_pop_seg, gen_popf,
        gen_call, gen_call_ind, gen_ret,   gen_enter, gen_leave,
    };

    for (size_t n = 0; n < ARRAY_SIZE(gens); n++) {
        if (is_made_by(i, gens[n])) {
            return true;
        }
    }
    return false;
}

/* The memory operand n is not all at canonical addresses. */
static bool is_bad_operand(const CPUX86State *env, const Insn *i, unsigned n)
{
    unsigned bytes = 1u << i->op[n].size;
    uint64_t a = i->disp + (i->rip_rel ? env->rip + i->len : 0);

    a += i->base >= 0 ? env->regs[i->base] : 0;
    a += i->index >= 0 ? env->regs[i->index] << i->scale : 0;
    a = i->addrsize == SZ32 ? (uint32_t)a : a;
    a += i->seg >= SEG_FS ? env->seg_base[i->seg] : 0;
    return !x86_canonical(env, a) || !x86_canonical(env, a + bytes - 1);
}

bool x86_is_stack_fault(CPUX86State *env)
{
    Insn i;

    if (!(env->hflags & HF_CS64) || !decode_at_rip(env, &i)) {
        return false;
    }
    for (unsigned n = 0; n < i.desc->nops; n++) {
        if (i.op[n].kind == OPK_MEM && is_bad_operand(env, &i, n)) {
            return i.seg == SEG_SS;
        }
    }
    return has_stack_operand(&i);
}

/* Of an address that is not canonical: #SS by way of the stack segment, else #GP. */
void x86_raise_pending(CPUState *cpu, uintptr_t ra)
{
    CPUX86State *env = cpu_env(cpu);
    bool bad_address = env->bad_address;

    env->bad_address = false;
    cpu_restore_state(cpu, ra);
    if (bad_address && ra && x86_is_stack_fault(env)) {
        x86_pend(env, EXCP_SS, 0);
    }
    cpu_loop_exit(cpu);
}
