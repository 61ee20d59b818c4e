/* Text of the memory tree, for the monitor. */
/* SPDX-License-Identifier: MIT */
#include "memory/memory.h"

/*
 * A line a region: where it is, its priority, kind and name; an alias says what it shows.
 * What is disabled is left out. The targets of aliases that are not below the root follow
 * with trees of their own.
 */

typedef struct Tree {
    GString *text;
    GPtrArray *targets; /* of aliases, each once */
} Tree;

static const char *kind_of(const MemoryRegion *mr)
{
    while (mr->alias) {
        mr = mr->alias;
    }
    return !mr->ram ? "i/o" : mr->readonly ? "rom" : "ram";
}

static int by_address(gconstpointer a, gconstpointer b)
{
    const MemoryRegion *x = *(MemoryRegion *const *)a, *y = *(MemoryRegion *const *)b;
    if (x->addr != y->addr) {
        return x->addr < y->addr ? -1 : 1;
    }
    return y->priority - x->priority;
}

static void note_target(Tree *t, MemoryRegion *mr)
{
    if (!g_ptr_array_find(t->targets, mr, NULL)) {
        g_ptr_array_add(t->targets, mr);
    }
}

static void describe(Tree *t, MemoryRegion *mr, hwaddr base, unsigned depth)
{
    hwaddr last = base + (mr->size - (mr->size != UINT64_MAX));
    g_string_append_printf(t->text,
                           "%*s%016" PRIx64 "-%016" PRIx64 " (prio %d, %s): ", 2 * depth,
                           "", base, last, mr->priority, kind_of(mr));
    if (mr->alias) {
        note_target(t, mr->alias);
        g_string_append_printf(t->text, "alias %s @%s %016" PRIx64 "-%016" PRIx64 "\n",
                               mr->name, mr->alias->name, mr->alias_offset,
                               mr->alias_offset + (last - base));
        return;
    }
    g_string_append_printf(t->text, "%s\n", mr->name);
    g_autoptr(GPtrArray) children = g_ptr_array_new();
    for (MemoryRegion *c = mr->children; c; c = c->next) {
        if (c->enabled) {
            g_ptr_array_add(children, c);
        }
    }
    g_ptr_array_sort(children, by_address);
    for (unsigned i = 0; i < children->len; i++) {
        MemoryRegion *c = g_ptr_array_index(children, i);
        describe(t, c, base + c->addr, depth + 1);
    }
}

char *memory_describe(MemoryRegion *root)
{
    Tree t = {g_string_new(NULL), g_ptr_array_new()};
    describe(&t, root, root->addr, 1);
    for (unsigned i = 0; i < t.targets->len; i++) { /* which grows on the way */
        MemoryRegion *mr = g_ptr_array_index(t.targets, i);
        g_string_append_printf(t.text, "\nmemory-region: %s\n", mr->name);
        describe(&t, mr, mr->addr, 1);
    }
    g_ptr_array_unref(t.targets);
    return g_string_free(t.text, false);
}
