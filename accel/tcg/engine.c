/* The engine as an accelerator: options, set-up, and what vCPUs and memory tell it. */
/* SPDX-License-Identifier: MIT */
#include "accel/tcg/lockstep.h"
#include "accel/tcg/perf.h"
#include "accel/tcg/tb.h"

#include <stdio.h>
#include <sys/mman.h>

#include "cpu/debug.h"
#include "util/host.h"
#include "util/log.h"
#include "util/options.h"

#define LEAST_TB_SIZE      (UINT64_C(64) << 20)  /* that is chosen here: */
#define PROGRAM_TB_SIZE    (UINT64_C(256) << 20) /* when the host has 2 GiB */
#define MACHINE_TB_SIZE    (UINT64_C(512) << 20) /* when it has 4 GiB */
#define DEFAULT_CACHE_SIZE (UINT64_C(512) << 20)
#define MIN_TB_SIZE        (UINT64_C(1) << 20)
#define MAX_TB_SIZE        (UINT64_C(1) << 30) /* jumps inside reach it from anywhere */
#define MIN_UNIT_BYTES     64                  /* of host code, side table included */

/* A machine runs many programs in turn, and a browser is as large: what does not fit is
 * translated again. Pages exist only once they are used. */
static uint64_t default_tb_size(const TCGBackend *backend)
{
    uint64_t most = tcg_one_space ? PROGRAM_TB_SIZE : MACHINE_TB_SIZE;
    uint64_t room = MIN(host_memory_size(), host_address_limit());
    uint64_t size = CLAMP(room / 8, LEAST_TB_SIZE, most);

    return backend->reach ? MIN(size, backend->reach) : size;
}

TCGOptions tcg_default_options(void)
{
    const TCGBackend *backend =
        tcg_native_backend ? tcg_native_backend : &tcg_interp_backend;

    return (TCGOptions){
        .backend = backend,
        .tb_size = default_tb_size(backend),
        .cache_size = DEFAULT_CACHE_SIZE,
    };
}

/* Set-up. */

static void fill_guest_desc(TCGEngine *e)
{
    GuestDesc *g = &e->guest;

    *g = (GuestDesc){
        .exit_request = CPU_ENV_OFFSET(exit_request),
        .tlb_base = CPU_ENV_OFFSET(tlb_base),
        .jc_base = CPU_ENV_OFFSET(jc_base),
        .jc_tag = CPU_ENV_OFFSET(jc_tag),
        .jc_mask = CPU_ENV_OFFSET(jc_mask),
        .fault_regs = CPU_ENV_OFFSET(fault_regs),
        .page_bits = PAGE_BITS,
        .ld = tcg_ld,
        .st = tcg_st,
        .ld_vec = tcg_ld_vec,
        .st_vec = tcg_st_vec,
        .atomic = tcg_atomic,
        .lookup = tb_lookup_code,
    };
    tcg_memory_init(e);
    e->ops->fill_guest_desc(g);
}

/* Bytes of each list of units in small pages: who runs shortly needs no more. */
enum { LIST_LEAD = 16 << 10 };

static size_t lists_size(const TCGEngine *e)
{
    return e->max_tbs * (sizeof *e->by_code + sizeof *e->code_at) + tb_first_in_size(e) +
           2 * HOST_HUGE_PAGE;
}

/* A list of n bytes behind p, in huge pages but for LIST_LEAD. */
static void *place_list(void *p, size_t n)
{
    char *list = (char *)ROUND_UP((uintptr_t)p + LIST_LEAD, HOST_HUGE_PAGE) - LIST_LEAD;

    if (n > LIST_LEAD) {
        host_want_huge(list + LIST_LEAD, n - LIST_LEAD);
    }
    return list;
}

/* Room for each unit that could ever fit; pages of it exist only once they are used. */
static bool alloc_lists(TCGEngine *e, GError **errp)
{
    e->max_tbs = e->opts.tb_size / MIN_UNIT_BYTES;
    void *p = mmap(NULL, lists_size(e), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED) {
        return user_error(errp, "cannot get memory for the list of units");
    }
    e->lists = p;
    e->by_code = place_list(p, e->max_tbs * sizeof *e->by_code);
    e->code_at = place_list(e->by_code + e->max_tbs, e->max_tbs * sizeof *e->code_at);
    e->first_in = e->code_at + e->max_tbs;
    return true;
}

static bool init_backend(TCGEngine *e, GError **errp)
{
    e->code = code_buf_new(e->opts.tb_size, tcg_one_space, errp);
    return e->code && alloc_lists(e, errp) && e->backend->init(&e->guest, e->code, errp);
}

TCGEngine *tcg_engine_new(const TCGOptions *opts, const CPUOps *ops, GError **errp)
{
    TCGEngine *e = g_new0(TCGEngine, 1);

    e->opts = *opts;
    e->backend = opts->backend;
    e->ops = ops;
    mutex_init(&e->lock);
    e->cpus = g_ptr_array_new();
    e->chunks = g_ptr_array_new_with_free_func(g_free);
    e->kernel_links = g_ptr_array_new();
    htab_init(&e->tbs, tcg_one_space ? 1 << 10 : 1 << 14); /* programs may be short */
    tb_pages_init(e);
    tb_tokens_init(e);
    exclusive_init(e);
    fill_guest_desc(e);
    e->ctx = tcg_context_new(&e->guest);
    e->ctx->whole_writes = e->backend->whole_writes;
    e->ctx->opt_off = opts->opt_off;
    ops->init_globals(e->ctx);
    tcg_translation_init(e);
    e->verify = log_enabled(LOG_VERIFY);
    e->count = opts->count == TCG_COUNT_AUTO ? log_enabled(LOG_STATS)
                                             : opts->count == TCG_COUNT_ON;
    e->count &= !log_enabled(LOG_LOCKSTEP); /* runs units twice */
    e->no_chain = log_enabled(LOG_NOCHAIN | LOG_LOCKSTEP);
    e->relative = !tcg_one_space && e->backend->relative &&
                  !(opts->opt_off >> OPTBIT_relative & 1) && !log_enabled(LOG_LOCKSTEP);
    if (!init_backend(e, errp) || (log_enabled(LOG_LOCKSTEP) && !lockstep_new(e, errp))) {
        tcg_engine_free(e);
        return NULL;
    }
    return e;
}

void tcg_engine_free(TCGEngine *e)
{
    assert(!e->cpus->len);
    tcg_memory_exit(e);
    lockstep_free(e);
    tb_pages_reset(e);
    tb_pages_free(e);
    tcg_translation_free(e);
    tcg_context_free(e->ctx);
    htab_destroy(&e->tbs);
    g_ptr_array_free(e->kernel_links, true);
    g_hash_table_destroy(e->tokens);
    page_set_free(&e->unshared);
    page_set_free(&e->unaligned);
    page_set_free(&e->patched);
    g_ptr_array_free(e->chunks, true);
    g_ptr_array_free(e->cpus, true);
    if (e->lists) {
        munmap(e->lists, lists_size(e));
    }
    if (e->jc_spare) {
        munmap(e->jc_spare, sizeof(JumpEntry) << JC_BITS_PROGRAM);
    }
    if (e->code) {
        code_buf_free(e->code);
    }
    exclusive_free(e);
    mutex_destroy(&e->lock);
    g_free(e);
}

/* vCPUs. */

void tcg_vcpu_init(TCGEngine *e, CPUState *cpu)
{
    CPUTCG *t = g_new0(CPUTCG, 1);

    t->cpu = cpu;
    t->engine = e;
    cpu->accel_data = t;
    tb_jump_table_new(t);
    tlb_init(cpu);
    tcg_memory_vcpu(e, cpu);
    mutex_lock(&e->lock);
    g_ptr_array_add(e->cpus, t);
    if (e->cpus->len > 1 && e->backend->weak && !e->guest.ordered) {
        e->guest.ordered = true;
        t->want_flush = true; /* before it runs anything, with the others stopped */
    }
    e->has_had_more |= e->cpus->len > 1;
    mutex_unlock(&e->lock);
}

void tcg_vcpu_fini(CPUState *cpu)
{
    CPUTCG *t = cpu->accel_data;

    mutex_lock(&t->engine->lock);
    g_ptr_array_remove(t->engine->cpus, t);
    mutex_unlock(&t->engine->lock);
    tlb_free(cpu);
    tb_jump_table_free(t);
    g_free(t);
    cpu->accel_data = cpu->jc_base = cpu->tlb_base = NULL;
}

void cpu_breakpoint_changed(CPUState *cpu, vaddr pc)
{
    if (cpu->accel_data) {
        tb_invalidate_at(cpu_tcg(cpu), pc);
    }
}

/* As an accelerator of the program: one engine. */

static struct {
    TCGOptions opts;
    bool perfmap, jitdump;
} tcg;
static TCGEngine *tcg_engine; /* as long as there are vCPUs; a program's: to the end */

// clang-format off
static const AccelOption tcg_option_list[] = {
    {"thread", "thread=single", "how vCPUs are spread over threads"},
    {"tb-size", "tb-size=MB", "memory for translated code"},
    {"one-insn-per-tb", "one-insn-per-tb=on", "units of one instruction, for debugging"},
    {"backend", "backend=native|interp", "what runs the units"},
    {"cache", "cache=on|off|DIR", "a program's code is kept for its next run, in DIR"},
    {"cache-size", "cache-size=MB", "how much is kept of a program, at most"},
    {"count", "count=on|off", "units count what they execute: on with -d stats"},
    {"perfmap", "perfmap=on", "/tmp/perf-PID.map names the units for perf"},
    {"jitdump", "jitdump=on", "jit-PID.dump has the code of the units for perf inject"},
#define OPT(name, what) {"opt-" #name, "opt-" #name "=off", what},
    TCG_OPTS(OPT)
#undef OPT
    {NULL},
};
// clang-format on

static void ensure_defaults(void)
{
    if (!tcg.opts.backend) {
        tcg.opts = tcg_default_options();
    }
}

static bool set_backend(const char *value, GError **errp)
{
    static const char *const names[] = {"native", "interp", NULL};

    if (!strcmp(value, "interp")) {
        tcg.opts.backend = &tcg_interp_backend;
    } else if (strcmp(value, "native")) {
        return unknown_name(value, "backend", names, errp);
    } else if (!tcg_native_backend) {
        return user_error(errp, "backend=native: there is none for this host");
    } else {
        tcg.opts.backend = tcg_native_backend;
    }
    return true;
}

static bool set_size(const char *key, const char *value, uint64_t *to, GError **errp)
{
    uint64_t size;

    if (!parse_size(value, 'M', &size) || size < MIN_TB_SIZE || size > MAX_TB_SIZE) {
        return user_error(errp, "%s=%s: expected 1 to %d (MiB)", key, value,
                          (int)(MAX_TB_SIZE >> 20));
    }
    *to = size;
    return true;
}

/* A relative path would be another one for what the program executes. */
static bool set_cache(const char *value, GError **errp)
{
    bool on;

    if (*value != '/' && !parse_bool(value, &on)) {
        return user_error(errp, "cache=%s: expected on, off or an absolute path", value);
    }
    if (*value == '/' && g_file_test(value, G_FILE_TEST_EXISTS) &&
        !g_file_test(value, G_FILE_TEST_IS_DIR)) {
        return user_error(errp, "cache=%s: not a folder", value);
    }
    tcg.opts.cache = g_strdup(*value == '/' ? value : on ? "on" : "off");
    return true;
}

static bool set_switch(const char *key, const char *value, GError **errp)
{
    bool on;

    if (!parse_bool(value, &on)) {
        return user_error(errp, "%s=%s: expected on or off", key, value);
    }
    if (!strcmp(key, "count")) {
        tcg.opts.count = on ? TCG_COUNT_ON : TCG_COUNT_OFF;
        return true;
    }
    static const struct {
        const char *key;
        bool *field;
    } plain[] = {
        {"one-insn-per-tb", &tcg.opts.one_insn_per_tb},
        {"perfmap",         &tcg.perfmap             },
        {"jitdump",         &tcg.jitdump             },
    };

    for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
        if (!strcmp(key, plain[i].key)) {
            *plain[i].field = on;
            return true;
        }
    }
    uint64_t bit = UINT64_C(1) << tcg_opt_find(key + strlen("opt-"));

    tcg.opts.opt_off = on ? tcg.opts.opt_off & ~bit : tcg.opts.opt_off | bit;
    return true;
}

static bool tcg_set_option(const char *key, const char *value, GError **errp)
{
    static const char *const threads[] = {"single", NULL};

    ensure_defaults();
    if (g_str_has_prefix(key, "cache") && !tcg_one_space) {
        return user_error(errp, "%s: only the code of programs is kept", key);
    }
    if (!strcmp(key, "backend")) {
        return set_backend(value, errp);
    }
    if (!strcmp(key, "tb-size")) {
        return set_size(key, value, &tcg.opts.tb_size, errp);
    }
    if (!strcmp(key, "cache-size")) {
        return set_size(key, value, &tcg.opts.cache_size, errp);
    }
    if (!strcmp(key, "cache")) {
        return set_cache(value, errp);
    }
    if (!strcmp(key, "thread")) {
        return !strcmp(value, "single") ||
               unknown_name(value, "thread model", threads, errp);
    }
    return set_switch(key, value, errp);
}

static bool host_has_needed(const TCGBackend *backend, GError **errp)
{
    uint64_t missing = backend->needs & ~host_features();

    return !missing ||
           user_error(errp,
                      "backend=native: this CPU lacks '%s', which generated code needs; "
                      "-accel tcg,backend=interp does without",
                      host_feature_name(__builtin_ctzll(missing)));
}

static bool tcg_accel_init(GError **errp)
{
    ensure_defaults();
    if (!host_has_needed(tcg.opts.backend, errp)) {
        return false;
    }
    if ((tcg.perfmap || tcg.jitdump) && tcg.opts.backend != tcg_native_backend) {
        return user_error(errp, "perfmap and jitdump: the interpreter makes no code");
    }
    return (!tcg.perfmap || tcg_perf_open_map(errp)) &&
           (!tcg.jitdump || tcg_perf_open_dump(errp));
}

static void tcg_accel_exit(void)
{
    tcg_perf_close();
    if (tcg_engine) {
        tcg_engine_free(tcg_engine);
        tcg_engine = NULL;
    }
}

/* The first vCPU says what the guest is. */
static bool tcg_accel_vcpu_init(CPUState *cpu, GError **errp)
{
    if (!tcg_engine) {
        tcg_engine = tcg_engine_new(&tcg.opts, cpu->ops, errp);
        if (!tcg_engine) {
            return false;
        }
    }
    if (tcg_engine->cpus->len && !tcg_many_vcpus) {
        return user_error(errp, "tcg: more than one vCPU is not supported yet");
    }
    tcg_vcpu_init(tcg_engine, cpu);
    if (cpu->ops->engine_attached) {
        cpu->ops->engine_attached(cpu);
    }
    return true;
}

/* What was translated is of no use any more: memory changes without our knowledge. */
static void tcg_accel_vcpu_fini(CPUState *cpu)
{
    tcg_vcpu_fini(cpu);
    if (!tcg_engine->cpus->len && !tcg_one_space) {
        tcg_engine_free(tcg_engine);
        tcg_engine = NULL;
    }
}

static void tcg_print_stats(FILE *out)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (tcg_engine) {
        tcg_stats_text(tcg_engine, text);
        fputs(text->str, out);
    }
}

extern const AccelOps tcg_accel;
const AccelOps tcg_accel = {
    .name = "tcg",
    .desc = "translates guest code to host code",
    .options = tcg_option_list,
    .translates = true,
    .max_vcpus = 1, /* of a machine; programs add theirs by tcg_vcpu_init() */
    .settings = &tcg,
    .settings_size = sizeof tcg,
    .set_option = tcg_set_option,
    .init = tcg_accel_init,
    .exit = tcg_accel_exit,
    .vcpu_init = tcg_accel_vcpu_init,
    .vcpu_fini = tcg_accel_vcpu_fini,
    .vcpu_run = tcg_vcpu_run,
    .print_stats = tcg_print_stats,
};
