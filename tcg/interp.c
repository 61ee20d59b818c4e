/* The portable interpreter of units: runs on any host, and is the oracle of every back
 * end. */
/* SPDX-License-Identifier: MIT */
/*
 * A "translated" unit is a Unit in code memory: a copy of the ops, with labels resolved
 * to op numbers, and a row for each ref. There is no register state: globals and cc live
 * in env all the time, cc as CC_EFLAGS once an op has written it. So state is precise
 * everywhere, and the address of an op serves as `ra`.
 *
 * Temps live in a frame on the C stack, which a guest exception (a longjmp out of a slow
 * path or helper) just drops. Bits of I8 and I16 temps that the IR leaves unspecified are
 * filled with a pattern, so that a generator that relies on them is found out.
 *
 * The interpreter does not use the jump table: indirect exits go through the main loop.
 */
#include <ffi.h>

#include "tcg/backend-internal.h"
#include "tcg/eval.h"
#include "util/atomic.h"
#include "util/bitops.h"

#define GARBAGE UINT64_C(0xa5c3a5c3a5c3a5c3)

typedef struct Ref {
    uint8_t kind, type;
    int32_t offset; /* of a global in env, of a temp in the frame */
    uint64_t val;   /* of a constant */
} Ref;

typedef struct Unit Unit;
struct Unit {
    const GuestDesc *guest;
    uint64_t pc;
    unsigned nops, frame; /* bytes of the frame */
    const Ref *refs;      /* both in the executable view */
    const IROp *ops;
    const Unit *link[TCG_MAX_EXITS];
    uint32_t token[TCG_MAX_EXITS]; /* of exits with a guard, else 0 */
    bool relative, head_guard;
    uint32_t head_token;
    uint64_t head_pc;
};

typedef struct Exec {
    const Unit *unit;
    const GuestDesc *g;
    char *env;
    char *frame;
    unsigned next; /* number of the op to run next */
    bool left;     /* the unit was left: to `to`, or for the reason in `exit` */
    const Unit *to;
    TCGExit exit;
} Exec;

/* ---- env and refs ---- */

#define ENV(x, type, offset) (*(type *)((x)->env + (offset)))

static char *vec_ref(const Exec *x, IRRef r)
{
    const Ref *ref = &x->unit->refs[r];
    return (ref->kind == TEMP_GLOBAL ? x->env : x->frame) + ref->offset;
}

static uint64_t get_env(const char *p, IRType type)
{
    switch (type) {
    case IR_I64:
        return ldq_he_p(p);
    case IR_I32:
        return ldl_he_p(p);
    case IR_I16:
        return ldw_he_p(p);
    default:
        return ldb_p(p);
    }
}

static uint64_t get_ref(const Exec *x, IRRef r)
{
    const Ref *ref = &x->unit->refs[r];
    if (ref->kind == TEMP_CONST) {
        return ref->val;
    }
    if (ref->kind == TEMP_SSA) {
        return *(uint64_t *)(x->frame + ref->offset);
    }
    return get_env(x->env + ref->offset, ref->type);
}

static uint64_t get_in(const Exec *x, const IROp *op, unsigned i)
{
    return op->in[i] == IR_NONE ? 0 : get_ref(x, op->in[i]);
}

static void put_env(char *p, IRType home, uint64_t v)
{
    switch (home) {
    case IR_I64:
        stq_he_p(p, v);
        break;
    case IR_I32:
        stl_he_p(p, v);
        break;
    case IR_I16:
        stw_he_p(p, v);
        break;
    default:
        stb_p(p, v);
        break;
    }
}

/* Writes output k by the rules of IRType; v is zero-extended. */
static void put_out(const Exec *x, const IROp *op, unsigned k, uint64_t v)
{
    IRRef r = op->out[k];
    if (r == IR_NONE) {
        return;
    }
    const Ref *ref = &x->unit->refs[r];
    if (ref->kind == TEMP_SSA) {
        uint64_t mask = ir_type_mask(ir_out_valid(op));
        *(uint64_t *)(x->frame + ref->offset) = (v & mask) | (GARBAGE & ~mask);
        return;
    }
    IRType t = ir_out_type(op);
    uint64_t mask = t == IR_I32 ? UINT64_MAX : ir_type_mask(t);
    uint64_t kept = mask == UINT64_MAX ? 0 : get_ref(x, r) & ~mask;
    put_env(x->env + ref->offset, ref->type, kept | (v & ir_type_mask(t)));
}

static uint32_t get_cc(const Exec *x)
{
    const GuestDesc *g = x->g;
    return cc_compute(&(CCState){
        .op = ENV(x, uint32_t, g->cc_op),
        .a = ENV(x, uint64_t, g->cc_a),
        .b = ENV(x, uint64_t, g->cc_b),
        .c = ENV(x, uint64_t, g->cc_c),
        .r = ENV(x, uint64_t, g->cc_r),
    });
}

static void put_cc(const Exec *x, uint32_t flags)
{
    ENV(x, uint32_t, x->g->cc_op) = CC_OP(CC_EFLAGS, 0);
    ENV(x, uint64_t, x->g->cc_a) = flags;
}

/* ---- guest memory ---- */

static uint64_t op_address(const Exec *x, const IROp *op)
{
    return get_in(x, op, 0) + (get_in(x, op, 1) << op->scale) + op->imm;
}

/* The host address of n bytes at `addr`, a multiple of `align`, or NULL: the slow path
 * has to do it. */
static char *host_bytes(const Exec *x, uint64_t addr, unsigned n, unsigned align,
                        bool is_write)
{
    const GuestDesc *g = x->g;
    if (addr & (align - 1)) {
        return NULL;
    }
    if (g->direct) {
        return (char *)(uintptr_t)(addr + g->guest_base);
    }
    if (!g->tlb_entry_bits) {
        return NULL;
    }
    uint64_t index = addr >> g->page_bits & (BIT64(g->tlb_index_bits) - 1);
    const char *entry = ENV(x, const char *, g->tlb_base) + (index << g->tlb_entry_bits);
    uint64_t page = (addr + n - 1) & ~(BIT64(g->page_bits) - 1);
    if (ldq_he_p(entry + (is_write ? g->tag_write : g->tag_read)) != page) {
        return NULL;
    }
    return (char *)(uintptr_t)(addr + ldq_he_p(entry + g->addend));
}

/* The same for the access of a load or store. */
static char *probe(const Exec *x, uint64_t addr, unsigned memop, bool is_write)
{
    if (memop & MO_HOST) {
        return (char *)(uintptr_t)addr;
    }
    unsigned n = memop_bytes(memop);
    return host_bytes(x, addr, n, memop & MO_ALIGN ? n : 1, is_write);
}

static void run_probe(Exec *x, const IROp *op)
{
    uint64_t addr = op_address(x, op);
    unsigned align = op->memop & MO_ALIGN ? memop_bytes(op->memop) : 1;
    void *p = host_bytes(x, addr, PROBE_LEN(op->imm2), align, op->memop & MO_RMW);
    if (!p) {
        p = x->g->probe(x->env, addr, ir_probe_what(op), (uintptr_t)op);
    }
    put_out(x, op, 0, (uintptr_t)p);
}

/* Guest memory is little-endian; aligned accesses are single-copy atomic. */
static uint64_t load_host(const char *p, unsigned n)
{
    if ((uintptr_t)p & (n - 1)) {
        return ldn_le_p(p, n);
    }
    switch (n) {
    case 1:
        return atomic_read((const uint8_t *)p);
    case 2:
        return TO_LE(16, atomic_read((const uint16_t *)p));
    case 4:
        return TO_LE(32, atomic_read((const uint32_t *)p));
    default:
        return TO_LE(64, atomic_read((const uint64_t *)p));
    }
}

static void store_host(char *p, unsigned n, uint64_t v)
{
    if ((uintptr_t)p & (n - 1)) {
        stn_le_p(p, n, v);
        return;
    }
    switch (n) {
    case 1:
        atomic_set((uint8_t *)p, v);
        break;
    case 2:
        atomic_set((uint16_t *)p, TO_LE(16, (uint16_t)v));
        break;
    case 4:
        atomic_set((uint32_t *)p, TO_LE(32, (uint32_t)v));
        break;
    default:
        atomic_set((uint64_t *)p, TO_LE(64, v));
        break;
    }
}

/* The upper half of a global that op has written the lower half of. */
static void clear_upper(const Exec *x, const IROp *op)
{
    if (op->vzero && x->unit->refs[op->out[0]].kind == TEMP_GLOBAL) {
        memset(vec_ref(x, op->out[0]) + 16, 0, 16);
    }
}

static void load_vec(const Exec *x, const IROp *op, uint64_t addr, char *p)
{
    char buf[32] = {0};
    if ((op->memop & MO_SIZE) <= MO_64) {
        stq_le_p(buf, p ? ldn_le_p(p, memop_bytes(op->memop))
                        : x->g->ld(x->env, addr, op->memop, (uintptr_t)op));
    } else if (p) {
        memcpy(buf, p, memop_bytes(op->memop));
    } else {
        x->g->ld_vec(x->env, addr, buf, op->memop, (uintptr_t)op);
    }
    memcpy(vec_ref(x, op->out[0]), buf, op->type == IR_V256 ? 32 : 16);
    clear_upper(x, op);
}

static void run_ld(Exec *x, const IROp *op)
{
    uint64_t addr = op_address(x, op), v;
    unsigned n = memop_bytes(op->memop);
    char *p = probe(x, addr, op->memop, op->memop & MO_RMW);
    if (op->type >= IR_V128) {
        load_vec(x, op, addr, p);
        return;
    }
    v = p ? load_host(p, n) : x->g->ld(x->env, addr, op->memop, (uintptr_t)op);
    if (op->memop & MO_SIGN) {
        v = sign_extend(v, n * 8) & ir_type_mask(op->type);
    }
    put_out(x, op, 0, v);
}

static void run_st(Exec *x, const IROp *op)
{
    uint64_t addr = op_address(x, op);
    unsigned n = memop_bytes(op->memop);
    char *p = probe(x, addr, op->memop, true);
    if (op->type >= IR_V128) {
        const char *v = vec_ref(x, op->in[2]);
        if (p) {
            memcpy(p, v, n);
        } else if (n <= 8) {
            x->g->st(x->env, addr, ldn_le_p(v, n), op->memop, (uintptr_t)op);
        } else {
            x->g->st_vec(x->env, addr, v, op->memop, (uintptr_t)op);
        }
        return;
    }
    uint64_t v = get_in(x, op, 2);
    if (p) {
        store_host(p, n, v);
    } else {
        x->g->st(x->env, addr, v & ir_type_mask(op->memop & MO_SIZE), op->memop,
                 (uintptr_t)op);
    }
}

static void run_atomic(Exec *x, const IROp *op)
{
    uint64_t mask = ir_type_mask(op->memop & MO_SIZE);
    put_out(x, op, 0,
            x->g->atomic(x->env, op_address(x, op), get_in(x, op, 2) & mask,
                         get_in(x, op, 3) & mask, ATOMIC_OI(op->code, op->memop),
                         (uintptr_t)op));
}

/* ---- addresses of code ---- */

static uint64_t unit_page(const Unit *u)
{
    return u->pc >> u->guest->page_bits << u->guest->page_bits;
}

/* Where the guest address `pc` of the unit is now. */
static uint64_t real_pc(const Unit *u, const void *env, uint64_t pc)
{
    return u->relative
               ? pc - unit_page(u) + ldq_he_p((const char *)env + u->guest->unit_page)
               : pc;
}

/* ---- calls ---- */

/* By number of arguments with env, and whether there is a result. Written by
 * interp_init(). */
static ffi_cif cifs[IR_MAX_INS + 2][2];

static void init_cifs(void)
{
    static ffi_type *types[IR_MAX_INS + 1];
    for (unsigned i = 0; i <= IR_MAX_INS; i++) {
        types[i] = &ffi_type_uint64;
    }
    for (unsigned n = 0; n <= IR_MAX_INS + 1; n++) {
        ffi_prep_cif(&cifs[n][0], FFI_DEFAULT_ABI, n, &ffi_type_void, types);
        ffi_prep_cif(&cifs[n][1], FFI_DEFAULT_ABI, n, &ffi_type_uint64, types);
    }
}

static void run_call(Exec *x, const IROp *op)
{
    const HelperInfo *h = ir_helper(op);
    uint64_t args[IR_MAX_INS + 1], result = 0;
    void *values[IR_MAX_INS + 1];
    unsigned n = 0;
    if (h->takes_env) {
        args[n++] = (uintptr_t)x->env;
    }
    for (unsigned i = 0; i < h->nargs; i++) {
        args[n++] = get_in(x, op, i);
    }
    for (unsigned i = 0; i < n; i++) {
        values[i] = &args[i];
    }
    /* A helper's return address says nothing here, so the pc has to be in env. */
    if (h->flags & (HELPER_FAULT | HELPER_NORETURN)) {
        ENV(x, uint64_t, x->g->pc) = real_pc(x->unit, x->env, x->unit->pc + op->insn);
    }
    ffi_call(&cifs[n][h->has_result], FFI_FN(h->fn), &result, values);
    put_out(x, op, 0, result);
}
static_assert(sizeof(void *) == sizeof(uint64_t),
              "env is passed as an argument of 64 bits");

/* ---- vectors ---- */

static const void *vec_in(const Exec *x, const IROp *op, unsigned i)
{
    return op->in[i] == IR_NONE ? NULL : vec_ref(x, op->in[i]);
}

static void vec_exec(Exec *x, const IROp *op)
{
    uint64_t integer[4] = {0};
    bool to_vec = op->code == OP_vop || op->code == OP_itov;
    VecOp v = {
        .vec = op->vec,
        .imm = op->imm,
        .n = op->type == IR_V128 ? 16 : 32,
        .r = to_vec ? vec_ref(x, op->out[0]) : NULL,
        .a = vec_in(x, op, 0),
        .b = integer,
        .c = op->code == OP_vop ? vec_in(x, op, 2) : NULL,
    };
    if (op->code == OP_vmov) {
        memmove(vec_ref(x, op->out[0]), v.a, v.n);
        clear_upper(x, op);
        return;
    }
    if (op->code == OP_itov) {
        integer[0] = get_in(x, op, 1) & ir_type_mask((IRType)op->memop);
    } else {
        v.b = vec_in(x, op, 1);
    }
    uint64_t result = x->g->vec_op(x->env, &v);
    if (op->code == OP_vtoi) {
        put_out(x, op, 0, result & ir_type_mask((IRType)op->memop));
    } else if (op->setcc) {
        put_cc(x, result);
    } else if (to_vec) {
        clear_upper(x, op);
    }
}

/* ---- x87 ---- */

static void run_x87_ld(Exec *x, const IROp *op)
{
    uint64_t addr = op_address(x, op);
    char *p = probe(x, addr, op->memop, false), buf[10];
    X87Op v = {.id = op->vec};
    if ((op->memop & MO_SIZE) != MO_80) {
        v.lo = p ? load_host(p, memop_bytes(op->memop))
                 : x->g->ld(x->env, addr, op->memop, (uintptr_t)op);
    } else {
        if (!p) {
            x->g->ld_vec(x->env, addr, buf, op->memop, (uintptr_t)op);
            p = buf;
        }
        v.lo = ldq_le_p(p);
        v.hi = (uint16_t)ldw_le_p(p + 8);
    }
    x->g->x87_op(x->env, &v);
}

static void run_x87(Exec *x, const IROp *op)
{
    X87Op v = {.id = op->vec, .i = op->imm, .lo = get_in(x, op, 0) & 0xffff};
    uint64_t result = x->g->x87_op(x->env, &v);
    put_out(x, op, 0, result & 0xffff);
    if (op->setcc) {
        put_cc(x, result);
    }
}

static void x87_exec(Exec *x, const IROp *op)
{
    X87Op v = {.id = op->vec, .ra = (uintptr_t)op};
    switch (op->code) {
    case OP_x87ld:
        run_x87_ld(x, op);
        break;
    case OP_x87st:
        v.addr = op_address(x, op);
        v.host = probe(x, v.addr, op->memop, true);
        x->g->x87_op(x->env, &v);
        break;
    case OP_x87:
        run_x87(x, op);
        break;
    default:
        ENV(x, uint64_t, x->g->x87_fip) = op->imm;
        ENV(x, uint16_t, x->g->x87_fop) = op->imm2;
        break;
    }
}

/* ---- control flow ---- */

static void leave(Exec *x, uintptr_t reason, const void *unit)
{
    x->left = true;
    x->exit = (TCGExit){reason, unit};
}

/* The guard of guest-desc.h. */
static bool guard_holds(const GuestDesc *g, const void *env, uint64_t pc, uint32_t token)
{
    const char *table = *(const char *const *)((const char *)env + g->tlb_base);
    uint64_t index = pc >> g->page_bits & (BIT64(g->tlb_index_bits) - 1);
    return ldl_he_p(table + g->code_map + index * 4) == token;
}

static const Unit *linked_unit(const Exec *x, const IROp *op)
{
    uint32_t token = atomic_read(&x->unit->token[op->slot]);
    if (token && !guard_holds(x->g, x->env, op->imm, token)) {
        return NULL;
    }
    return atomic_load_acquire(&x->unit->link[op->slot]);
}

static void run_exit(Exec *x, const IROp *op)
{
    switch (op->code) {
    case OP_exit_link:
        ENV(x, uint64_t, x->g->pc) = real_pc(x->unit, x->env, op->imm);
        x->to = linked_unit(x, op);
        leave(x, TCG_EXIT_LINK + op->slot, x->unit);
        break;
    case OP_exit_ind:
        ENV(x, uint64_t, x->g->pc) = get_in(x, op, 0);
        if (op->imm) {
            ENV(x, uint64_t, x->g->exit_note) = op->imm;
        }
        leave(x, TCG_EXIT_LOOKUP, NULL);
        break;
    default:
        leave(x, TCG_EXIT_TB + op->imm, NULL);
        break;
    }
}

static void run_env(Exec *x, const IROp *op)
{
    char *p = x->env + op->imm;
    if (op->code == OP_st_env) {
        put_env(p, op->type, get_in(x, op, 0));
        return;
    }
    put_out(x, op, 0, get_env(p, op->type));
}

static void run_eval(Exec *x, const IROp *op)
{
    uint64_t in[IR_MAX_INS], out[IR_MAX_OUTS];
    const OpInfo *info = &op_info[op->code];
    bool keeps_some = op->setcc && (info->ccw != CC_ALL || op->code == OP_putcc);
    uint32_t cc = info->ccr || keeps_some ? get_cc(x) : 0;
    for (unsigned i = 0; i < info->ins; i++) {
        in[i] = get_in(x, op, i);
    }
    ir_eval(op, in, out, &cc);
    for (unsigned k = 0; k < info->outs; k++) {
        put_out(x, op, k, out[k]);
    }
    if (op->setcc) {
        put_cc(x, cc);
    }
}

static void run_op(Exec *x, const IROp *op)
{
    switch (op->code) {
    case OP_nop:
    case OP_label:
        break;
    case OP_br:
        x->next = op->label;
        break;
    case OP_brcond:
        if (ir_compare(op->cond, op->type, get_in(x, op, 0), get_in(x, op, 1))) {
            x->next = op->label;
        }
        break;
    case OP_brcc:
        if (cc_test(get_cc(x), op->cond)) {
            x->next = op->label;
        }
        break;
    case OP_probe:
        run_probe(x, op);
        break;
    case OP_ld:
        run_ld(x, op);
        break;
    case OP_st:
        run_st(x, op);
        break;
    case OP_x87ld:
    case OP_x87st:
    case OP_x87:
    case OP_x87_note:
        x87_exec(x, op);
        break;
    case OP_at_xchg ... OP_at_cmpxchg:
        run_atomic(x, op);
        break;
    case OP_fp_point: /* who runs here has TCGContext.fp_traps clear */
        break;
    case OP_fence:
        smp_mb();
        break;
    case OP_ld_env:
    case OP_st_env:
        run_env(x, op);
        break;
    case OP_call:
        run_call(x, op);
        break;
    case OP_exit_link:
    case OP_exit_ind:
    case OP_exit_tb:
        run_exit(x, op);
        break;
    case OP_vmov ... OP_itov:
        vec_exec(x, op);
        break;
    default:
        run_eval(x, op);
        break;
    }
}

/* Runs one unit: returns the unit that it goes on with, or NULL with *exit set. */
static const Unit *run_unit(char *env, const Unit *unit, TCGExit *exit)
{
    Exec x = {
        .unit = unit,
        .g = unit->guest,
        .env = env,
        .frame = __builtin_alloca(unit->frame),
    };
    while (!x.left) {
        run_op(&x, &unit->ops[x.next++]);
    }
    *exit = x.exit;
    return x.to;
}

static TCGExit interp_enter(void *env, const void *entry)
{
    const Unit *unit = entry;
    TCGExit exit = {0};
    while (unit) {
        const GuestDesc *g = unit->guest;
        if (unit->relative) { /* env's pc is the unit's */
            stq_he_p((char *)env + g->unit_page,
                     ldq_he_p((char *)env + g->pc) - (unit->pc - unit_page(unit)));
        }
        if (atomic_read((int32_t *)((char *)env + g->exit_request))) {
            stq_he_p((char *)env + g->pc, real_pc(unit, env, unit->pc));
            return (TCGExit){TCG_EXIT_REQUEST, NULL};
        }
        if (unit->head_guard && !guard_holds(g, env, unit->head_pc, unit->head_token)) {
            stq_he_p((char *)env + g->pc, real_pc(unit, env, unit->pc));
            return (TCGExit){TCG_EXIT_LOOKUP, NULL};
        }
        unit = run_unit(env, unit, &exit);
    }
    return exit;
}

/* ---- making units ---- */

static void copy_refs(const TCGContext *s, Ref *refs, unsigned *frame)
{
    for (unsigned i = 0; i < s->ntemps; i++) {
        const IRTemp *t = &s->temps[i];
        refs[i] = (Ref){t->kind, t->type, t->env_offset, t->val};
        if (t->kind == TEMP_SSA) {
            refs[i].offset = *frame;
            *frame += t->type >= IR_V128 ? 32 : 8;
        }
    }
}

static void copy_ops(const TCGContext *s, IROp *ops, uint16_t *label_at)
{
    for (unsigned i = 0; i < s->nops; i++) {
        ops[i] = s->ops[i];
        if (ops[i].code == OP_label) {
            label_at[ops[i].label] = i;
        }
    }
    for (unsigned i = 0; i < s->nops; i++) {
        if (op_info[ops[i].code].flags & OPF_BRANCH) {
            ops[i].label = label_at[ops[i].label];
        }
    }
}

static bool interp_gen_code(TCGContext *s, CodeBuf *b, TCGCode *out)
{
    size_t refs_at = ROUND_UP(sizeof(Unit), 16);
    size_t ops_at = refs_at + ROUND_UP(s->ntemps * sizeof(Ref), 16);
    size_t size = ops_at + ROUND_UP(s->nops * sizeof(IROp), 16);
    if (size > code_buf_room(b)) {
        return false;
    }
    char *rw = (char *)b->rw + b->used;
    const char *rx = code_buf_rx(b, rw);
    Unit *u = (Unit *)rw;
    *u = (Unit){
        .guest = s->guest,
        .pc = s->pc,
        .nops = s->nops,
        .refs = (const Ref *)(rx + refs_at),
        .ops = (const IROp *)(rx + ops_at),
        .relative = s->relative,
        .head_guard = s->head_guard,
        .head_token = s->head_token,
        .head_pc = s->head_pc,
    };
    copy_refs(s, (Ref *)(rw + refs_at), &u->frame);
    copy_ops(s, (IROp *)(rw + ops_at),
             arena_alloc(&s->arena, s->nlabels * sizeof(uint16_t)));
    *out = (TCGCode){
        .backend = &tcg_interp_backend,
        .entry = rx,
        .size = size,
        .code_size = size,
        .nexits = s->nexits,
    };
    for (unsigned i = 0; i < s->nops; i++) {
        const IROp *op = &s->ops[i];
        if (op->code == OP_exit_link) {
            out->exits[op->slot].jump = offsetof(Unit, link) + op->slot * sizeof(Unit *);
            out->exits[op->slot].leads = tcg_leads(s->pc, op->imm);
            if (s->guard_links && (op->imm ^ s->pc) >> s->guest->page_bits) {
                out->exits[op->slot].guard = offsetof(Unit, token) + op->slot * 4;
                u->token[op->slot] = UINT32_MAX;
            }
        }
    }
    b->used += size;
    return true;
}

static void interp_link(CodeBuf *b, const TCGCode *from, unsigned slot, const void *to)
{
    Unit *u = code_buf_rw(b, from->entry);
    atomic_store_release(&u->link[slot], to);
}

static void interp_guard(CodeBuf *b, const TCGCode *from, unsigned slot, uint32_t token)
{
    Unit *u = code_buf_rw(b, from->entry);
    atomic_set(&u->token[slot], token);
}

static bool interp_restore_point(const TCGCode *code, const void *ra, TCGRestore *out)
{
    const Unit *u = code->entry;
    const IROp *op = ra;
    if (op < u->ops || op >= u->ops + u->nops ||
        !((op_info[op->code].flags & OPF_FAULT) || op->code == OP_call)) {
        return false;
    }
    *out = (TCGRestore){.pc = u->pc + op->insn, .sp = op->sp};
    return true;
}

static bool interp_init(const GuestDesc *g, CodeBuf *b, GError **errp)
{
    init_cifs();
    return true;
}

static void interp_disas(const TCGCode *code, GString *to)
{
    const Unit *u = code->entry;
    g_string_append_printf(to, "interpreted: %u ops, frame of %u bytes\n", u->nops,
                           u->frame);
}

static bool interp_has_adx(void)
{
    return true;
}

const TCGBackend tcg_interp_backend = {
    .name = "interp",
    .probes = true,
    .has_adx = interp_has_adx,
    .late_sp = true,
    .relative = true,
    .init = interp_init,
    .gen_code = interp_gen_code,
    .enter = interp_enter,
    .link = interp_link,
    .guard = interp_guard,
    .restore_point = interp_restore_point,
    .disas = interp_disas,
};
