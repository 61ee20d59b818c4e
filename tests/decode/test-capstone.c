/* Random bytes: length and validity by x86_decode() against capstone 4, differences
 * explained. */
/* SPDX-License-Identifier: MIT */
/*
 * test-capstone [CASES [SEED]]: CASES random byte strings in each of 16-, 32- and 64-bit
 * mode. A difference must be explained by a row of explanations[]; each row's count is
 * printed, and a row that never matches in a long run is a row too many. Checked on the
 * way: decoding twice gives the same, and no byte beyond `avail` is read (shorter strings
 * ask for more bytes, to the very last).
 */
#include "tests/decode/insn-text.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Case {
    uint8_t b[X86_MAX_INSN_LEN];
    X86Mode mode;
    int len; /* ours */
    Insn insn;
    int cs_len; /* capstone's, -1 when it refuses */
    char cs_mnem[CS_MNEMONIC_SIZE];
} Case;

/* ---- Random instructions: half of the work is to get past the opcode ---- */

static uint64_t rnd_state;

static uint64_t rnd(void) /* xorshift64 */
{
    rnd_state ^= rnd_state << 13;
    rnd_state ^= rnd_state >> 7;
    rnd_state ^= rnd_state << 17;
    return rnd_state;
}

static unsigned put_legacy_head(uint8_t *b, X86Mode mode)
{
    static const uint8_t prefixes[] = {0x66, 0xf3, 0xf2, 0x67, 0x2e, 0x64, 0xf0};
    static const uint8_t escapes[8] = {0, 0, 0, 0x0f, 0x0f, 0x0f, 0x38, 0x3a};
    static const uint8_t counts[8] = {0, 0, 0, 0, 1, 1, 2, 3};
    unsigned n = 0;

    for (unsigned count = counts[rnd() % 8]; count; count--) {
        b[n++] = prefixes[rnd() % ARRAY_SIZE(prefixes)];
    }
    if (mode == X86_MODE_64 && rnd() % 3 == 0) {
        b[n++] = 0x40 | (rnd() & 15);
    }
    uint8_t escape = escapes[rnd() % 8];
    if (escape) {
        b[n++] = 0x0f;
    }
    if (escape > 0x0f) {
        b[n++] = escape;
    }
    return n;
}

static unsigned put_vex_head(uint8_t *b, X86Mode mode)
{
    uint8_t not_les = mode == X86_MODE_64 ? 0 : 0xc0;

    if (rnd() % 4 == 0) {
        b[0] = 0xc5;
        b[1] = rnd() | not_les | (rnd() & 1 ? 0x78 : 0);
        return 2;
    }
    b[0] = 0xc4;
    b[1] = (rnd() & 0xe0) | not_les | (1 + rnd() % 3);
    b[2] = rnd() | (rnd() & 1 ? 0x78 : 0);
    return 3;
}

static void random_case(Case *c, X86Mode mode)
{
    c->mode = mode;
    for (unsigned n = 0; n < sizeof(c->b); n++) {
        c->b[n] = rnd();
    }
    unsigned kind = rnd() % 8;
    if (kind < 5) {
        put_legacy_head(c->b, mode);
    } else if (kind < 7) {
        put_vex_head(c->b, mode);
    }
}

/* ---- Explanations ---- */

static bool is_prefix(X86Mode mode, uint8_t b)
{
    static const uint8_t all[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
                                  0x66, 0x67, 0xf0, 0xf2, 0xf3};
    return memchr(all, b, sizeof(all)) || (mode == X86_MODE_64 && (b & 0xf0) == 0x40);
}

static unsigned nr_prefixes(const Case *c)
{
    unsigned n = 0;
    while (n < sizeof(c->b) && is_prefix(c->mode, c->b[n])) {
        n++;
    }
    return n;
}

/* Length with the prefixes of `drop` left out (but counted), or an error. */
static int length_without(const Case *c, const char *drop)
{
    uint8_t b[sizeof(c->b)] = {0};
    unsigned n = 0, np = nr_prefixes(c), dropped = 0;
    Insn i;

    for (unsigned k = 0; k < sizeof(c->b); k++) {
        if (k < np && memchr(drop, c->b[k], strlen(drop))) {
            dropped++;
        } else {
            b[n++] = c->b[k];
        }
    }
    int len = dropped ? x86_decode(&i, b, n, c->mode) : X86_DECODE_UD;
    return len > 0 ? len + (int)dropped : len;
}

static bool forbidden_prefix(const Case *c)
{
    static const char *const drops[] = {"\xf2\xf3", "\xf2", "\xf3", "\x66",
                                        "\xf2\xf3\x66"};
    for (unsigned n = 0; c->len == X86_DECODE_UD && n < ARRAY_SIZE(drops); n++) {
        g_autofree char *with_lock = g_strconcat(drops[n], "\xf0", NULL);
        if (length_without(c, drops[n]) == c->cs_len ||
            length_without(c, with_lock) == c->cs_len) {
            return true;
        }
    }
    return false;
}

static bool forbidden_lock(const Case *c)
{
    return c->len == X86_DECODE_UD && length_without(c, "\xf0") == c->cs_len;
}

/* Capstone's answer is that for the same bytes without some of 66, F3 and F2. */
static bool prefix_dropped(const Case *c)
{
    static const char *const drops[] = {"\x66", "\xf2", "\xf3", "\xf2\xf3",
                                        "\xf2\xf3\x66"};
    for (unsigned n = 0; c->len > 0 && n < ARRAY_SIZE(drops); n++) {
        int len = length_without(c, drops[n]);
        if (len == c->cs_len || (len == X86_DECODE_UD && c->cs_len < 0)) {
            return true;
        }
    }
    return false;
}

static bool lost_prefix(const Case *c)
{
    return nr_prefixes(c) > 1 && prefix_dropped(c);
}

static bool mode16_mandatory(const Case *c)
{
    return c->mode == X86_MODE_16 && prefix_dropped(c);
}

static bool addr32_rexw(const Case *c)
{
    return c->mode == X86_MODE_64 && nr_prefixes(c) &&
           memchr(c->b, 0x67, nr_prefixes(c)) && c->b[nr_prefixes(c) - 1] >= 0x48 &&
           c->b[nr_prefixes(c) - 1] <= 0x4f;
}

static bool near_branch_66(const Case *c)
{
    return c->mode == X86_MODE_64 && c->len > 0 && c->insn.prefixes & PFX_66 &&
           c->insn.desc->gates & GATE_F64 && c->insn.op[0].kind == OPK_REL;
}

static bool is_vex(const Case *c)
{
    return (c->b[0] == 0xc4 || c->b[0] == 0xc5) &&
           (c->mode == X86_MODE_64 || c->b[1] >= 0xc0);
}

/* VEX rows that exist with the other W, and not with this one. */
static bool vex_w_fixed(const Case *c)
{
    Case other = *c;
    Insn i;
    other.b[2] ^= 0x80;
    return c->len == X86_DECODE_UD && is_vex(c) && c->b[0] == 0xc4 &&
           x86_decode(&i, other.b, sizeof(other.b), c->mode) == c->cs_len;
}

static bool gather(const Case *c)
{
    return c->len == X86_DECODE_UD && strstr(c->cs_mnem, "gather");
}

/* Words of a list that begin the mnemonic. */
static bool begins_with_one_of(const char *mnem, const char *list)
{
    g_auto(GStrv) words = g_strsplit(list, " ", -1);
    for (unsigned n = 0; words[n]; n++) {
        if (g_str_has_prefix(mnem, words[n])) {
            return true;
        }
    }
    return false;
}

static bool not_in_our_tables(const Case *c)
{
    return c->len == X86_DECODE_UD &&
           (begins_with_one_of(c->cs_mnem,
                               "femms pf pi2f pavgusb pmulhrw pswapd xcrypt xstore xsha "
                               "montmul enclu encls enclv kadd kand kmov knot kor "
                               "kshift ktest kunpck kxnor kxor vpermil2 ") ||
            (is_vex(c) &&
             begins_with_one_of(c->cs_mnem, "vfmadd vfmsub vfnmadd vfnmsub")));
}

static bool unknown_to_capstone(const Case *c)
{
    return c->len > 0 && c->cs_len < 0 &&
           begins_with_one_of(
               x86_row_name(c->insn.desc),
               "evex wrss wruss incssp rdssp rstorssp saveprevssp clrssbsy setssbsy "
               "movdir gf2p8 vgf2p8 vpdp umonitor umwait tpause rdpid serialize "
               "cldemote vpclmulqdq vaesenc vaesdec prefetch ud0 nop monitorx "
               "mwaitx clzero wbnoinvd rdpkru wrpkru vbroadcasti128");
}

static bool system_register(const Case *c)
{
    return c->len == X86_DECODE_UD && !strcmp(c->cs_mnem, "mov");
}

static bool ud_modrm(const Case *c)
{
    return c->len > 0 && (!strcmp(x86_row_name(c->insn.desc), "ud0") ||
                          !strcmp(x86_row_name(c->insn.desc), "ud1"));
}

static bool syscall32(const Case *c)
{
    return c->mode != X86_MODE_64 && begins_with_one_of(c->cs_mnem, "syscall sysret");
}

static bool sreg_rex_r(const Case *c)
{
    return c->len > 0 && (c->insn.opcode & 0xfd) == 0x8c && c->insn.rex & REX_R;
}

static bool fence_rm(const Case *c)
{
    return c->len > 0 && c->cs_len < 0 && strstr(x86_row_name(c->insn.desc), "fence");
}

static bool ret_iw_66(const Case *c)
{
    return c->len > 0 && c->cs_len == c->len + 2 && (c->insn.opcode & 0xf7) == 0xc2 &&
           c->insn.prefixes & PFX_66 && c->insn.rex & REX_W;
}

static bool evex(const Case *c)
{
    return c->len > 0 && !strcmp(x86_row_name(c->insn.desc), "evex");
}

static bool moffs_prefixes(const Case *c)
{
    return c->len > 0 && c->cs_len < 0 && (c->insn.opcode & 0xfc) == 0xa0 &&
           nr_prefixes(c) > 2;
}

/* clang-format off */
static struct {
    bool (*is)(const Case *c);
    const char *why;
    unsigned count;
} explanations[] = {
    { forbidden_lock, "LOCK where the SDM does not allow it: #UD" },
    { forbidden_prefix, "66, F3, F2 on a form marked NP in the SDM: #UD; capstone drops it" },
    { vex_w_fixed, "VEX.W fixed by the SDM; capstone takes both" },
    { gather, "VSIB without SIB byte, or two of three registers the same: #UD" },
    { system_register, "control, debug, segment register that does not exist: #UD" },
    { syscall32, "SYSCALL and SYSRET outside 64-bit mode are AMD's" },
    { not_in_our_tables, "3DNow!, FMA4, XOP, PadLock, SGX, VEX mask moves: not in the tables" },
    { unknown_to_capstone, "newer than capstone 4; hints and reserved NOPs it does not know" },
    { ud_modrm, "UD0 and UD1 have a ModRM byte (SDM); capstone stops before it" },
    { fence_rm, "LFENCE MFENCE SFENCE: ModRM.rm is ignored" },
    { sreg_rex_r, "MOV of a segment register: REX.R is ignored" },
    { near_branch_66, "66 on a near branch in 64-bit mode: ignored by Intel; rel16 for AMD" },
    { addr32_rexw, "67 with REX.W: capstone takes the row of another mandatory prefix" },
    { mode16_mandatory, "16-bit mode: capstone does not see mandatory prefixes" },
    { ret_iw_66, "RET Iw with 66 and REX.W: capstone reads four bytes" },
    { moffs_prefixes, "MOV with moffs and several of 66, F3, F2: capstone refuses" },
    { evex, "EVEX: capstone 4 reads some lengths wrong" },
    { lost_prefix, "capstone forgets a 66, F3 or F2 in front of another prefix" },
};
/* clang-format on */

static bool explain(const Case *c)
{
    for (unsigned n = 0; n < ARRAY_SIZE(explanations); n++) {
        if (explanations[n].is(c)) {
            explanations[n].count++;
            return true;
        }
    }
    return false;
}

/* ---- Checks ---- */

static void print_case(const Case *c, const char *what)
{
    g_autofree char *text = insn_text(&c->insn, c->len);
    printf("%s: mode %u:", what, 16u << c->mode);
    for (unsigned n = 0; n < sizeof(c->b); n++) {
        printf(" %02x", c->b[n]);
    }
    printf("\n    ours     %s\n    capstone %s %d\n", text,
           c->cs_len < 0 ? "-" : c->cs_mnem, c->cs_len);
}

/* The bytes stand at the end of an allocation, where a sanitizer sees the first byte too
 * many. */
static bool check_stable(const Case *c)
{
    Insn again;
    memset(&again, 0xaa, sizeof(again));
    if (x86_decode(&again, c->b, sizeof(c->b), c->mode) != c->len) {
        return false;
    }
    if (c->len < 0) {
        return true;
    }
    bool same = !memcmp(&again, &c->insn, offsetof(Insn, op)) &&
                !memcmp(again.op, c->insn.op, c->insn.desc->nops * sizeof(again.op[0]));
    int cut = rnd() % c->len;
    uint8_t *tail = g_memdup2(c->b, MAX(cut, 1));
    same = same && x86_decode(&again, tail, cut, c->mode) == X86_DECODE_MORE;
    g_free(tail);
    return same;
}

static bool run_case(Case *c, csh handle, cs_insn *ci)
{
    const uint8_t *p = c->b;
    size_t left = sizeof(c->b);
    uint64_t at = 0;

    c->len = x86_decode(&c->insn, c->b, sizeof(c->b), c->mode);
    if (!check_stable(c)) {
        print_case(c, "not stable, or bytes beyond the end read");
        return false;
    }
    c->cs_len = cs_disasm_iter(handle, &p, &left, &at, ci) ? ci->size : -1;
    g_strlcpy(c->cs_mnem, c->cs_len < 0 ? "" : ci->mnemonic, sizeof(c->cs_mnem));
    if (MAX(c->len, -1) == c->cs_len || (c->len < 0 && c->cs_len < 0) || explain(c)) {
        return true;
    }
    print_case(c, "not explained");
    return false;
}

int main(int argc, char **argv)
{
    static const cs_mode cs_modes[] = {CS_MODE_16, CS_MODE_32, CS_MODE_64};
    unsigned long cases = argc > 1 ? strtoul(argv[1], NULL, 0) : 300000;
    unsigned failed = 0;
    int version, minor;

    cs_version(&version, &minor);
    if (version != 4) {
        printf("skipped: the explanations are of capstone 4, this is %d\n", version);
        return 77;
    }
    rnd_state = argc > 2 ? strtoull(argv[2], NULL, 0) : 88172645463325252;
    for (unsigned mode = X86_MODE_16; mode <= X86_MODE_64; mode++) {
        csh handle;
        if (cs_open(CS_ARCH_X86, cs_modes[mode], &handle) != CS_ERR_OK) {
            return 1;
        }
        cs_insn *ci = cs_malloc(handle);
        for (unsigned long n = 0; n < cases && failed < 20; n++) {
            Case c;
            random_case(&c, mode);
            failed += !run_case(&c, handle, ci);
        }
        cs_free(ci, 1);
        cs_close(&handle);
    }
    for (unsigned n = 0; n < ARRAY_SIZE(explanations); n++) {
        printf("%8u  %s\n", explanations[n].count, explanations[n].why);
    }
    printf("%lu cases a mode, %u not explained\n", cases, failed);
    return failed != 0;
}
