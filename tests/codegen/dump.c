/* Prints the host code of guest instructions: for codegen.py. */
/* SPDX-License-Identifier: MIT */
/*
 * dump [--direct] [--ordered] FEATURE,...: the host has these features and no others;
 * --direct: user mode, without a TLB; --ordered: somebody else sees memory. The code is
 * that of the back end that the program is linked with, and does not run: it need not be
 * the one of this host. First come the fields of env, `env OFFSET SIZE NAME`, with
 * offsets from the env pointer. Then for each line `HEXBYTES COUNT` of standard input,
 * COUNT guest instructions:
 *
 *   helper TARGET NAME     what a call may go to
 *   exit SLOT JUMP TARGET  the patchable jump of an exit, and where it goes unlinked
 *   insn OFFSET: TEXT      the hot part, without constants that are jumped over
 *   end ENDED              1: the last guest instruction ends units
 *
 * All offsets and targets are hexadecimal, from the unit's entry.
 */
#include "tests/asm/rig.h"
#include "tests/codegen/arm-text.h"

#include "util/bitops.h"
#include "util/host.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>

/* What comes behind the instructions: it overwrites all flags, so that they are dead. */
static const uint8_t killer[] = {0x38, 0xc0}; /* cmp al, al */

static void fix_features(const char *names)
{
    g_auto(GStrv) want = g_strsplit(names, ",", -1);
    uint64_t features = 0;

    for (unsigned n = 0; n < NR_HOST_FEATURES; n++) {
        const char *name = host_feature_name(n);
        features |= (uint64_t)g_strv_contains((const char *const *)want, name) << n;
    }
    host_fix_features(features);
}

static void print_field(int32_t offset, size_t size, const char *name)
{
    printf("env %d %zu %s\n", offset, size, name);
}

#define ENV_FIELD(field)                                                            \
    print_field(offsetof(CPUX86State, field), sizeof(((CPUX86State *)NULL)->field), \
                #field)
#define CPU_FIELD(field) \
    print_field(CPU_ENV_OFFSET(field), sizeof(((CPUState *)NULL)->field), #field)

static void print_env(void)
{
    static const char *const gprs[16] = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
        "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
    };

    for (unsigned n = 0; n < 16; n++) {
        print_field(offsetof(CPUX86State, regs) + 8 * n, 8, gprs[n]);
    }
    for (unsigned n = 0; n < 16; n++) {
        g_autofree char *name = g_strdup_printf("xmm%u", n);
        print_field(offsetof(CPUX86State, vec) + n * sizeof(X86Vec), sizeof(X86Vec),
                    name);
    }
    ENV_FIELD(rip);
    ENV_FIELD(cc_op);
    ENV_FIELD(eflags);
    ENV_FIELD(cc_a);
    ENV_FIELD(cc_b);
    ENV_FIELD(cc_c);
    ENV_FIELD(cc_r);
    ENV_FIELD(df);
    ENV_FIELD(exit_note);
    ENV_FIELD(hflags);
    ENV_FIELD(mxcsr);
    ENV_FIELD(vec_loaded);
    ENV_FIELD(x87_loaded);
    ENV_FIELD(x87_host_cw);
    ENV_FIELD(seg_base);
    ENV_FIELD(vec_tmp);
    ENV_FIELD(x87.r);
    ENV_FIELD(x87.cw);
    ENV_FIELD(x87.sw);
    ENV_FIELD(x87.top);
    ENV_FIELD(x87.empty);
    ENV_FIELD(x87.fop);
    ENV_FIELD(x87.fcs);
    ENV_FIELD(x87.fds);
    ENV_FIELD(x87.fip);
    ENV_FIELD(x87.fdp);
    CPU_FIELD(exit_request);
    CPU_FIELD(tlb_base);
    CPU_FIELD(jc_base);
    CPU_FIELD(jc_tag);
    CPU_FIELD(jc_mask);
    CPU_FIELD(fault_regs);
}

static void print_helpers(const TCGContext *s, const TCGCode *code)
{
    for (unsigned n = 0; n < s->nops; n++) {
        if (s->ops[n].code == OP_call) {
            const HelperInfo *h = ir_helper(&s->ops[n]);
            uint64_t target = (uintptr_t)h->fn - (uintptr_t)code->entry;
            printf("helper %" PRIx64 " %s\n", target, h->name);
        }
    }
}

/* Where a branch goes, or 0. */
static uint64_t target_of(csh cs, const cs_insn *i)
{
    const cs_x86_op *op = &i->detail->x86.operands[0];

    return cs_insn_group(cs, i, CS_GRP_JUMP) && op->type == X86_OP_IMM ? op->imm : 0;
}

/* An instruction jumps into [from, to), if all that stands there is instructions. */
static bool is_reached(csh cs, const cs_insn *insns, size_t n, uint64_t from, uint64_t to)
{
    for (size_t k = 0; k < n; k++) {
        uint64_t target = target_of(cs, &insns[k]);
        if (target >= from && target < to) {
            return true;
        }
    }
    return false;
}

/* From offset `at` on; returns where to go on, behind a constant. */
static size_t print_x86(csh cs, const TCGCode *code, size_t at)
{
    cs_insn *insns;
    size_t n = cs_disasm(cs, (const uint8_t *)code->entry + at, code->hot_size - at, at,
                         0, &insns);
    size_t next = code->hot_size;

    for (size_t k = 0; k < n; k++) {
        uint64_t end = insns[k].address + insns[k].size, to = target_of(cs, &insns[k]);

        printf("insn %" PRIx64 ": %s %s\n", insns[k].address, insns[k].mnemonic,
               insns[k].op_str);
        if (insns[k].id == X86_INS_JMP && to > end && to < code->hot_size &&
            !is_reached(cs, insns, n, end, to)) {
            next = to;
            break;
        }
    }
    cs_free(insns, n);
    return next;
}

/*
 * ADRP, as the address of code or data anywhere: with ADD, and BLR or BR. Which of these
 * there are depends on where our program lies, so they are shown as one instruction: bl,
 * b, or adr. Returns how many words it was, 0: it is no ADRP.
 */
static unsigned print_far(const TCGCode *code, size_t at)
{
    const uint8_t *p = (const uint8_t *)code->entry + at;
    uint32_t word = ldl_he_p(p), reg = word & 31;
    int64_t pages = (int64_t)((uint64_t)(word >> 5 & 0x7ffff) << 45) >> 43;
    unsigned n = 1;

    if ((word & 0x9f000000) != 0x90000000) {
        return 0;
    }
    uint64_t to = ((uintptr_t)p & ~UINT64_C(0xfff)) + (pages | (word >> 29 & 3)) * 4096;
    word = ldl_he_p(p + 4);
    if ((word & 0xffc003ff) == (0x91000000 | reg << 5 | reg)) { /* ADD reg, reg, #imm */
        to += word >> 10 & 0xfff;
        word = ldl_he_p(p + 4 * ++n);
    }
    to -= (uintptr_t)code->entry;
    if (word == (0xd63f0000 | reg << 5) || word == (0xd61f0000 | reg << 5)) {
        printf("insn %zx: %s #0x%" PRIx64 "\n", at, word >> 21 & 1 ? "bl" : "b", to);
        n++;
    } else {
        printf("insn %zx: adr x%u, #0x%" PRIx64 "\n", at, reg, to);
    }
    return n;
}

/* Returns where to go on. What nobody knows is shown as a word. */
static size_t print_arm(csh cs, const TCGCode *code, size_t at)
{
    const uint8_t *p = (const uint8_t *)code->entry + at;
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned words = print_far(code, at);
    cs_insn *insn;

    if (words) {
        return at + 4 * words;
    }
    if (!arm_text(ldl_he_p(p), text) && cs_disasm(cs, p, 4, at, 1, &insn)) {
        g_string_printf(text, "%s %s", insn->mnemonic, insn->op_str);
        cs_free(insn, 1);
    } else if (!text->len) {
        g_string_printf(text, ".inst 0x%08x", ldl_he_p(p));
    }
    printf("insn %zx: %s\n", at, text->str);
    return at + 4;
}

static void print_code(const TCGCode *code)
{
    bool arm = strcmp(tcg_native_backend->name, "aarch64") == 0;
    csh cs;

    if (cs_open(arm ? CS_ARCH_ARM64 : CS_ARCH_X86, arm ? CS_MODE_ARM : CS_MODE_64, &cs) !=
        CS_ERR_OK) {
        g_error("capstone");
    }
    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    for (size_t at = 0; at < code->hot_size;) {
        at = (arm ? print_arm : print_x86)(cs, code, at);
    }
    cs_close(&cs);
}

static void print_unit(Rig *r, const MachineState *st, unsigned insns)
{
    TCGCode code;
    bool ended;
    const TCGContext *s = rig_translate(r, st, insns, &code, &ended);

    if (!s) {
        printf("end 1\n");
        return;
    }
    print_helpers(s, &code);
    for (unsigned n = 0; n < code.nexits; n++) {
        printf("exit %u %x %x\n", n, code.exits[n].jump, code.exits[n].unlinked);
    }
    print_code(&code);
    printf("end %d\n", ended);
}

/* The bytes of `hex`, then killers up to the end of the first page. */
static void place_code(const char *hex)
{
    uint8_t *code = (uint8_t *)(uintptr_t)CODE_BASE;
    size_t len = 0;

    for (; g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]); hex += 2) {
        code[len++] = g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]);
    }
    if (len % 2) { /* killers stand at even addresses: those of jumps, too */
        memcpy(code + len, "\x90", 1);
        len++;
    }
    for (; len < 0x1000; len += sizeof(killer)) {
        memcpy(code + len, killer, sizeof(killer));
    }
}

static bool has_arg(int argc, char **argv, const char *arg)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], arg) == 0) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    bool direct = has_arg(argc, argv, "--direct");
    bool ordered = has_arg(argc, argv, "--ordered");
    MachineState st = {
        .rip = CODE_BASE, .mode = X86_MODE_64, .fcw = 0x37f, .mxcsr = 0x1f80};
    char line[512];

    if (argc != 2 + direct + ordered || !tcg_native_backend || !rig_map_memory()) {
        return 2;
    }
    fix_features(argv[argc - 1]);
    Rig *r = (direct ? rig_new_direct : rig_new)(tcg_native_backend, 0);
    rig_set_ordered(r, ordered);
    print_env();
    while (fgets(line, sizeof(line), stdin)) {
        const char *count = strchr(line, ' ');
        if (!count) {
            return 2;
        }
        place_code(line);
        rig_forget(r);
        print_unit(r, &st, strtoul(count, NULL, 10));
    }
    rig_free(r);
    return 0;
}
