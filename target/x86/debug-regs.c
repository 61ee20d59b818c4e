/* The registers that debuggers see: accessors, and the tables of CPUOps. */
/* SPDX-License-Identifier: MIT */
/*
 * A write never raises: what the processor would refuse is taken as it is where the state
 * can hold it, else it is refused.
 */
#include "target/x86/debug-regs.h"

#include "target/x86/seg.h"

static void put32(uint8_t *to, uint32_t v)
{
    memcpy(to, &v, sizeof v);
}

static void put64(uint8_t *to, uint64_t v)
{
    memcpy(to, &v, sizeof v);
}

static uint32_t get32(const uint8_t *from)
{
    uint32_t v;
    memcpy(&v, from, sizeof v);
    return v;
}

static uint64_t get64(const uint8_t *from)
{
    uint64_t v;
    memcpy(&v, from, sizeof v);
    return v;
}

static void get_eflags(CPUState *cpu, unsigned n, uint8_t *to)
{
    put32(to, x86_eflags(cpu_env(cpu)));
}

static bool set_eflags(CPUState *cpu, unsigned n, const uint8_t *from)
{
    x86_set_eflags(cpu_env(cpu), get32(from));
    return true;
}

/* ---- segments ---- */

static void get_selector(CPUState *cpu, unsigned r, uint8_t *to)
{
    CPUX86State *env = cpu_env(cpu);
    put32(to, env->seg[r].selector);
}

/* The descriptor of a selector, read without faults. */
static bool peek_desc(CPUState *cpu, uint16_t selector, uint64_t *desc)
{
    CPUX86State *env = cpu_env(cpu);
    bool local = selector & 4;
    uint64_t base = local ? env->ldt.base : env->gdt.base;
    uint32_t limit = local ? env->ldt.limit : env->gdt.limit, at = selector & ~7u;
    return at + 7 <= limit && cpu_memory_rw_debug(cpu, base + at, desc, 8, false);
}

static bool set_selector(CPUState *cpu, unsigned r, const uint8_t *from)
{
    CPUX86State *env = cpu_env(cpu);
    uint16_t selector = get32(from);
    uint64_t desc = 0;
    if (selector == env->seg[r].selector) {
        return true;
    }
    if (x86_real_or_vm86(env)) {
        seg_set_real(env, r, selector);
    } else if (!(selector & ~3u) && r != R_CS) {
        seg_set(env, r, (X86Seg){.selector = selector});
    } else if (peek_desc(cpu, selector, &desc)) {
        seg_set(env, r, seg_from_desc(selector, desc));
    } else {
        return false;
    }
    x86_update_hflags(env);
    return true;
}

static void get_seg_base(CPUState *cpu, unsigned r, uint8_t *to)
{
    CPUX86State *env = cpu_env(cpu);
    put64(to, env->seg[r].base);
}

static bool set_seg_base(CPUState *cpu, unsigned r, const uint8_t *from)
{
    CPUX86State *env = cpu_env(cpu);
    X86Seg s = env->seg[r];
    s.base = get64(from);
    seg_set(env, r, s);
    x86_update_hflags(env);
    return true;
}

/* ---- x87 and vectors ---- */

/* Control registers of the x87 are parts of its 32-bit environment image. */
#define X87_PART(offset, len) ((offset) << 4 | (len))
enum {
    X87_FCTRL = X87_PART(0, 2),
    X87_FSTAT = X87_PART(4, 2),
    X87_FTAG = X87_PART(8, 2),
    X87_FIOFF = X87_PART(12, 4),
    X87_FISEG = X87_PART(16, 2),
    X87_FOP = X87_PART(18, 2),
    X87_FOOFF = X87_PART(20, 4),
    X87_FOSEG = X87_PART(24, 2),
};
static const X87Format x87_format = {.wide = true};

static floatx80 *st_reg(CPUState *cpu, unsigned i)
{
    CPUX86State *env = cpu_env(cpu);
    return &env->x87.r[(env->x87.top + i) & 7];
}

static void get_st(CPUState *cpu, unsigned i, uint8_t *to)
{
    const floatx80 *v = st_reg(cpu, i);
    memcpy(to, &v->lo, 8);
    memcpy(to + 8, &v->hi, 2);
}

static bool set_st(CPUState *cpu, unsigned i, const uint8_t *from)
{
    floatx80 *v = st_reg(cpu, i);
    memcpy(&v->lo, from, 8);
    memcpy(&v->hi, from + 8, 2);
    return true;
}

static void get_x87(CPUState *cpu, unsigned part, uint8_t *to)
{
    CPUX86State *env = cpu_env(cpu);
    uint8_t image[X87_ENV_SIZE(true)] = {0};
    x87_store_env(&env->x87, x87_format, image);
    put32(to, 0);
    memcpy(to, image + (part >> 4), part & 15);
}

static bool set_x87(CPUState *cpu, unsigned part, const uint8_t *from)
{
    CPUX86State *env = cpu_env(cpu);
    uint8_t image[X87_ENV_SIZE(true)] = {0};
    x87_store_env(&env->x87, x87_format, image);
    memcpy(image + (part >> 4), from, part & 15);
    x87_load_env(&env->x87, x87_format, image);
    return true;
}

static void get_mxcsr(CPUState *cpu, unsigned n, uint8_t *to)
{
    CPUX86State *env = cpu_env(cpu);
    put32(to, env->mxcsr);
}

/* Bits 31:16 are reserved (SDM vol. 1, 10.2.3). */
static bool set_mxcsr(CPUState *cpu, unsigned n, const uint8_t *from)
{
    uint32_t v = get32(from);
    if (v >> 16) {
        return false;
    }
    x86_set_mxcsr(cpu_env(cpu), v);
    return true;
}

/* ---- of programs: the number of the system call that is under way; none is when a
 * debugger looks ---- */

static void get_orig_rax(CPUState *cpu, unsigned n, uint8_t *to)
{
    put64(to, UINT64_MAX);
}

static bool set_orig_rax(CPUState *cpu, unsigned n, const uint8_t *from)
{
    return true;
}

/* ---- of the system ---- */

/* CR8 is asked of the interrupt controller, which wants the machine lock. */
static bool lock_machine(void)
{
    bool held = machine_lock_held();
    if (!held) {
        machine_lock();
    }
    return !held;
}

static uint64_t read_cr8(CPUState *cpu)
{
    if (!cpu->intc.get_tpr) {
        return 0;
    }
    bool locked = lock_machine();
    uint8_t tpr = cpu->intc.get_tpr(cpu->intc.opaque);
    if (locked) {
        machine_unlock();
    }
    return tpr >> 4;
}

static bool write_cr8(CPUState *cpu, uint64_t v)
{
    if (v > 15 || !cpu->intc.set_tpr) {
        return false;
    }
    bool locked = lock_machine();
    cpu->intc.set_tpr(cpu->intc.opaque, v << 4);
    if (locked) {
        machine_unlock();
    }
    return true;
}

static void get_cr(CPUState *cpu, unsigned n, uint8_t *to)
{
    CPUX86State *env = cpu_env(cpu);
    const uint64_t value[] = {env->cr0, 0, env->cr2, env->cr3, env->cr4};
    put64(to, n == 8 ? read_cr8(cpu) : value[n]);
}

static bool set_cr(CPUState *cpu, unsigned n, const uint8_t *from)
{
    CPUX86State *env = cpu_env(cpu);
    uint64_t *const at[] = {&env->cr0, NULL, &env->cr2, &env->cr3, &env->cr4};
    uint64_t v = get64(from);
    if (n == 8) {
        return write_cr8(cpu, v);
    }
    if (*at[n] != v) {
        *at[n] = v;
        x86_mapping_changed(env);
    }
    return true;
}

static void get_efer(CPUState *cpu, unsigned n, uint8_t *to)
{
    CPUX86State *env = cpu_env(cpu);
    put64(to, env->efer);
}

static bool set_efer(CPUState *cpu, unsigned n, const uint8_t *from)
{
    CPUX86State *env = cpu_env(cpu);
    uint64_t v = get64(from);
    if (env->efer != v) {
        env->efer = v;
        x86_mapping_changed(env);
    }
    return true;
}

/* ---- the tables ---- */

static const RegType core_types[] = {
    {"i386_eflags", REG_FLAGS, 4,
     "CF:0 PF:2 AF:4 ZF:6 SF:7 TF:8 IF:9 DF:10 OF:11 IOPL:12-13 NT:14 RF:16 VM:17 AC:18 "
     "VIF:19 VIP:20 ID:21"},
    {NULL           },
};

static const RegType sse_types[] = {
    {"v4f",          REG_VECTOR, 4, "ieee_single"},
    {"v2d",             REG_VECTOR, 2, "ieee_double"},
    {"v16i8",              REG_VECTOR, 16, "int8"},
    {"v8i16",REG_VECTOR, 8, "int16"},
    {"v4i32", REG_VECTOR, 4, "int32"},
    {"v2i64",        REG_VECTOR, 2, "int64"},
    {"vec128",            REG_UNION, 0,
     "v4_float:v4f v2_double:v2d v16_int8:v16i8 v8_int16:v8i16 v4_int32:v4i32 "
     "v2_int64:v2i64 uint128:uint128"},
    {"i386_mxcsr",              REG_FLAGS, 4,
     "IE:0 DE:1 ZE:2 OE:3 UE:4 PE:5 DAZ:6 IM:7 DM:8 ZM:9 OM:10 UM:11 PM:12 FZ:15"},
    {NULL            },
};

static const RegType system_types[] = {
    {"x64_cr0",               REG_FLAGS, 8,
     "PE:0 MP:1 EM:2 TS:3 ET:4 NE:5 WP:16 AM:18 NW:29 CD:30 PG:31"},
    {"x64_cr3",                      REG_FLAGS, 8, "PCID:0-11 PDBR:12-63"},
    {"x64_cr4",                       REG_FLAGS, 8,
     "VME:0 PVI:1 TSD:2 DE:3 PSE:4 PAE:5 MCE:6 PGE:7 PCE:8 OSFXSR:9 OSXMMEXCPT:10 "
     "UMIP:11 "
     "LA57:12 VMXE:13 SMXE:14 FSGSBASE:16 PCIDE:17 OSXSAVE:18 SMEP:20 SMAP:21 PKE:22"},
    {"x64_efer",REG_FLAGS, 8,
     "SCE:0 LME:8 LMA:10 NXE:11 SVME:12 LMSLE:13 FFXSR:14 TCE:15"},
    {NULL},
};

const RegFeature x86_reg_features[X86_NREG_FEATURES] = {
#define FEATURE(id, name, scope, types) {name, scope, types},
#define PLAIN(feature, name, size, type, group, field)
#define REG(feature, name, size, type, group, access, arg)
#include "target/x86/debug-regs.def"
};

const RegDesc x86_regs[X86_NREGS] = {
#define FEATURE(id, name, scope, types)
#define PLAIN(feature, name, size, type, group, field) \
    {name, offsetof(CPUX86State, field), size, X86_FEATURE_##feature, type, group},
#define REG(feature, name, size, type, group, access, arg)                  \
    {name,         REG_NO_OFFSET, size, X86_FEATURE_##feature, type, group, \
     get_##access, set_##access,  arg},
#include "target/x86/debug-regs.def"
};

/* The names that QEMU's monitor has for the low parts are taken for the whole. */
const RegAlias x86_reg_aliases[] = {
    {"pc",   "rip"},
    {"eip",      "rip"},
    {"sp","rsp"},
    {"fp",   "rbp"},
    {"eax",      "rax"},
    {"ebx","rbx"},
    {"ecx",  "rcx"},
    {"edx",      "rdx"},
    {"esi",   "rsi"},
    {"edi",  "rdi"},
    {"ebp",      "rbp"},
    {"esp","rsp"},
    {NULL },
};
