/* Random instructions: the host's CPU against the interpreter and the host back end. */
/* SPDX-License-Identifier: MIT */
/*
 * test-diff [OPTION ...]
 *   --cases N          how many (100,000): instructions, each in some states
 *   --seed N           of the first instruction; the others follow
 *   --states N         for each instruction (16)
 *   --insns N          the most instructions in a case (1)
 *   --backend NAME     interp, native, or both (default)
 *   --rows GLOB        rows by mnemonic
 *   --bits N           32- or 16-bit code
 *   --limited          16-bit code: segments with bases and limits, in virtual-8086 mode,
 * too
 *   --off NAME,...     optimisations to switch off
 *   --one-insn         units of one instruction
 *   --failures N       stop after so many (10)
 *   --record FILE      write what the host's CPU made of the cases
 *   --replay FILE      these cases, against the outcomes in the file: on any host. Of the
 *                      options that say which cases, those of the recording hold
 *   --verbose          print each case
 * A case that differs is made smaller, and printed as a snippet for tests/asm.
 */
#include "tests/diff/host.h"
#include "tests/diff/vectors.h"

#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
    gint64 cases, seed;
    int states, insns, bits, failures;
    char *backend, *rows, *off, *record, *replay;
    gboolean verbose, one_insn, limited;
} opt = {
    .cases = 100000, .seed = 1, .states = 16, .insns = 1, .bits = 64, .failures = 10};

static GOptionEntry entries[] = {
    {"cases",      0, 0, G_OPTION_ARG_INT64, &opt.cases, "how many", "N"},
    {"seed",           0, 0, G_OPTION_ARG_INT64, &opt.seed, "of the first", "N"},
    {"states",  0, 0, G_OPTION_ARG_INT, &opt.states, "of each instruction", "N"},
    {"insns",         0, 0, G_OPTION_ARG_INT, &opt.insns, "instructions a case", "N"},
    {"bits",       0, 0, G_OPTION_ARG_INT, &opt.bits, "64, 32 or 16", "N"},
    {"failures",           0, 0, G_OPTION_ARG_INT, &opt.failures, "stop after so many", "N"},
    {"backend",   0, 0, G_OPTION_ARG_STRING, &opt.backend, "interp, native, both", "NAME"},
    {"rows",         0, 0, G_OPTION_ARG_STRING, &opt.rows, "rows by mnemonic", "GLOB"},
    {"off",     0, 0, G_OPTION_ARG_STRING, &opt.off, "optimisations off", "NAMES"},
    {"one-insn",           0, 0, G_OPTION_ARG_NONE, &opt.one_insn, "units of one instruction",
     NULL},
    {"limited", 0, 0, G_OPTION_ARG_NONE, &opt.limited, "segments with bases and limits",
     NULL},
    {"record",         0, 0, G_OPTION_ARG_FILENAME, &opt.record, "write outcomes", "FILE"},
    {"replay",      0, 0, G_OPTION_ARG_FILENAME, &opt.replay, "of these outcomes", "FILE"},
    {"verbose",           0, 0, G_OPTION_ARG_NONE, &opt.verbose, "print each case", NULL},
    {NULL }
};

static X86Mode mode_of_bits(void)
{
    return opt.bits == 16 ? X86_MODE_16 : opt.bits == 32 ? X86_MODE_32 : X86_MODE_64;
}

#define MAX_RIGS 2

typedef struct Diff {
    Gen *gen;
    Host *host;       /* NULL: outcomes are those of `vectors` */
    Vectors *vectors; /* with `host`: outcomes go there */
    HostSlot *slots;
    Rig *rigs[MAX_RIGS];
    const char *names[MAX_RIGS];
    unsigned nrigs;
    bool made; /* the rigs have units of the instructions of made_seed */
    uint64_t made_seed;
    unsigned long crashes, ends, faults, again, unknown;
} Diff;

static void run_rig(Diff *d, unsigned n, const Case *c, unsigned segs, Outcome *out)
{
    Rig *rig = d->rigs[n];

    outcome_begin(c, out);
    out->st.segs = segs;
    if (!d->made || d->made_seed != c->seed) {
        for (unsigned k = 0; k < d->nrigs; k++) {
            rig_forget(d->rigs[k]);
        }
        d->made = true;
        d->made_seed = c->seed;
    }
    out->res = rig_run(rig, &out->st, 1000);
    outcome_end(d->gen, c, out);
}

/*
 * A stack access at an address that is not canonical is #SS in 64-bit code; we raise #GP:
 * the TLB's slow path does not know the segment.
 */
static void forgive_ss(Snapshot *host)
{
    if (host->st.mode == X86_MODE_64 && host->res.vector == EXCP_SS) {
        host->res.vector = EXCP_GP;
    }
}

/*
 * BSF and BSR of 0 leave a 32-bit destination alone. AMD processors mean all of the
 * register, we and others clear its upper half (SDM vol. 2, BSF).
 */
static void forgive_scan(const Case *c, Snapshot *ours, const Snapshot *host)
{
    const char *mnem = x86_row_name(&x86_rows[c->row]);

    if (c->ninsns > 1 || (strcmp(mnem, "bsf") != 0 && strcmp(mnem, "bsr") != 0)) {
        return;
    }
    for (unsigned n = 0; n < 16; n++) {
        if (ours->st.regs[n] == (uint32_t)host->st.regs[n]) {
            ours->st.regs[n] = host->st.regs[n];
        }
    }
}

/*
 * A branch to an address that is not canonical: the processor raises #GP at the branch,
 * we at the target, where it is fetched.
 */
static bool branched_away(const Case *c, const Snapshot *ours, const Snapshot *host)
{
    uint64_t rip = ours->st.rip;

    return x86_rows[c->row].gates & GATE_END && ours->res.vector == EXCP_GP &&
           host->res.vector == EXCP_GP && sign_extend(rip, 48) != (int64_t)rip;
}

/*
 * A masked store that faults: whether bytes that are not stored count, which address #PF
 * shows and what has become of the MMX state is up to the processor (SDM vol. 2,
 * MASKMOVDQU).
 */
static bool is_masked_store(const Case *c)
{
    const char *mnem = x86_row_name(&x86_rows[c->row]);

    return c->ninsns == 1 &&
           (g_str_has_prefix(mnem, "maskmov") || !strcmp(mnem, "vmaskmovdqu"));
}

/* Which operand of CMPS is read first is up to the processor; so is the fault it shows.
 */
static void forgive_order(const Case *c, Snapshot *ours, const Snapshot *host)
{
    bool end = host->st.rip == c->before.rip + c->len;

    if (c->ninsns == 1 && !end &&
        g_str_has_prefix(x86_row_name(&x86_rows[c->row]), "cmps")) {
        ours->res = host->res;
    }
}

/*
 * REP CMPS and SCAS that fault: the manual has the flags of before (SDM vol. 2, REP), and
 * so have AMD processors after thousands of elements; after some hundreds they have those
 * of the last comparison, as we have.
 */
static void forgive_compared(const Case *c, Snapshot *ours, const Snapshot *host)
{
    const char *mnem = x86_row_name(&x86_rows[c->row]);
    bool compares = g_str_has_prefix(mnem, "cmps") || g_str_has_prefix(mnem, "scas");
    uint32_t before = c->before.eflags & RIG_EFLAGS;

    if (c->ninsns == 1 && compares && host->st.rip == c->before.rip &&
        host->st.eflags == before) {
        ours->st.eflags = before;
    }
}

/* In the kernel's half of the address space pages are present, or not. */
static void forgive_present(Snapshot *host)
{
    if (host->res.cr2 >> 63) {
        host->res.error &= ~1u;
    }
}

/* The host's outcome differs: perhaps in what may. */
static bool is_forgiven(Diff *d, const Case *c, const Outcome *ours_end,
                        const Outcome *host_end, GString *why)
{
    static Snapshot ours, host;
    uint64_t end = c->before.rip + c->len;
    bool ended = host_end->st.rip == end;
    uint32_t flags = RIG_EFLAGS & ~(ended ? c->undefined : c->ever_undefined);

    outcome_expand(d->gen, ours_end, &ours);
    outcome_expand(d->gen, host_end, &host);
    forgive_ss(&host);
    forgive_present(&host);
    forgive_scan(c, &ours, &host);
    forgive_order(c, &ours, &host);
    forgive_compared(c, &ours, &host);
    if (!ended && is_masked_store(c)) {
        return true;
    }
    return branched_away(c, &ours, &host) || snapshot_equal(&ours, &host, flags, why);
}

static bool agrees_with(Diff *d, unsigned n, const Case *c, unsigned segs,
                        const Outcome *host, GString *why)
{
    static Outcome ours;
    bool ended = host->st.rip == c->before.rip + c->len;
    uint32_t flags = RIG_EFLAGS & ~(ended ? c->undefined : c->ever_undefined);

    run_rig(d, n, c, segs, &ours);
    return outcome_equal(&ours, host, flags) || is_forgiven(d, c, &ours, host, why);
}

/* True when the rig ends as the host did; otherwise `why` tells. */
static bool agrees(Diff *d, unsigned n, const Case *c, const Outcome *host, GString *why)
{
    if (!agrees_with(d, n, c, c->before.segs, host, why)) {
        return false;
    }
    if (c->before.segs == SEGS_FLAT || c->only_protected ||
        agrees_with(d, n, c, SEGS_VM86, host, why)) {
        return true;
    }
    g_string_append(why, " (virtual-8086 mode)");
    return false;
}

/* --- a case that failed --- */

#define MAX_LINE 600

/* Appends `line`, but not the whole of memory. */
static void append_line(GString *to, GString *line)
{
    if (line->len > MAX_LINE) {
        g_string_truncate(line, MAX_LINE);
        g_string_append(line, " ...");
    }
    g_string_append_printf(to, "%s\n", line->str);
    g_string_truncate(line, 0);
}

static bool host_single(Diff *d, const Case *c, Outcome *out)
{
    HostSlot *s = &d->slots[HOST_BATCH];

    if (!d->host) {
        return false;
    }
    s->c = *c;
    if (host_run(d->host, HOST_BATCH, HOST_BATCH + 1) != HOST_BATCH + 1) {
        return false;
    }
    *out = s->out;
    return true;
}

static bool still_fails(Diff *d, unsigned n, const Case *c)
{
    static Outcome host;
    g_autoptr(GString) why = g_string_new(NULL);

    return host_single(d, c, &host) && !agrees(d, n, c, &host, why);
}

/* Puts the telling values of snapshot_init() wherever the case fails with them, too. */
static void shrink(Diff *d, unsigned n, Case *c)
{
    Snapshot *plain = g_new(Snapshot, 1);
    Case try;

    snapshot_init(plain);
    for (unsigned k = 0; k < 16; k++) {
        try = *c;
        try.before.regs[k] = plain->st.regs[k];
        if (still_fails(d, n, &try)) {
            *c = try;
        }
        try = *c;
        try.before.vec[k] = plain->st.vec[k];
        if (still_fails(d, n, &try)) {
            *c = try;
        }
    }
    try = *c;
    try.before.fcw = plain->st.fcw;
    try.before.fsw = plain->st.fsw;
    try.before.ftw = plain->st.ftw;
    memcpy(try.before.st, plain->st.st, sizeof(try.before.st));
    if (still_fails(d, n, &try)) {
        *c = try;
    }
    for (unsigned bit = 0; bit < 12; bit++) {
        try = *c;
        try.before.eflags &= ~(1u << bit);
        if (still_fails(d, n, &try)) {
            *c = try;
        }
    }
    g_free(plain);
}

static void disassemble(const Case *c, GString *to)
{
    static const cs_mode modes[] = {CS_MODE_16, CS_MODE_32, CS_MODE_64};
    csh cs;
    cs_insn *insn;
    uint64_t pc = CODE_BASE + c->offset;

    cs_open(CS_ARCH_X86, modes[c->before.mode], &cs);
    size_t n = cs_disasm(cs, c->code, c->len, pc, 0, &insn);
    for (size_t k = 0; k < n; k++) {
        g_string_append_printf(to, "        .byte  ");
        for (unsigned b = 0; b < insn[k].size; b++) {
            g_string_append_printf(to, "%s0x%02x", b ? ", " : "", insn[k].bytes[b]);
        }
        g_string_append_printf(to, " # %s %s\n", insn[k].mnemonic, insn[k].op_str);
    }
    if (n) {
        cs_free(insn, n);
    } else {
        g_string_append(to, "        .byte  ");
        for (unsigned b = 0; b < c->len; b++) {
            g_string_append_printf(to, "%s0x%02x", b ? ", " : "", c->code[b]);
        }
        g_string_append_printf(to, " # %s\n", x86_row_name(&x86_rows[c->row]));
    }
    cs_close(&cs);
}

static void report(Diff *d, unsigned n, const HostSlot *failed)
{
    g_autoptr(GString) text = g_string_new(NULL), line = g_string_new("# in: ");
    g_autoptr(GString) why = g_string_new("# ours:");
    Snapshot *host = g_new(Snapshot, 1), *before = g_new(Snapshot, 1),
             *plain = g_new(Snapshot, 1);
    Outcome *out = g_new(Outcome, 1);
    Case c = failed->c;

    shrink(d, n, &c);
    if (!host_single(d, &c, out)) {
        *out = failed->out;
    }
    agrees(d, n, &c, out, why);
    outcome_expand(d->gen, out, host);
    snapshot_init(plain);
    outcome_before(d->gen, &c, before);
    memcpy(plain->data, before->data, DATA_SIZE);
    memcpy(plain->stack, before->stack, STACK_SIZE);
    snapshot_describe(before, plain, before->st.rip, c.before.eflags, line);
    if (c.patch_len) {
        g_string_append_printf(line, " m64@%#" PRIx64 "=%#" PRIx64 " ...",
                               c.patch_addr - DATA_BASE, ldq_le_p(c.patch));
    }
    append_line(text, line);
    g_string_append(line, "# out:");
    snapshot_describe(host, before, c.before.rip + c.len, RIG_EFLAGS & ~c.undefined,
                      line);
    append_line(text, line);
    append_line(text, why);
    disassemble(&c, text);
    printf("seed %" PRIu64 ", state %u, %s: ours !host:\n%s\n", c.seed, c.state,
           d->names[n], text->str);
    fflush(stdout);
    g_free(host);
    g_free(before);
    g_free(plain);
    g_free(out);
}

/* --- main --- */

/*
 * A difference stays when an interrupt of the host cannot be its cause, or the host does
 * the same again and again. (One that has just been scheduled is interrupted more often.)
 */
static bool stays(Diff *d, unsigned n, const HostSlot *s)
{
    if (!d->host || native_rsp_is_canonical(&s->out.st) || s->out.res.vector != EXCP_GP) {
        return true;
    }
    d->again++;
    for (unsigned tries = 0; tries < 20; tries++) {
        if (!still_fails(d, n, &s->c)) {
            return false;
        }
    }
    return true;
}

static unsigned check_slot(Diff *d, const HostSlot *s)
{
    uint64_t end = s->c.before.rip + s->c.len;

    d->ends += s->out.st.rip == end;
    d->faults += s->out.res.vector != EXCP_GP;
    for (unsigned n = 0; n < d->nrigs; n++) {
        g_autoptr(GString) why = g_string_new(NULL);
        if (!agrees(d, n, &s->c, &s->out, why) && stays(d, n, s)) {
            report(d, n, s);
            return 1;
        }
    }
    return 0;
}

static void print_case(const char *what, const Case *c)
{
    g_autoptr(GString) text = g_string_new(NULL);

    disassemble(c, text);
    printf("seed %" PRIu64 ", state %u%s\n%s", c->seed, c->state, what, text->str);
}

/* What the host is not sure of is not recorded. */
static void record(Diff *d, const HostSlot *s, bool sure)
{
    if (d->vectors) {
        vectors_put(d->vectors, d->gen, &s->c, sure ? &s->out : NULL);
        d->unknown += !sure;
    }
}

/* Slots 0 .. n - 1. */
static unsigned run_on_host(Diff *d, unsigned n)
{
    HostSlot *s = d->slots;
    unsigned failed = 0;

    for (unsigned at = 0; at < n; at++) {
        unsigned done = host_run(d->host, at, n);
        for (; at < done; at++) {
            unsigned long again = d->again;
            failed += check_slot(d, &s[at]);
            record(d, &s[at], d->again == again);
        }
        if (at < n) {
            print_case(" stopped the host's process:", &s[at].c);
            d->crashes++;
            record(d, &s[at], false);
        }
    }
    return failed;
}

static unsigned replay(Diff *d, unsigned n)
{
    unsigned failed = 0;
    GError *err = NULL;
    bool known;

    for (HostSlot *s = d->slots; s < d->slots + n; s++) {
        if (!vectors_get(d->vectors, d->gen, &s->c, &s->out, &known, &err)) {
            report_gerror(err);
            exit(1);
        }
        failed += known ? check_slot(d, s) : 0;
        d->unknown += !known;
    }
    return failed;
}

/* Cases `first` .. first + n - 1, counted from the seed's. */
static unsigned run_batch(Diff *d, uint64_t first, unsigned n)
{
    for (unsigned k = 0; k < n; k++) {
        uint64_t number = first + k;
        gen_case(d->gen, &d->slots[k].c, opt.seed + number / opt.states,
                 number % opt.states);
        if (opt.verbose) {
            print_case("", &d->slots[k].c);
        }
    }
    return d->host ? run_on_host(d, n) : replay(d, n);
}

static uint64_t opts_off(void)
{
    g_auto(GStrv) names = g_strsplit(opt.off ? opt.off : "", ",", -1);
    uint64_t mask = 0;

    for (char **n = names; *n && **n; n++) {
        bool all = strcmp(*n, "all") == 0;
        int bit = all ? 0 : tcg_opt_find(*n);
        if (bit < 0) {
            report_error("%s: no such optimisation", *n);
            exit(1);
        }
        mask |= all ? UINT64_MAX : UINT64_C(1) << bit;
    }
    return mask;
}

static void add_rig(Diff *d, const char *name, const TCGBackend *b)
{
    bool wanted = !opt.backend || strcmp(opt.backend, "both") == 0 ||
                  strcmp(opt.backend, name) == 0;

    if (wanted && b) {
        d->names[d->nrigs] = name;
        d->rigs[d->nrigs] = rig_new(b, opts_off());
        rig_set_one_insn(d->rigs[d->nrigs++], opt.one_insn);
    }
}

/* The CPU that cases were recorded on. */
static VectorsHead recorded;

static bool recorded_has_feature(unsigned feature)
{
    return recorded.features[feature / 64] >> feature % 64 & 1;
}

static GenKind kind_of_options(void)
{
    return (GenKind){.ninsns = opt.insns,
                     .mode = mode_of_bits(),
                     .segs = opt.limited ? SEGS_LIMITED : SEGS_FLAT};
}

static void start_replay(Diff *d)
{
    static const int bits[] = {
        [X86_MODE_16] = 16, [X86_MODE_32] = 32, [X86_MODE_64] = 64};
    GError *err = NULL;

    d->vectors = vectors_open(opt.replay, &recorded, &err);
    if (!d->vectors) {
        report_gerror(err);
        exit(1);
    }
    opt.cases = recorded.cases;
    opt.seed = recorded.seed;
    opt.states = recorded.states;
    opt.insns = recorded.insns;
    opt.bits = bits[recorded.mode];
    opt.limited = recorded.segs == SEGS_LIMITED;
    g_free(opt.rows);
    opt.rows = recorded.rows[0] ? g_strdup(recorded.rows) : NULL;
    d->gen = gen_new(kind_of_options(), recorded_has_feature, opt.rows);
    d->slots = g_new0(HostSlot, HOST_BATCH + 1);
}

static void start_record(Diff *d)
{
    VectorsHead head = {.seed = opt.seed,
                        .states = opt.states,
                        .insns = opt.insns,
                        .mode = mode_of_bits(),
                        .segs = opt.limited ? SEGS_LIMITED : SEGS_FLAT};
    GError *err = NULL;

    for (unsigned n = 0; n < NR_X86_FEATS; n++) {
        head.features[n / 64] |= (uint64_t)native_has_feature(n) << n % 64;
    }
    if (opt.rows &&
        g_strlcpy(head.rows, opt.rows, sizeof(head.rows)) >= sizeof(head.rows)) {
        report_error("--rows: longer than what --record can keep");
        exit(1);
    }
    d->vectors = vectors_create(opt.record, &head, &err);
    if (!d->vectors) {
        report_gerror(err);
        exit(1);
    }
}

static bool start_host(Diff *d)
{
    if (!native_init() || !native_has_mode(mode_of_bits())) {
        printf("this host cannot run the cases itself\n");
        return false;
    }
    d->gen = gen_new(kind_of_options(), native_has_feature, opt.rows);
    d->host = host_new(d->gen);
    d->slots = host_slots(d->host);
    if (opt.record) {
        start_record(d);
    }
    return true;
}

static void parse_options(int argc, char **argv)
{
    g_autoptr(GOptionContext) ctx = g_option_context_new(NULL);
    GError *err = NULL;

    g_option_context_add_main_entries(ctx, entries, NULL);
    if (!g_option_context_parse(ctx, &argc, &argv, &err)) {
        report_gerror(err);
        exit(1);
    }
    if (opt.record && opt.replay) {
        report_error("--record and --replay do not go together");
        exit(1);
    }
    opt.states = MAX(opt.states, 1);
}

/* False: what was recorded is not in the file. */
static bool finish(Diff *d)
{
    GError *err = NULL;
    bool ok = !d->vectors || vectors_close(d->vectors, &err);

    if (!ok) {
        report_gerror(err);
    }
    if (d->host) {
        host_free(d->host);
    } else {
        g_free(d->slots);
    }
    gen_free(d->gen);
    return ok;
}

int main(int argc, char **argv)
{
    Diff d = {0};
    unsigned failed = 0;
    gint64 n = 0;

    parse_options(argc, argv);
    if (!rig_map_memory()) {
        printf("this host has no room for the cases\n");
        return 77;
    }
    if (opt.replay) {
        start_replay(&d);
    } else if (!start_host(&d)) {
        return 77;
    }
    add_rig(&d, "interp", &tcg_interp_backend);
    add_rig(&d, "native", tcg_native_backend);
    while (n < opt.cases && failed < (unsigned)opt.failures && d.nrigs) {
        unsigned batch = MIN(opt.cases - n, HOST_BATCH);
        failed += run_batch(&d, n, batch);
        n += batch;
    }
    printf("%" PRId64 " cases of %u rows (%lu ran to their end, %lu ended by another "
           "exception than #GP), "
           "%u differ, %lu stopped the host's process\n",
           n, gen_rows(d.gen), d.ends, d.faults, failed, d.crashes);
    if (d.again) {
        printf("%lu were run again: a #GP with a non-canonical RSP\n", d.again);
    }
    if (d.vectors) {
        printf("%lu without a recorded outcome\n", d.unknown);
    }
    bool ok = finish(&d);
    return failed || !ok ? 1 : d.nrigs ? 0 : 77;
}
