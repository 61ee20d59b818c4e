/* x86_64 hosts: #XM, which comes as SIGFPE. */
/* SPDX-License-Identifier: MIT */
#include "accel/tcg/machine-traps.h"

#include <signal.h>
#include <ucontext.h>

static TCGEngine *engine;

static bool is_in_code(uintptr_t pc)
{
    return engine && engine->code && code_buf_contains(engine->code, (const void *)pc);
}

/* What is not generated code's ends the program, as without a handler. */
static void on_trap(int sig, siginfo_t *si, void *context)
{
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;

    if (si->si_code <= 0 || !is_in_code((uintptr_t)r[REG_RIP])) {
        signal(sig, SIG_DFL);
        raise(sig);
        return;
    }
    r[REG_R10] = r[REG_RIP];
    r[REG_RIP] = (greg_t)(uintptr_t)engine->backend->fault_entry();
    r[REG_EFL] &= ~0x400; /* DF */
}

bool machine_traps_catch(TCGEngine *e)
{
    struct sigaction act = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};

    engine = e;
    return sigaction(SIGFPE, &act, NULL) == 0;
}

void machine_traps_leave(const TCGEngine *e)
{
    if (engine == e) {
        engine = NULL;
        signal(SIGFPE, SIG_DFL);
    }
}
