/* Insn text by capstone; raw bytes where it cannot. */
/* SPDX-License-Identifier: MIT */
/*
 * Our decoder is the authority on length: the lines of a unit are the instructions that
 * were translated, whatever capstone thinks of the bytes (tests/decode/test-capstone.c
 * lists where the two differ). A capstone handle lives for one call: nobody is in a hurry
 * here, and nothing is kept.
 */
#include "target/x86/disas.h"

#include "target/x86/cpu.h"
#include "util/capstone.h"

/* Room of the bytes' column: ten bytes, the longest instruction in common use. */
#define BYTES_WIDTH 30

static bool open_capstone(const Capstone *cs, X86Mode mode, csh *handle)
{
    static const cs_mode modes[] = {CS_MODE_16, CS_MODE_32, CS_MODE_64};

    return cs && cs->open(CS_ARCH_X86, modes[mode], handle) == CS_ERR_OK &&
           cs->option(*handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT) == CS_ERR_OK;
}

static void put_bytes(GString *to, const uint8_t *code, size_t len, const char *mnem)
{
    for (size_t n = 0; n < len; n++) {
        g_string_append_printf(to, "%s0x%02x", n ? ", " : ".byte    ", code[n]);
    }
    if (mnem) {
        g_string_append_printf(to, "  # %s", mnem);
    }
}

/* Capstone's text when its length is ours, or when only capstone knows the bytes. */
size_t x86_disas_insn(GString *to, X86Mode mode, vaddr pc, const uint8_t *code,
                      size_t avail)
{
    const Capstone *cs = capstone();
    cs_insn *ci = NULL;
    csh handle;
    Insn insn;
    int len = x86_decode(&insn, code, avail, mode);
    bool open = open_capstone(cs, mode, &handle);
    size_t n =
        open ? cs->disasm(handle, code, MIN(avail, X86_MAX_INSN_LEN), pc, 1, &ci) : 0;

    if (n && (len < 0 || ci->size == len)) {
        g_string_append_printf(to, ci->op_str[0] ? "%-8s %s" : "%s", ci->mnemonic,
                               ci->op_str);
        len = ci->size;
    } else {
        put_bytes(to, code, MAX(len, 1), len > 0 ? x86_row_name(insn.desc) : NULL);
        len = MAX(len, 1);
    }
    if (n) {
        cs->free(ci, n);
    }
    if (open) {
        cs->close(&handle);
    }
    return len;
}

size_t x86_disas(CPUState *cpu, vaddr pc, const uint8_t *code, size_t len, unsigned max,
                 GString *to)
{
    uint32_t hf = ((CPUX86State *)cpu_env(cpu))->hflags;
    X86Mode mode = hf & HF_CS64 ? X86_MODE_64 : hf & HF_CS32 ? X86_MODE_32 : X86_MODE_16;
    g_autoptr(GString) text = g_string_new(NULL);

    size_t at = 0;

    for (size_t n; at < len && max; at += n, max--) {
        g_string_truncate(text, 0);
        n = x86_disas_insn(text, mode, pc + at, code + at, len - at);
        g_string_append_printf(to, "0x%08" PRIx64 ":  ", pc + at);
        for (size_t k = 0; k < n; k++) {
            g_string_append_printf(to, "%02x ", code[at + k]);
        }
        g_string_append_printf(to, "%*s %s\n", MAX(BYTES_WIDTH - 3 * (int)n, 0), "",
                               text->str);
    }
    return at;
}
