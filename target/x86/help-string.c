/* Repeated string instructions, in runs of up to a page through host pointers. */
/* SPDX-License-Identifier: MIT */
/*
 * The architecture repeats element by element, and an element that faults leaves rCX, rSI
 * and rDI as the elements before it made them (SDM vol. 2, REP). A run is as many
 * elements as lie in one page of each operand, so each operand faults at the run's first
 * element or not at all. Registers are brought up to date after every run. An element
 * that crosses pages, wraps around the address size, or is not plain RAM is done alone.
 *
 * A call ends before the instruction does when the vCPU is asked to leave generated code,
 * and does so.
 */
#include "target/x86/help-int.h"

#include "target/x86/excp.h"
#include "target/x86/helpers.h"

#define PAGE_SIZE 4096u

typedef struct StringOp {
    CPUX86State *env;
    CPUState *cpu;
    uintptr_t ra;
    unsigned n;    /* bytes of an element */
    uint8_t shift; /* log2 of that */
    bool flat;     /* STR_PLAIN, and not down */
    uint64_t mask; /* of addresses and of rCX */
    uint8_t seg;   /* of the source */
    bool down, one, repne;
    uint64_t count; /* rCX */
} StringOp;

static StringOp string_begin(CPUX86State *env, uint64_t how, uintptr_t ra)
{
    unsigned asize = how >> STR_ADDR_SHIFT & 3;
    uint64_t mask = asize == 3 ? UINT64_MAX : (1ull << (8 << asize)) - 1;

    return (StringOp){
        .env = env,
        .cpu = env_cpu(env),
        .ra = ra,
        .n = 1u << (how & STR_SIZE_MASK),
        .shift = how & STR_SIZE_MASK,
        .flat = how & STR_PLAIN && env->df >= 0,
        .mask = mask,
        .seg = how >> STR_SEG_SHIFT & 7,
        .down = env->df < 0,
        .one = how & STR_ONE,
        .repne = how & STR_REPNE,
        .count = env->regs[R_RCX] & mask,
    };
}

/* As an operation of address size writes a register. */
static void set_reg(StringOp *o, unsigned reg, uint64_t val)
{
    if (o->mask == 0xffff) {
        o->env->regs[reg] = (o->env->regs[reg] & ~0xffffull) | (val & 0xffff);
    } else {
        o->env->regs[reg] = val & o->mask;
    }
}

/* `k` elements are done. */
static void advance_reg(StringOp *o, unsigned reg, uint64_t k)
{
    uint64_t d = k * o->n;

    set_reg(o, reg, o->env->regs[reg] + (o->down ? -d : d));
}

static void count_down(StringOp *o, uint64_t k)
{
    o->count -= k;
    set_reg(o, R_RCX, o->count);
}

/* Another run in this call? */
static bool go_on(const StringOp *o)
{
    return o->count && !o->one &&
           !__atomic_load_n(&o->cpu->exit_request, __ATOMIC_RELAXED);
}

/* With STR_ONE returns whether the instruction goes on; else it is done, or the vCPU
 * leaves generated code, to begin it again. */
static bool more_to_come(const StringOp *o)
{
    if (o->count && !o->one) {
        cpu_loop_exit_restore(o->cpu, o->ra);
    }
    return o->count != 0;
}

static vaddr linear(const StringOp *o, unsigned seg, uint64_t ea)
{
    bool code64 = o->env->hflags & HF_CS64;

    if (code64) {
        return seg >= R_FS ? ea + o->env->seg_base[seg] : ea;
    }
    return (uint32_t)(ea + o->env->seg_base[seg]);
}

/* Elements from `ea` on that lie in its page and do not wrap; 0: the first one does not.
 */
static uint64_t run_length(const StringOp *o, unsigned seg, uint64_t ea)
{
    if (o->flat) {
        return (PAGE_SIZE - ea % PAGE_SIZE) >> o->shift;
    }

    unsigned in_page = linear(o, seg, ea) % PAGE_SIZE;

    if (in_page + o->n > PAGE_SIZE || ea > o->mask - (o->n - 1)) {
        return 0;
    }
    if (o->down) {
        return (MIN(in_page, ea) >> o->shift) + 1;
    }
    return MIN((uint64_t)(PAGE_SIZE - in_page), o->mask - ea + (o->mask != UINT64_MAX)) >>
           o->shift;
}

typedef struct Operand {
    unsigned seg, reg;
    MMUAccess access;
    uint64_t ea; /* of the next element */
    char *host;  /* of the lowest byte of a run, or NULL */
} Operand;

static bool has_limit(const StringOp *o, const Operand *p)
{
    uint32_t hf = o->env->hflags;

    return !(hf & HF_CS64) && (hf & HF_LIMITS || p->seg >= R_FS);
}

static void check_seg(const StringOp *o, const Operand *p, uint64_t ea, unsigned bytes)
{
    if (has_limit(o, p)) {
        x86_check_seg(o->env, p->seg, ea, bytes, p->access == MMU_WRITE, o->ra);
    }
}

static void next_ea(StringOp *o, Operand *p)
{
    p->ea = o->env->regs[p->reg] & o->mask;
    p->host = NULL;
}

/*
 * Makes operand `p` ready for a run of at most `k` elements, k > 0; returns how many. 0:
 * do one element, by memory access functions. Raises the first element's fault if it has
 * a run.
 */
static uint64_t prepare(StringOp *o, Operand *p, uint64_t k)
{
    k = MIN(k, run_length(o, p->seg, p->ea));
    if (k == 0 || o->env->hflags & HF_AC) {
        return 0; /* one by one each is checked */
    }

    if (o->flat) {
        p->host = cpu_probe(o->cpu, p->ea, k << o->shift, p->access, MMU_CURRENT, o->ra);
        return p->host ? k : 0;
    }

    uint64_t low = o->down ? p->ea - (k - 1) * o->n : p->ea;
    if (has_limit(o, p) &&
        !x86_seg_allows(o->env, p->seg, low, k * o->n, p->access == MMU_WRITE)) {
        return 0;
    }
    if (o->down) {
        /* The fault is the first element's; the others lie in the same page. */
        cpu_probe(o->cpu, linear(o, p->seg, p->ea), o->n, p->access, MMU_CURRENT, o->ra);
    }
    p->host = cpu_probe(o->cpu, linear(o, p->seg, low), k * o->n, p->access, MMU_CURRENT,
                        o->ra);
    return p->host ? k : 0;
}

static uint64_t run_max(const StringOp *o)
{
    return o->one ? 1 : o->count;
}

static uint64_t load_element(const StringOp *o, const Operand *p)
{
    vaddr a = linear(o, p->seg, p->ea);

    switch (o->n) {
    case 1:
        return cpu_ldub(o->cpu, a, MMU_CURRENT, o->ra);
    case 2:
        return cpu_lduw(o->cpu, a, MMU_CURRENT, o->ra);
    case 4:
        return cpu_ldl(o->cpu, a, MMU_CURRENT, o->ra);
    default:
        return cpu_ldq(o->cpu, a, MMU_CURRENT, o->ra);
    }
}

static void store_element(const StringOp *o, const Operand *p, uint64_t v)
{
    vaddr a = linear(o, p->seg, p->ea);

    switch (o->n) {
    case 1:
        cpu_stb(o->cpu, a, v, MMU_CURRENT, o->ra);
        break;
    case 2:
        cpu_stw(o->cpu, a, v, MMU_CURRENT, o->ra);
        break;
    case 4:
        cpu_stl(o->cpu, a, v, MMU_CURRENT, o->ra);
        break;
    default:
        cpu_stq(o->cpu, a, v, MMU_CURRENT, o->ra);
        break;
    }
}

/* Element `k` of a run, counted in the direction of the instruction. */
static char *element(const StringOp *o, const Operand *p, uint64_t k, uint64_t run)
{
    return p->host + (o->down ? run - 1 - k : k) * o->n;
}

/* --- MOVS --- */

/* An element written by the run is read by it later: the pattern propagates. */
static bool propagates(const StringOp *o, const Operand *src, const Operand *dst,
                       uint64_t k)
{
    uintptr_t s = (uintptr_t)src->host, d = (uintptr_t)dst->host;

    return o->down ? d < s && s - d < k * o->n : d > s && d - s < k * o->n;
}

/* Upwards: what is between the two operands again and again, in ever longer pieces. */
static void repeat_elements(const StringOp *o, const Operand *src, const Operand *dst,
                            uint64_t k)
{
    size_t all = k << o->shift, done = MIN((size_t)(dst->host - src->host), all);

    memcpy(dst->host, src->host, done);
    for (size_t piece; done < all; done += piece) {
        piece = MIN(done, all - done);
        memcpy(dst->host + done, dst->host, piece);
    }
}

static void move_run(const StringOp *o, const Operand *src, const Operand *dst,
                     uint64_t k)
{
    if (!propagates(o, src, dst, k)) {
        memmove(dst->host, src->host, k << o->shift);
        return;
    }
    if (!o->down && !((dst->host - src->host) & (o->n - 1))) {
        repeat_elements(o, src, dst, k);
        return;
    }
    for (uint64_t e = 0; e < k; e++) {
        memmove(element(o, dst, e, k), element(o, src, e, k), o->n);
    }
}

uint64_t helper_rep_movs(CPUX86State *env, uint64_t how)
{
    StringOp o = string_begin(env, how, GETPC());
    Operand src = {.seg = o.seg, .reg = R_RSI, .access = MMU_READ};
    Operand dst = {.seg = R_ES, .reg = R_RDI, .access = MMU_WRITE};

    if (!o.count) {
        return 0;
    }
    do {
        next_ea(&o, &src);
        next_ea(&o, &dst);
        uint64_t k = MIN(run_max(&o), run_length(&o, R_ES, dst.ea));
        k = k ? prepare(&o, &src, k) : 0;
        if (k && prepare(&o, &dst, k)) {
            move_run(&o, &src, &dst, k);
        } else {
            check_seg(&o, &src, src.ea, o.n);
            uint64_t v = load_element(&o, &src);
            check_seg(&o, &dst, dst.ea, o.n);
            store_element(&o, &dst, v);
            k = 1;
        }
        advance_reg(&o, R_RSI, k);
        advance_reg(&o, R_RDI, k);
        count_down(&o, k);
    } while (go_on(&o));
    return more_to_come(&o);
}

/* --- STOS --- */

/* Eight bytes of elements that are the low one of v. */
static uint64_t repeated(const StringOp *o, uint64_t v)
{
    static const uint64_t ones[] = {UINT64_MAX / 0xff, UINT64_MAX / 0xffff,
                                    UINT64_MAX / UINT32_MAX, 1};

    return (v & UINT64_MAX >> (64 - 8 * o->n)) * ones[o->shift];
}

static void fill_run(const StringOp *o, const Operand *dst, uint64_t v, uint64_t k)
{
    uint64_t words = TO_LE(64, repeated(o, v));
    size_t all = k << o->shift, done = 0;

    if (words == (uint8_t)v * (UINT64_MAX / 0xff)) {
        memset(dst->host, (uint8_t)v, all);
        return;
    }
    for (; done + 8 <= all; done += 8) {
        memcpy(dst->host + done, &words, 8);
    }
    memcpy(dst->host + done, &words, all - done);
}

uint64_t helper_rep_stos(CPUX86State *env, uint64_t how)
{
    StringOp o = string_begin(env, how, GETPC());
    Operand dst = {.seg = R_ES, .reg = R_RDI, .access = MMU_WRITE};

    if (!o.count) {
        return 0;
    }
    do {
        next_ea(&o, &dst);
        uint64_t k = prepare(&o, &dst, run_max(&o));
        if (k) {
            fill_run(&o, &dst, env->regs[R_RAX], k);
        } else {
            k = 1;
            check_seg(&o, &dst, dst.ea, o.n);
            store_element(&o, &dst, env->regs[R_RAX]);
        }
        advance_reg(&o, R_RDI, k);
        count_down(&o, k);
    } while (go_on(&o));
    return more_to_come(&o);
}

/* --- LODS: nobody needs it fast --- */

uint64_t helper_rep_lods(CPUX86State *env, uint64_t how)
{
    StringOp o = string_begin(env, how, GETPC());
    Operand src = {.seg = o.seg, .reg = R_RSI, .access = MMU_READ};

    if (!o.count) {
        return 0;
    }
    do {
        next_ea(&o, &src);
        check_seg(&o, &src, src.ea, o.n);
        uint64_t v = load_element(&o, &src);
        env->regs[R_RAX] = o.n == 4   ? (uint32_t)v
                           : o.n == 8 ? v
                                      : deposit64(env->regs[R_RAX], 0, 8 * o.n, v);
        advance_reg(&o, R_RSI, 1);
        count_down(&o, 1);
    } while (go_on(&o));
    return more_to_come(&o);
}

/* --- CMPS, SCAS: stop behind the element that ends the search; its comparison gives the
 * flags --- */

typedef struct Comparison {
    uint64_t a, b;
    uint64_t done; /* elements looked at */
    bool stop;     /* the last one ends the search */
} Comparison;

static void set_flags(StringOp *o, const Comparison *c)
{
    IRType t = (IRType)ctz32(o->n);

    o->env->cc_op = CC_OP(CC_CMP, t);
    o->env->cc_a = c->a;
    o->env->cc_b = c->b;
}

/* Upwards: elements of a run of `k` in front of the one that ends the search, or all but
 * less than eight bytes, eight bytes at a time. */
static uint64_t pass_over(const StringOp *o, const Operand *src, const Operand *dst,
                          uint64_t k)
{
    uint64_t rax = repeated(o, o->env->regs[R_RAX]);
    uint64_t ones = repeated(o, 1), tops = ones << (8 * o->n - 1);
    size_t all = k << o->shift, done = 0;

    for (; done + 8 <= all; done += 8) {
        uint64_t differ =
            ldq_le_p(dst->host + done) ^ (src ? ldq_le_p(src->host + done) : rax);
        /* of the lowest element that ends it the lowest bit set, or the highest */
        uint64_t ends = o->repne ? (differ - ones) & ~differ & tops : differ;

        if (ends) {
            return (done + ctz64(ends) / 8) >> o->shift;
        }
    }
    return done >> o->shift;
}

/* A run of `k` elements, host pointers in place; `src` NULL: rAX. */
static Comparison compare_run(const StringOp *o, const Operand *src, const Operand *dst,
                              uint64_t k)
{
    Comparison c = {.a = o->env->regs[R_RAX] & (UINT64_MAX >> (64 - 8 * o->n))};

    if (!o->down) {
        c.done = MIN(pass_over(o, src, dst, k), k - 1);
    }
    while (c.done < k && !c.stop) {
        if (src) {
            c.a = ldn_le_p(element(o, src, c.done, k), o->n);
        }
        c.b = ldn_le_p(element(o, dst, c.done, k), o->n);
        c.stop = (c.a == c.b) == o->repne;
        c.done++;
    }
    return c;
}

static Comparison compare_one(const StringOp *o, const Operand *src, const Operand *dst)
{
    Comparison c = {.a = o->env->regs[R_RAX] & (UINT64_MAX >> (64 - 8 * o->n)),
                    .done = 1};

    check_seg(o, dst, dst->ea, o->n);
    c.b = load_element(o, dst);
    if (src) {
        check_seg(o, src, src->ea, o->n);
        c.a = load_element(o, src);
    }
    c.stop = (c.a == c.b) == o->repne;
    return c;
}

static uint64_t rep_compare(StringOp *o, Operand *src, Operand *dst)
{
    Comparison c;

    if (!o->count) {
        return 0;
    }
    do {
        next_ea(o, dst);
        uint64_t k = MIN(run_max(o), run_length(o, R_ES, dst->ea));
        if (src) {
            next_ea(o, src);
            k = MIN(k, run_length(o, src->seg, src->ea));
        }
        k = k ? prepare(o, dst, k) : 0;
        k = k && src ? prepare(o, src, k) : k;
        c = k ? compare_run(o, src, dst, k) : compare_one(o, src, dst);
        if (src) {
            advance_reg(o, R_RSI, c.done);
        }
        advance_reg(o, R_RDI, c.done);
        count_down(o, c.done);
        set_flags(o, &c);
    } while (!c.stop && go_on(o));
    return !c.stop && more_to_come(o);
}

uint64_t helper_rep_cmps(CPUX86State *env, uint64_t how)
{
    StringOp o = string_begin(env, how, GETPC());
    Operand src = {.seg = o.seg, .reg = R_RSI, .access = MMU_READ};
    Operand dst = {.seg = R_ES, .reg = R_RDI, .access = MMU_READ};

    return rep_compare(&o, &src, &dst);
}

uint64_t helper_rep_scas(CPUX86State *env, uint64_t how)
{
    StringOp o = string_begin(env, how, GETPC());
    Operand dst = {.seg = R_ES, .reg = R_RDI, .access = MMU_READ};

    return rep_compare(&o, NULL, &dst);
}
