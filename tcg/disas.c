/* Host code as text, by capstone. */
/* SPDX-License-Identifier: MIT */
#include "tcg/disas.h"

#include "util/capstone.h"

#if defined(__x86_64__)
enum { HOST_ARCH = CS_ARCH_X86, HOST_MODE = CS_MODE_64, HOST_STEP = 1 };
#elif defined(__aarch64__)
enum { HOST_ARCH = CS_ARCH_ARM64, HOST_MODE = CS_MODE_ARM, HOST_STEP = 4 };
#elif defined(__riscv)
enum {
    HOST_ARCH = CS_ARCH_RISCV,
    HOST_MODE = CS_MODE_RISCV64 | CS_MODE_RISCVC,
    HOST_STEP = 2
};
#else
enum { HOST_ARCH = -1, HOST_MODE = 0, HOST_STEP = 1 };
#endif

static void put_bytes(const uint8_t *p, size_t n, uint64_t offset, GString *to)
{
    g_string_append_printf(to, "  %04" PRIx64 ":  .byte", offset);
    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(to, " 0x%02x", p[i]);
    }
    g_string_append_c(to, '\n');
}

static void disas_with(const Capstone *cs, csh h, const uint8_t *p, size_t n,
                       uint64_t offset, GString *to)
{
    cs_insn *insn = cs->malloc(h);
    while (n) {
        if (cs->disasm_iter(h, &p, &n, &offset, insn)) {
            g_string_append_printf(to, "  %04" PRIx64 ":  %s %s\n", insn->address,
                                   insn->mnemonic, insn->op_str);
        } else {
            size_t step = MIN(n, (size_t)HOST_STEP);
            put_bytes(p, step, offset, to);
            p += step;
            n -= step;
            offset += step;
        }
    }
    cs->free(insn, 1);
}

void disas_host(const void *code, size_t size, const void *base, GString *to)
{
    const Capstone *cs = capstone();
    csh h;
    uint64_t offset = (const uint8_t *)code - (const uint8_t *)base;
    if (HOST_ARCH < 0 || !cs ||
        cs->open((cs_arch)HOST_ARCH, (cs_mode)HOST_MODE, &h) != CS_ERR_OK) {
        put_bytes(code, size, offset, to);
        return;
    }
    disas_with(cs, h, code, size, offset, to);
    cs->close(&h);
}
