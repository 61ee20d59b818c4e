/* The context of a translation, the names of optimisations, and the table of passes. */
/* SPDX-License-Identifier: MIT */
#include "tcg/passes.h"
#include "tcg/tcg.h"
#include "util/atomic.h"
#include "util/host.h"

/* Arena bytes of one unit. */
enum { ARENA_SIZE = 4 << 20 };

/* So much of each is what nearly all units need: these pages come at once. */
enum { USUAL_SIZE = 20 << 10 };

static void *usual_pages(void *p)
{
    host_populate((void *)ROUND_DOWN((uintptr_t)p, host_page_size()), USUAL_SIZE, true);
    return p;
}

TCGContext *tcg_context_new(const GuestDesc *g)
{
    static unsigned contexts;
    TCGContext *s = g_new0(TCGContext, 1);
    s->id = atomic_fetch_add(&contexts, 1) + 1;
    s->guest = g;
    s->ops = usual_pages(g_new(IROp, IR_MAX_OPS));
    s->temps = usual_pages(g_new(IRTemp, IR_MAX_TEMPS));
    s->globals = g_new0(IRTemp, IR_MAX_GLOBALS);
    arena_init(&s->arena, ARENA_SIZE);
    usual_pages(s->arena.base);
    return s;
}

void tcg_context_free(TCGContext *s)
{
    g_free(s->ops);
    g_free(s->temps);
    g_free(s->globals);
    g_free(s->backend);
    arena_free(&s->arena);
    g_free(s);
}

int tcg_opt_find(const char *name)
{
    static const char *const names[] = {
#define OPT(id, what) #id,
        TCG_OPTS(OPT)
#undef OPT
    };
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        if (!strcmp(names[i], name)) {
            return i;
        }
    }
    return -1;
}

/* In the order in which they run; `off` is the bit that switches a pass off, or -1. */
static const struct {
    char key;
    int8_t off;
    const char *name;
    void (*run)(TCGContext *s);
} passes[] = {
    {'f', OPTBIT_fold,  "fold",  opt_fold },
    {'s', OPTBIT_share, "share", opt_share},
    {'l', -1,           "live",  live_run },
};

/* After the pass `name` with key `key`: checks the unit (dump key 'v') and prints it. */
static void check_unit(const TCGContext *s, char key, const char *name)
{
    if (s->dump >> ('v' - 'a') & 1) {
        GError *err = NULL;
        if (!ir_verify(s, &err)) {
            g_error("after pass %s: %s", name, err->message);
        }
    }
    if (s->dump >> (key - 'a') & 1) {
        g_autoptr(GString) text = g_string_new(NULL);
        ir_print(s, text);
        g_printerr("after %s: %s", name, text->str);
    }
}

void tcg_optimize(TCGContext *s)
{
    for (unsigned i = 0; i < ARRAY_SIZE(passes); i++) {
        if (passes[i].off < 0 || !(s->opt_off >> passes[i].off & 1)) {
            passes[i].run(s);
            if (unlikely(s->dump)) {
                check_unit(s, passes[i].key, passes[i].name);
            }
        }
    }
}

bool tcg_restore_point(const TCGCode *code, const void *ra, TCGRestore *out)
{
    return code->backend->restore_point(code, ra, out);
}
