/* Numbers and entry points that let a host back end serve a guest it knows nothing of. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_GUEST_DESC_H
#define TCG_GUEST_DESC_H

#include "tcg/vec.h"
#include "tcg/x87.h"

/*
 * Offsets are from the env pointer and may be negative. The accelerator fills this in
 * once.
 *
 * The TLB probe for an access of n bytes at address a in the current MMU mode:
 *
 *   entry = *(char **)(env + tlb_base) +
 *           (((a >> page_bits) & ((1 << tlb_index_bits) - 1)) << tlb_entry_bits)
 *   hit if ((a + n - 1) & ~page_mask) == *(uint64_t *)(entry + tag_read or tag_write)
 *          (n = 1: a), and (memop has MO_ALIGN) a is a multiple of n
 *   host address = a + *(uint64_t *)(entry + addend)
 *
 * Bits 6 ... page_bits - 1 set in a tag make it miss always: I/O, code pages,
 * watchpoints, empty entries; those below 6 are 0 unless one of these is set too. A load
 * with MO_RMW probes tag_write. Where `direct` is set there is no TLB: host address = a +
 * guest_base, and faults arrive as signals.
 *
 * Recent pages: at `recent` in the TLB table there are NR_RECENT pairs of a page that an
 * entry had as its tag_read, and the addend. Back ends may keep there what they have
 * found at some place of the code; who empties an entry, or fills it anew for its page,
 * sets all pages to what no page is.
 *
 * The indirect-jump table: entry = *(JumpEntry **)(env + jc_base) + jump_index(pc,
 * *(uint64_t *)(env + jc_mask)); hit if entry.pc == pc and, where `direct` is not set,
 * entry.tag == *(uint64_t *)(env + jc_tag); then jump to entry.code. The tag stands for
 * mode and address space, so the table survives their change; with `direct` each mode has
 * a table of its own, and an entry that is empty a pc that has its place elsewhere. The
 * lowest bits of pc do not count: no two returns and hardly ever two targets are so near
 * each other, and the table has fewer pages.
 *
 * Guards. Which code a linear address of user mode holds depends on the address space. A
 * guard asks whether the page of `pc` is what it was:
 *
 *   index = (pc >> page_bits) & ((1 << tlb_index_bits) - 1)
 *   *(uint32_t *)(tlb_base + code_map + (index << 2)) == token
 *
 * where tlb_base is the TLB table that the probe uses. Tokens are neither 0 nor
 * 0xffffffff. A unit has them in two places, if its TCGContext says so:
 *
 * - guard_links: an exit_link to another page than that of the unit's pc is guarded in
 *   front of its jump, else as if not linked. TCGBackend.guard() sets the token, which is
 *   0xffffffff at first; TCGCode.exits[].guard tells that there is one.
 * - head_guard: the unit's head guards head_pc with head_token; else it leaves with
 *   TCG_EXIT_LOOKUP for the unit's own pc.
 *
 * Relative units (TCGContext.relative) may run wherever the page that they begin in is
 * mapped. Guest addresses of the IR's (tb, insn_start, exit_link) are those of the place
 * that the unit was made for; at another, what differs is the page, which stands in env
 * at unit_page from the entry on. Who comes to the entry by exit_ind or tcg_enter() has
 * it made from the pc; a link, which comes from the same page, goes behind that
 * (TCGCode.direct).
 *
 * A back end that has no guards (TCGBackend.guard is NULL) does not see these set.
 */
typedef struct JumpEntry {
    uint64_t pc;
    const void *code;
    uint64_t tag, unused;
} JumpEntry;
static_assert(sizeof(JumpEntry) == 32, "the probe shifts by 5 - JUMP_SHIFT");
#define JUMP_SHIFT 2
/* Recent pages: a pair is the page, then the addend. */
enum {
    NR_RECENT = 8,
    RECENT_ADDEND = 8,
    RECENT_SIZE = 16,
    RECENT_BYTES = NR_RECENT * RECENT_SIZE
};
/* The bits of pc that count where the table has 1 << bits entries. */
static inline uint32_t jump_mask(unsigned bits)
{
    return ((1u << bits) - 1) << JUMP_SHIFT;
}
static inline size_t jump_index(uint64_t pc, uint32_t mask)
{
    return (pc & mask) >> JUMP_SHIFT;
}

/*
 * A short call. Where `also` is 0 it was not made, and the helper is called; where bit
 * SHORT_LEAVE is set it was made, the globals are set, and the helper is called as well.
 */
typedef struct ShortResult {
    uint64_t value, also;
} ShortResult;
#define SHORT_LEAVE 63
typedef ShortResult ShortCall(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                              uint64_t a4, uint64_t a5, uint64_t a6, void *env);
/* Globals: what it is given; where the helper's argument goes in any case; where the
 * result goes. */
typedef struct ShortRegs {
    int32_t in[7], arg, value, also;
} ShortRegs;

typedef struct GuestDesc {
    int32_t pc;           /* uint64_t: guest pc, valid when no generated code runs    */
    int32_t exit_request; /* int32_t: not zero: leave at the next unit head           */
    /* uint32_t, and uint64_t each: see cc.h. Where cc_a is 8 bytes behind cc_op, the four
     * bytes between them may be destroyed with cc_op */
    int32_t cc_op, cc_a, cc_b, cc_c, cc_r;
    int32_t sp; /* uint64_t, a global: the stack pointer of ir_insn_sp() */
    int32_t tlb_base;
    int32_t jc_base, jc_tag, jc_mask;
    /* int64_t: the note of an exit_ind that was taken for want of code at its pc */
    int32_t exit_note;
    int32_t unit_page; /* uint64_t: of a relative unit, while it runs (below) */
    /* uint64_t[8] of the back end's: scratch registers at an access that has faulted,
     * where TCGValue finds operands of a recipe. 0: there is none */
    int32_t fault_regs;
    int32_t df; /* int64_t: below 0 while string instructions go down */
    /* uint32_t: guest MXCSR. ld_env and st_env of it mean what vector operations go by;
     * units store only what masks all exceptions */
    int32_t mxcsr;
    int32_t vec_loaded; /* uint8_t of the back end's: 0 whenever C code runs        */
    /*
     * x87 state. regs: eight physical registers, 16 bytes apart, of which 10 count;
     * uint16_t control word, status word without TOP; uint8_t TOP, and a bit for each
     * physical register that is empty. fip (uint64_t), fop (uint16_t): what x87_note
     * writes. loaded: as vec_loaded; while it is not 0, registers, status word, TOP and
     * the empty ones are the back end's. host_cw (uint16_t): the control word that the
     * back end goes by meanwhile, which may be an older one; else 0. None of these when
     * x87_op is NULL.
     */
    int32_t x87_regs, x87_cw, x87_sw, x87_top, x87_empty, x87_fip, x87_fop, x87_loaded;
    int32_t x87_host_cw;
    uint8_t page_bits, tlb_index_bits, tlb_entry_bits;
    uint8_t tag_read, tag_write, addend;
    uint32_t code_map; /* offset in the TLB table of its code map, see below; 0: none */
    uint32_t recent;   /* ... of its recent pages, see below; 0: none */
    bool direct;
    /* Other vCPUs see guest memory: a back end that is `weak` makes accesses as strongly
     * ordered as x86's are. Set for good when there is a second vCPU. */
    bool ordered;
    uint64_t guest_base;

    /*
     * Slow paths. `oi` is the MemOp; `ra` an address inside the generated code of the op:
     * what restores the precise state. They may raise a guest exception and then do not
     * return. Values are zero-extended; *_vec move 16 or 32 bytes.
     */
    uint64_t (*ld)(void *env, uint64_t addr, uint32_t oi, uintptr_t ra);
    void (*st)(void *env, uint64_t addr, uint64_t val, uint32_t oi, uintptr_t ra);
    void (*ld_vec)(void *env, uint64_t addr, void *val, uint32_t oi, uintptr_t ra);
    void (*st_vec)(void *env, uint64_t addr, const void *val, uint32_t oi, uintptr_t ra);
    /*
     * The host address for `addr`, if all bytes of the probe lie in one page of plain RAM
     * that allows the access; a fault of the access that the probe stands in front of is
     * raised. Otherwise it does not return: the instruction is begun again by a unit
     * without probes.
     */
    void *(*probe)(void *env, uint64_t addr, uint32_t what, uintptr_t ra);
    /* op_oi: ATOMIC_OI(OP_at_*, MemOp); returns the old value, zero-extended. */
    uint64_t (*atomic)(void *env, uint64_t addr, uint64_t b, uint64_t c, uint32_t op_oi,
                       uintptr_t ra);
    /*
     * The meaning of the vector operations; returns the integer or the flags of those
     * that have one. Floating point is by the MXCSR in env and sets flags there. It never
     * raises: units that it, or a host instruction, runs in must not see an exception
     * unmasked, but for those with TCGContext.fp_traps.
     */
    uint64_t (*vec_op)(void *env, const VecOp *op);
    /*
     * The meaning of the x87 operations, on the state in env; returns the flags of form
     * CC, and the result of form OUT. Exceptions are masked in the control word and in
     * fldcw's operand: units that it, or a host instruction, runs in see no other.
     */
    uint64_t (*x87_op)(void *env, const X87Op *op);
    /*
     * By X87Id: short functions that do the same in common cases, or decline. NULL: there
     * is none. x87_sw, x87_top and x87_empty are 4 bytes in a row then, 4-aligned. On
     * aarch64 they change no registers but x0-x7, x16, x17, x30 and NZCV.
     */
    X87FastFn *const *x87_fast;
    /*
     * What helpers with HELPER_SHORT do, in common cases; NULL: there is none. It is
     * given the globals that short_regs names; pinned ones are in their registers alone,
     * and the flags' recipe is in env. On aarch64 it changes no registers but x0-x7,
     * x16-x18, x30, v0-v7 and NZCV. short_else: the helper.
     */
    ShortCall *short_call;
    void (*short_else)(void *env, uint64_t arg);
    ShortRegs short_regs;
    /* Code for the pc in env and the current mode, from the cache; NULL: leave with
     * TCG_EXIT_LOOKUP. All state is in env. */
    const void *(*lookup)(void *env);
    /* With `direct`: an access at host address pc has faulted; with fp_traps: an
     * operation there. All state is in env. Returns only where TCGRestore.resume says so:
     * the address to go on at. NULL: neither can be. */
    const void *(*fault)(void *env, uintptr_t pc);
} GuestDesc;

/*
 * What a probe is of: its length in bytes (1 ... 4096), which of them is the first of the
 * access that it stands in front of, and whether that is a write (26 bits); for
 * GuestDesc.probe also whether the check is for writing, and log2 of the alignment.
 */
#define PROBE_WHAT(len, lead, lead_write) \
    ((uint32_t)(len) | (uint32_t)(lead) << 13 | (uint32_t)(lead_write) << 26)
#define PROBE_LEN(what)   ((what)&0x1fff)
#define PROBE_LEAD(what)  ((what) >> 13 & 0x1fff)
#define PROBE_ALIGN(what) ((what) >> 28)
enum { PROBE_LEAD_WRITE = 1 << 26, PROBE_WRITE = 1 << 27 };

#define ATOMIC_OI(op, memop) ((uint32_t)(op) << 8 | (memop))

#endif
