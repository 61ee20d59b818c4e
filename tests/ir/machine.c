/* The guest of machine.h: its memory, helpers, and how a unit is run on it. */
/* SPDX-License-Identifier: MIT */
#include "tests/ir/machine.h"

#include "target/x86/x87-fast.h"
#include "util/bitops.h"

#define OFF(member) ((int32_t)offsetof(Env, member) - (int32_t)offsetof(Env, gpr))

static Machine *machine_of(void *env)
{
    return container_of((char *)env - offsetof(Env, gpr), Machine, env);
}

/* ---- slow paths ---- */

static void __attribute__((noreturn)) fault(Machine *m, uint64_t addr, uintptr_t ra)
{
    m->fault_addr = addr;
    m->fault_ra = ra;
    siglongjmp(m->on_fault, 1);
}

/* The memory of an access, or a fault at its first bad byte. */
static uint8_t *access_mem(Machine *m, uint64_t addr, uint32_t oi, uintptr_t ra)
{
    unsigned n = memop_bytes(oi);
    if ((oi & MO_ALIGN) && (addr & (n - 1))) {
        fault(m, addr, ra);
    }
    for (unsigned i = 0; i < n; i++) {
        if (addr + i - MEM_BASE >= MEM_SIZE) {
            fault(m, addr + i, ra);
        }
    }
    return m->mem + (addr - MEM_BASE);
}

static uint64_t slow_ld(void *env, uint64_t addr, uint32_t oi, uintptr_t ra)
{
    return ldn_le_p(access_mem(machine_of(env), addr, oi, ra), memop_bytes(oi));
}

static void slow_st(void *env, uint64_t addr, uint64_t val, uint32_t oi, uintptr_t ra)
{
    stn_le_p(access_mem(machine_of(env), addr, oi, ra), memop_bytes(oi), val);
}

static void slow_ld_vec(void *env, uint64_t addr, void *val, uint32_t oi, uintptr_t ra)
{
    memcpy(val, access_mem(machine_of(env), addr, oi, ra), memop_bytes(oi));
}

static void slow_st_vec(void *env, uint64_t addr, const void *val, uint32_t oi,
                        uintptr_t ra)
{
    memcpy(access_mem(machine_of(env), addr, oi, ra), val, memop_bytes(oi));
}

static uint64_t slow_atomic(void *env, uint64_t addr, uint64_t b, uint64_t c,
                            uint32_t op_oi, uintptr_t ra)
{
    unsigned n = memop_bytes(op_oi & 0xff);
    uint8_t *p = access_mem(machine_of(env), addr, op_oi & 0xff, ra);
    uint64_t old = ldn_le_p(p, n), new = old, mask = ir_type_mask(op_oi & MO_SIZE);
    switch (op_oi >> 8) {
    case OP_at_xchg:
        new = b;
        break;
    case OP_at_add:
        new = old + b;
        break;
    case OP_at_and:
        new = old &b;
        break;
    case OP_at_or:
        new = old | b;
        break;
    case OP_at_xor:
        new = old ^ b;
        break;
    case OP_at_cmpxchg:
        new = old == (b & mask) ? c : old;
        break;
    }
    stn_le_p(p, n, new);
    return old;
}

/* Memory is in one piece: all pages in it will do. */
static void *slow_probe(void *env, uint64_t addr, uint32_t what, uintptr_t ra)
{
    Machine *m = machine_of(env);
    uint64_t at = addr - MEM_BASE;
    bool aligned = !(addr & ((1u << PROBE_ALIGN(what)) - 1));
    if (at >= MEM_SIZE || at + PROBE_LEN(what) > MEM_SIZE || !aligned) {
        m->probe_failed = true;
        fault(m, addr, ra);
    }
    return m->mem + at;
}

static uint64_t x87_op(void *env, const X87Op *op)
{
    Machine *m = machine_of(env);
    uint8_t image[X87_MAX_STORE];
    uint16_t sw;
    if (op->id >= X87_f2xm1 && op->id <= X87_fcos && tcg_x87_exec(env, op->id)) {
        return 0;
    }
    if (x87_info[op->id].form != X87_FORM_ST) {
        return x87_run(&m->env.x87, op);
    }
    unsigned n = x87_store_image(&m->env.x87, op->id, image, &sw);
    for (unsigned i = 0; !op->host && i < n; i++) {
        access_mem(m, op->addr + i, MO_8, op->ra);
    }
    memcpy(op->host ? (uint8_t *)op->host : m->mem + (op->addr - MEM_BASE), image, n);
    x87_stored(&m->env.x87, op->id, sw);
    return 0;
}

static const void *no_lookup(void *env)
{
    return NULL;
}

const GuestDesc machine_guest = {
    .pc = OFF(pc),
    .unit_page = OFF(unit_page),
    .exit_request = OFF(exit_request),
    .cc_op = OFF(cc_op),
    .cc_a = OFF(cc_a),
    .cc_b = OFF(cc_b),
    .cc_c = OFF(cc_c),
    .cc_r = OFF(cc_r),
    .sp = OFF(gpr[4]),
    .tlb_base = OFF(tlb),
    .jc_base = OFF(jump_table),
    .jc_tag = OFF(jump_tag),
    .jc_mask = OFF(jump_mask),
    .exit_note = OFF(field[0]),
    .mxcsr = OFF(mxcsr),
    .vec_loaded = OFF(vec_loaded),
    .x87_regs = OFF(x87.r),
    .x87_cw = OFF(x87.cw),
    .x87_sw = OFF(x87.sw),
    .x87_top = OFF(x87.top),
    .x87_empty = OFF(x87.empty),
    .x87_fip = OFF(x87.fip),
    .x87_fop = OFF(x87.fop),
    .x87_loaded = OFF(x87_loaded),
    .x87_host_cw = OFF(x87_host_cw),
    .page_bits = PAGE_BITS,
    .tlb_index_bits = TLB_INDEX_BITS,
    .tlb_entry_bits = 5,
    .tag_read = offsetof(TLBEntry, tag_read),
    .tag_write = offsetof(TLBEntry, tag_write),
    .addend = offsetof(TLBEntry, addend),
    .recent = offsetof(Machine, recent) - offsetof(Machine, tlb),
    .ld = slow_ld,
    .st = slow_st,
    .ld_vec = slow_ld_vec,
    .st_vec = slow_st_vec,
    .atomic = slow_atomic,
    .probe = slow_probe,
    .x87_op = x87_op,
    .x87_fast = x87_fast,
    .lookup = no_lookup,
};
static_assert(sizeof(TLBEntry) == 1 << 5, "tlb_entry_bits");

/* ---- helpers ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    a = (a ^ b) * UINT64_C(0x9e3779b97f4a7c15);
    return a ^ a >> 29;
}

static uint64_t helper_pure0(void)
{
    return UINT64_C(0x123456789abcdef0);
}

static uint64_t helper_pure2(uint64_t a, uint64_t b)
{
    return mix(a, b);
}

static uint64_t helper_pure5(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    return mix(mix(mix(mix(a, b), c), d), e);
}

static uint64_t helper_read_gpr(void *env, uint64_t n)
{
    const uint64_t *gpr = env;
    return mix(gpr[n % NR_GPRS], gpr[0]);
}

static void helper_write_gpr(void *env, uint64_t n, uint64_t val)
{
    uint64_t *gpr = env;
    gpr[n % NR_GPRS] = val;
    gpr[3] ^= val;
}

static uint32_t flags_of(const Env *e)
{
    return cc_compute(&(CCState){e->cc_op, e->cc_a, e->cc_b, e->cc_c, e->cc_r});
}

static uint64_t helper_read_cc(void *env)
{
    return flags_of(&machine_of(env)->env);
}

static void helper_write_cc(void *env, uint64_t a, uint64_t b)
{
    Env *e = &machine_of(env)->env;
    e->cc_op = CC_OP(CC_SUB, IR_I32);
    e->cc_a = a - b;
    e->cc_b = b;
}

static void helper_change_cc(void *env, uint64_t a)
{
    Env *e = &machine_of(env)->env;
    uint32_t flags = flags_of(e);
    e->cc_op = CC_OP(CC_EFLAGS, 0);
    e->cc_a = (flags ^ CC_C) | (a & CC_Z);
}

/* These raise when bit 4 of an argument is set. */
static uint64_t helper_fault(void *env, uint64_t a)
{
    if (a & 16) {
        fault(machine_of(env), a, (uintptr_t)__builtin_return_address(0));
    }
    return a + 1;
}

static uint64_t helper_fault_write(void *env, uint64_t a, uint64_t b)
{
    uint64_t *gpr = env;
    if (b & 16) {
        fault(machine_of(env), b, (uintptr_t)__builtin_return_address(0));
    }
    gpr[5] += a;
    return b;
}

static void helper_noreturn(void *env, uint64_t a)
{
    fault(machine_of(env), a, (uintptr_t)__builtin_return_address(0));
}

static void helper_vec(void *env, uint64_t n)
{
    Env *e = &machine_of(env)->env;
    for (unsigned i = 0; i < 16; i++) {
        e->vec[n % NR_VECS][i] += 3 * i + 1;
    }
}

static void helper_io(void *env, uint64_t a)
{
    Env *e = &machine_of(env)->env;
    e->io = mix(e->io, a);
}

const HelperInfo machine_helpers[] = {
  /* name, function, flags, reads, writes, arguments, env, result */
    {"pure0",       helper_pure0,       HELPER_PURE,                    0,      0,      0, false, true },
    {"pure2",       helper_pure2,       HELPER_PURE,                    0,      0,      2, false, true },
    {"pure5",       helper_pure5,       HELPER_PURE,                    0,      0,      5, false, true },
    {"read_gpr",    helper_read_gpr,    HELPER_PURE,                    HS_GPR, 0,      1, true,  true },
    {"write_gpr",   helper_write_gpr,   0,                              0,      HS_GPR, 2, true,  false},
    {"read_cc",     helper_read_cc,     HELPER_PURE,                    HS_CC,  0,      0, true,  true },
    {"write_cc",    helper_write_cc,    0,                              0,      HS_CC,  2, true,  false},
    {"change_cc",   helper_change_cc,   0,                              HS_CC,  HS_CC,  1, true,  false},
    {"fault",       helper_fault,       HELPER_FAULT,                   0,      0,      1, true,  true },
    {"fault_write", helper_fault_write, HELPER_FAULT,                   0,      HS_GPR, 2, true,  true },
    {"noreturn",    helper_noreturn,    HELPER_FAULT | HELPER_NORETURN, 0,      0,      1, true,  false},
    {"vec",         helper_vec,         0,                              HS_VEC, HS_VEC, 1, true,  false},
    {"io",          helper_io,          HELPER_IO,                      0,      0,      1, true,  false},
};
const unsigned nr_machine_helpers = ARRAY_SIZE(machine_helpers);

const HelperInfo *machine_helper(const char *name)
{
    for (unsigned i = 0; i < nr_machine_helpers; i++) {
        if (!strcmp(machine_helpers[i].name, name)) {
            return &machine_helpers[i];
        }
    }
    return NULL;
}

/* ---- machines ---- */

TCGContext *machine_context(void)
{
    static const char *const gprs[NR_GPRS] = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
        "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
    };
    static const char *const vecs[NR_VECS] = {"xmm0", "xmm1", "xmm2", "xmm3"};
    TCGContext *s = tcg_context_new(&machine_guest);
    for (unsigned i = 0; i < NR_GPRS; i++) {
        ir_global(s, IR_I64, OFF(gpr) + 8 * i, gprs[i]);
    }
    for (unsigned i = 0; i < NR_VECS; i++) {
        ir_global(s, IR_V128, OFF(vec) + 32 * i, vecs[i]);
    }
    tcg_start(s, 0);
    return s;
}

static void fill_tlb(Machine *m)
{
    for (unsigned i = 0; i < ARRAY_SIZE(m->tlb); i++) {
        m->tlb[i] = (TLBEntry){UINT64_MAX, UINT64_MAX, 0, 0};
    }
    for (unsigned page = 0; page < 2; page++) {
        uint64_t addr = MEM_BASE + page * PAGE_SIZE;
        m->tlb[addr >> PAGE_BITS & (ARRAY_SIZE(m->tlb) - 1)] = (TLBEntry){
            .tag_read = addr,
            .tag_write = page == 0 ? addr : addr | 1 << 8,
            .addend = (uintptr_t)m->mem - MEM_BASE,
        };
    }
    memset(m->recent, 0xff, sizeof m->recent);
    m->env.tlb = (char *)m->tlb;
}

Machine *machine_new(const TCGBackend *backend)
{
    static JumpEntry jumps[1 << 2] = {
        {.pc = 1 << JUMP_SHIFT}}; /* in the wrong place: nothing is ever found */
    Machine *m = g_aligned_alloc0(1, sizeof *m, 64);
    GError *err = NULL;
    m->backend = backend;
    m->buf = code_buf_new(4 << 20, false, &err);
    if (!m->buf || !backend->init(&machine_guest, m->buf, &err)) {
        g_error("%s", err->message);
    }
    m->s = machine_context();
    fill_tlb(m);
    m->env.jump_table = jumps;
    m->env.jump_tag = 1;
    m->env.jump_mask = jump_mask(2);
    return m;
}

void machine_free(Machine *m)
{
    code_buf_free(m->buf);
    tcg_context_free(m->s);
    g_aligned_free(m);
}

bool machine_parse(Machine *m, const char *text, GError **errp)
{
    if (!ir_parse(m->s, text, errp)) {
        return false;
    }
    for (unsigned i = 0; i < m->s->nops; i++) {
        IROp *op = &m->s->ops[i];
        const HelperInfo *h =
            op->code == OP_call ? machine_helper(ir_helper(op)->name) : NULL;
        op->imm = h ? (intptr_t)h : op->imm;
    }
    return ir_verify(m->s, errp);
}

static void fill_bytes(void *p, size_t n, uint64_t *state)
{
    for (size_t i = 0; i < n; i++) {
        *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
        ((uint8_t *)p)[i] = *state >> 56;
    }
}

/* Half of the registers get addresses of memory, some at the seams of pages, or short
 * numbers of either sign. */
static uint64_t tame(uint64_t v)
{
    switch (v >> 61) {
    case 0:
        return MEM_BASE + (v >> 8) % (MEM_SIZE + 64);
    case 1:
        return MEM_BASE + (v >> 8) % NR_PAGES * PAGE_SIZE + (v >> 16) % 128 - 64;
    case 2:
    case 3:
        return (int64_t)(v << 16) >> (v & 63);
    default:
        return v;
    }
}

/* Numbers of middling size, and everything else that a register can hold. */
static floatx80 fill_register(uint64_t a, uint64_t b)
{
    static const uint16_t exponents[] = {0, 1, 0x7ffe, 0x7fff};
    static const uint64_t significands[] = {0, 1, BIT64(63), 3ull << 62, UINT64_MAX};
    uint64_t lo = a | BIT64(63);
    unsigned hi = 0x3ff0 + (b & 31);
    if ((b >> 8 & 3) == 0) {
        hi = exponents[b >> 10 & 3];
    }
    if ((b >> 12 & 3) == 0) {
        lo = significands[(b >> 14) % ARRAY_SIZE(significands)];
    } else if ((b >> 12 & 15) == 1) {
        lo = a;
    }
    return (floatx80){lo, hi | (b >> 20 & 1) << 15};
}

static void fill_x87(X87State *x, uint64_t *seed)
{
    uint64_t v[18];
    fill_bytes(v, sizeof v, seed);
    for (unsigned i = 0; i < 8; i++) {
        x->r[i] = fill_register(v[2 * i], v[2 * i + 1]);
    }
    x87_set_cw(x, (v[16] & 0xf00) | FLOAT_ALL_FLAGS);
    x->sw = v[16] >> 16 & (FLOAT_ALL_FLAGS | X87_SW_SF | X87_SW_CONDITIONS);
    x->top = v[16] >> 32 & 7;
    x->empty = v[16] >> 40 & v[17];
    x->fip = v[17];
    x->fop = v[17] >> 8 & 0x7ff;
}

void machine_fill(Machine *m, uint64_t seed)
{
    Env *e = &m->env;
    fill_bytes(e->gpr, sizeof e->gpr, &seed);
    fill_bytes(e->vec, sizeof e->vec, &seed);
    fill_bytes(e->field, sizeof e->field, &seed);
    fill_bytes(m->mem, sizeof m->mem, &seed);
    fill_bytes(&e->cc_a, 4 * sizeof e->cc_a, &seed);
    for (unsigned i = 0; i < NR_GPRS; i++) {
        e->gpr[i] = tame(e->gpr[i]);
    }
    fill_x87(&e->x87, &seed);
    e->cc_c &= 1;
    e->cc_op = CC_OP(seed >> 40 & 7, seed >> 50 & 3);
    if (seed >> 54 & 1) {
        e->cc_op |= CC_OP_OVERLAY(CC_OV_INC + (seed >> 55 & 1), seed >> 56 & 3);
    }
    e->io = e->pc = 0;
    e->exit_request = 0;
    e->rounds = 1 + (seed >> 57 & 3);
    e->mxcsr = 0x1f80;
}

/* ---- running ---- */

/* Where a relative unit runs: not where it was made for. */
#define UNIT_PAGE 0x7654321000

static uint64_t place_of(const TCGContext *s)
{
    return s->relative ? UNIT_PAGE + s->pc % (1 << PAGE_BITS) : s->pc;
}

static uint64_t restored_value(const Machine *m, const TCGValue *v)
{
    return tcg_value(v, m->env.gpr);
}

static void restore(Machine *m, const TCGContext *s, const TCGCode *code)
{
    Env *e = &m->env;
    TCGRestore r;
    if (!code_buf_contains(m->buf, (void *)m->fault_ra)) {
        return; /* env was precise before the helper was called */
    }
    if (!tcg_restore_point(code, (void *)m->fault_ra, &r)) {
        g_error("no restore point for the fault at %#" PRIx64, m->fault_addr);
    }
    e->pc = r.pc + place_of(s) - s->pc;
    uint64_t a = restored_value(m, &r.a), b = restored_value(m, &r.b);
    uint64_t c = restored_value(m, &r.c), overlay = restored_value(m, &r.r);
    if (r.base_pending) {
        e->cc_op = r.cc_op & 0xffff;
        e->cc_a = a;
        e->cc_b = b;
        e->cc_c = c;
    }
    if (r.overlay_pending) {
        e->cc_op = (e->cc_op & 0xffff) | (r.cc_op & 0xffff0000);
        e->cc_r = overlay;
    }
    if (r.x87_pending) {
        e->x87.fip = r.fip;
        e->x87.fop = r.fop;
    }
    e->gpr[4] += r.sp;
}

/* Runs the unit; exits to its own pc are linked when they are met. */
static TCGExit run_linked(Machine *m, const TCGContext *s, const TCGCode *code)
{
    for (;;) {
        TCGExit exit = m->backend->enter(m->env.gpr, code->entry);
        if (exit.reason < TCG_EXIT_LINK || exit.reason >= TCG_EXIT_TB) {
            return exit;
        }
        unsigned slot = exit.reason - TCG_EXIT_LINK;
        if (m->env.pc != place_of(s)) {
            exit.reason = TCG_EXIT_LINK + slot % s->nexits; /* slots may be there twice */
            return exit;
        }
        m->backend->link(m->buf, code, slot, (const char *)code->entry + code->direct);
    }
}

static uint32_t flags_at_exit(const TCGContext *s, uint64_t reason)
{
    for (unsigned i = 0; i < s->nops; i++) {
        const IROp *op = &s->ops[i];
        if (op->code == OP_exit_link && reason == TCG_EXIT_LINK + (uint64_t)op->slot) {
            return op->ccmask;
        }
    }
    return CC_ALL;
}

/* What runs is a copy in another place, of a unit that can be moved. */
static void move_unit(Machine *m, TCGContext *s, TCGCode *code)
{
    const TCGMover *mover = m->backend->mover;
    if (!code->movable) {
        return;
    }
    g_autofree uint8_t *bytes = g_malloc(code->size), *again = g_malloc(code->size);
    mover->take(m->buf, code, bytes);
    if (!mover->put(s, m->buf, bytes, code)) {
        g_error("a unit cannot be put in another place");
    }
    mover->take(m->buf, code, again);
    if (memcmp(bytes, again, code->size)) {
        g_error("a unit tells where it was");
    }
}

void machine_run(Machine *m, TCGContext *s, Outcome *o)
{
    TCGCode code;
    code_buf_reset(m->buf);
    s->movable = m->backend->mover != NULL;
    if (!m->backend->gen_code(s, m->buf, &code)) {
        g_error("a unit has no room in 4 MiB");
    }
    move_unit(m, s, &code);
    memset(o, 0, sizeof *o);
    m->env.pc = place_of(s);
    m->env.unit_page = 0;
    m->probe_failed = false;
    o->flags_mask = CC_ALL;
    if (sigsetjmp(m->on_fault, 0) == 0) {
        TCGExit exit = run_linked(m, s, &code);
        o->reason = exit.reason;
        o->flags_mask = flags_at_exit(s, exit.reason);
    } else {
        restore(m, s, &code);
        o->faulted = true;
        o->fault_addr = m->fault_addr;
    }
    memcpy(o->gpr, m->env.gpr, sizeof o->gpr);
    memcpy(o->vec, m->env.vec, sizeof o->vec);
    o->x87 = m->env.x87;
    memcpy(o->field, m->env.field, sizeof o->field);
    memcpy(o->mem, m->mem, sizeof o->mem);
    o->pc = !o->faulted && o->reason >= TCG_EXIT_TB
                ? 0
                : m->env.pc; /* the unit's own doing */
    o->io = m->env.io;
    o->flags = flags_of(&m->env);
}

static void diff_u64(GString *to, const char *what, int i, uint64_t a, uint64_t b)
{
    if (a != b) {
        g_string_append_printf(to, "  %s[%d]: 0x%" PRIx64 " and 0x%" PRIx64 "\n", what, i,
                               a, b);
    }
}

static void diff_x87(GString *to, const X87State *a, const X87State *b)
{
    for (int i = 0; i < 8; i++) {
        diff_u64(to, "x87 significand", i, a->r[i].lo, b->r[i].lo);
        diff_u64(to, "x87 exponent", i, a->r[i].hi, b->r[i].hi);
    }
    diff_u64(to, "x87 control", 0, a->cw, b->cw);
    diff_u64(to, "x87 status", 0, x87_sw(a), x87_sw(b));
    diff_u64(to, "x87 empty", 0, a->empty, b->empty);
    diff_u64(to, "x87 fip", 0, a->fip, b->fip);
    diff_u64(to, "x87 fop", 0, a->fop, b->fop);
}

void outcome_diff(const Outcome *a, const Outcome *b, GString *to)
{
    for (int i = 0; i < NR_GPRS; i++) {
        diff_u64(to, "gpr", i, a->gpr[i], b->gpr[i]);
    }
    for (int i = 0; i < NR_VECS * 4; i++) {
        diff_u64(to, "vec quad", i, ldq_he_p(a->vec[0] + 8 * i),
                 ldq_he_p(b->vec[0] + 8 * i));
    }
    for (int i = 0; i < NR_FIELDS; i++) {
        diff_u64(to, "field", i, a->field[i], b->field[i]);
    }
    for (int i = 0; i < MEM_SIZE; i++) {
        diff_u64(to, "mem", i, a->mem[i], b->mem[i]);
    }
    diff_x87(to, &a->x87, &b->x87);
    diff_u64(to, "pc", 0, a->pc, b->pc);
    diff_u64(to, "io", 0, a->io, b->io);
    diff_u64(to, "faulted", 0, a->faulted, b->faulted);
    diff_u64(to, "fault address", 0, a->fault_addr, b->fault_addr);
    diff_u64(to, "reason", 0, a->reason, b->reason);
    uint32_t mask = a->flags_mask & b->flags_mask;
    diff_u64(to, "flags", 0, a->flags & mask, b->flags & mask);
}
