/* Rows without a generator, and #UD with the reason in -d unimp. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/disas.h"
#include "target/x86/translate.h"
#include "util/log.h"

#include <stdio.h>

void gen_todo(DisasContext *s, Insn *i)
{
    X86_CALL(s, todo, IR_NONE, x86_const(s, i->desc - x86_rows));
    ir_exit_tb(s->tcg, 0); /* never reached */
    s->base.is_jmp = DISAS_END;
}

/* Address, bytes and text of the instruction at env's rip. */
static void log_insn(CPUX86State *env, const char *why)
{
    CPUState *cpu = env_cpu(env);
    vaddr pc = env->rip + (env->hflags & HF_CS64 ? 0 : env->seg[R_CS].base);
    uint8_t code[X86_MAX_INSN_LEN];
    g_autoptr(GString) text = g_string_new(NULL);
    size_t n = 0;

    while (n < sizeof(code) && cpu_memory_rw_debug(cpu, pc + n, code + n, 1, false)) {
        n++;
    }
    x86_disas(cpu, pc, code, n, 1, text);
    text->str[strcspn(text->str, "\n")] = '\0';
    log_line("x86: %s: %s", why, text->str);
}

static G_NORETURN void raise_unimplemented(CPUX86State *env, const char *why,
                                           uintptr_t ra)
{
    if (log_enabled(LOG_UNIMP)) {
        cpu_restore_state(env_cpu(env), ra);
        log_insn(env, why);
    }
    x86_raise(env, EXCP_UD, ra);
}

void helper_todo(CPUX86State *env, uint64_t row)
{
    char why[64];

    snprintf(why, sizeof(why), "%s is not implemented", x86_row_name(&x86_rows[row]));
    raise_unimplemented(env, why, GETPC());
}

void helper_undefined(CPUX86State *env, uint64_t feature)
{
    char why[64] = "no such instruction";

    if (feature != X86_FEAT_0) {
        snprintf(why, sizeof(why), "CPUID bit %s is off", x86_features[feature].name);
    }
    raise_unimplemented(env, why, GETPC());
}
