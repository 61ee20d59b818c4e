/* kvmclock under the translator: see pvclock.h. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/pvclock.h"

#include "hw/core/clock.h"
#include "util/host.h"
#include "util/int128.h"

#define NS_PER_S 1000000000u

/* What the guest reads; an odd version says that it is being written. */
typedef struct PvTime {
    uint32_t version, pad0;
    uint64_t tsc, ns; /* at the same instant */
    uint32_t mul;     /* ns since then: the TSC's difference << shift, * mul >> 32 */
    int8_t shift;     /* negative: >> -shift */
    uint8_t flags, pad[2];
} PvTime;
static_assert(sizeof(PvTime) == 32, "as msr.rst has it");
enum { TSC_STABLE = 1 << 0 }; /* PvTime.flags */

typedef struct PvWall {
    uint32_t version, sec, nsec; /* of the time of day when the clock said 0 */
} PvWall;

static uint64_t scaled(const PvTime *t, uint64_t ticks)
{
    return (u128)(t->shift < 0 ? ticks >> -t->shift : ticks << t->shift) * t->mul >> 32;
}

static bool read_page(CPUX86State *env, PvTime *t)
{
    if (!(env->pv_time & PV_TIME_ENABLED) ||
        address_space_read(env_cpu(env)->mem, env->pv_time - PV_TIME_ENABLED, t,
                           sizeof *t) != MEMTX_OK) {
        return false;
    }
    t->shift = MAX(MIN(t->shift, 32), -32); /* the guest may have written there */
    return true;
}

static uint64_t ns_by(const PvTime *t, CPUX86State *env)
{
    return t->ns + scaled(t, x86_tsc(env) - t->tsc);
}

uint64_t x86_pvclock_ns(CPUX86State *env)
{
    PvTime t;

    if (read_page(env, &t)) {
        return ns_by(&t, env);
    }
    return env->clock ? clock_ns(env->clock) : clock_monotonic_ns();
}

bool x86_set_pv_wall(CPUX86State *env, uint64_t val)
{
    uint64_t began = clock_realtime_ns() - x86_pvclock_ns(env);
    PvWall wall = {
        .version = 2, .sec = began / NS_PER_S, .nsec = (uint32_t)(began % NS_PER_S)};

    if (val & 3) {
        return false;
    }
    env->pv_wall = val;
    address_space_write(env_cpu(env)->mem, val, &wall, sizeof wall);
    return true;
}

/* The factor for a rate, of 32 bits with the highest one set. */
static void set_factor(PvTime *t, uint64_t hz)
{
    u128 mul = ((u128)NS_PER_S << 64) / hz;

    for (t->shift = -32; mul >> 32; t->shift++) {
        mul >>= 1;
    }
    t->mul = (uint32_t)mul;
}

static void write_page(CPUX86State *env, uint64_t ns)
{
    bool stable = x86_model_has(env->model, X86_FEAT_PV_STABLE);
    PvTime t = {
        .version = 2, .tsc = x86_tsc(env), .ns = ns, .flags = stable ? TSC_STABLE : 0};

    set_factor(&t, x86_tsc_hz(env));
    address_space_write(env_cpu(env)->mem, env->pv_time - PV_TIME_ENABLED, &t, sizeof t);
}

bool x86_set_pv_time(CPUX86State *env, uint64_t val)
{
    uint64_t ns = x86_pvclock_ns(env); /* by the page that it has had */

    if (val & 2) {
        return false;
    }
    env->pv_time = val;
    if (val & PV_TIME_ENABLED) {
        write_page(env, ns);
    }
    return true;
}

static bool is_clock(const PvTime *t)
{
    return t->mul && t->version % 2 == 0;
}

bool x86_lacks_pv_time(CPUX86State *env)
{
    PvTime t;

    return read_page(env, &t) && !is_clock(&t);
}

void x86_complete_pv_time(CPUX86State *env, uint64_t ns)
{
    PvTime t;

    if (read_page(env, &t) &&
        !(is_clock(&t) && ns_by(&t, env) - ns + NS_PER_S < 2 * (uint64_t)NS_PER_S)) {
        write_page(env, ns);
    }
}
