/* MemoryRegion tree: making regions, placing them in containers, changing the layout. */
/* SPDX-License-Identifier: MIT */
#include "memory/memory-internal.h"

#include "util/thread.h"

/*
 * Children of a container are kept in the order in which flatview.c paints them: by
 * falling priority, and among equals the youngest first. Every change happens inside a
 * transaction; the views follow when the outermost one commits.
 */

static pthread_mutex_t layout_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static unsigned transaction_depth; /* under layout_lock */
static bool layout_changed;

void memory_transaction_begin(void)
{
    pthread_mutex_lock(&layout_lock);
    transaction_depth++;
}

void memory_transaction_commit(void)
{
    assert(transaction_depth);
    if (transaction_depth == 1 && layout_changed) {
        layout_changed = false;
        flatview_update_all();
    }
    transaction_depth--;
    pthread_mutex_unlock(&layout_lock);
}

static void region_init(MemoryRegion *mr, const char *name, hwaddr size)
{
    *mr = (MemoryRegion){.name = name, .size = size, .enabled = true};
}

void memory_region_init_container(MemoryRegion *mr, const char *name, hwaddr size)
{
    region_init(mr, name, size);
}

void memory_region_init_io(MemoryRegion *mr, const MemoryRegionOps *ops, void *opaque,
                           const char *name, hwaddr size)
{
    region_init(mr, name, size);
    mr->ops = ops;
    mr->opaque = opaque;
}

bool memory_region_init_ram(MemoryRegion *mr, const char *name, hwaddr size,
                            GError **errp)
{
    region_init(mr, name, size);
    return ram_block_new(mr, size, errp);
}

bool memory_region_init_rom(MemoryRegion *mr, const char *name, hwaddr size,
                            GError **errp)
{
    region_init(mr, name, size);
    mr->readonly = true;
    return ram_block_new(mr, size, errp);
}

void memory_region_destroy_ram(MemoryRegion *mr)
{
    assert(!mr->container);
    if (mr->ram) {
        ram_block_free(mr->ram);
        mr->ram = NULL;
    }
}

void memory_region_init_alias(MemoryRegion *mr, const char *name, MemoryRegion *target,
                              hwaddr offset, hwaddr size)
{
    region_init(mr, name, size);
    mr->alias = target;
    mr->alias_offset = offset;
}

static void link_child(MemoryRegion *parent, MemoryRegion *child)
{
    MemoryRegion **p = &parent->children;
    while (*p && (*p)->priority > child->priority) {
        p = &(*p)->next;
    }
    child->next = *p;
    *p = child;
}

static void unlink_child(MemoryRegion *parent, MemoryRegion *child)
{
    MemoryRegion **p = &parent->children;
    while (*p != child) {
        p = &(*p)->next;
    }
    *p = child->next;
    child->next = NULL;
}

void memory_region_add_subregion_overlap(MemoryRegion *parent, hwaddr addr,
                                         MemoryRegion *child, int priority)
{
    assert(!child->container && !parent->ops && !parent->ram && !parent->alias);
    memory_transaction_begin();
    child->container = parent;
    child->addr = addr;
    child->priority = priority;
    link_child(parent, child);
    layout_changed = true;
    memory_transaction_commit();
}

void memory_region_add_subregion(MemoryRegion *parent, hwaddr addr, MemoryRegion *child)
{
    memory_region_add_subregion_overlap(parent, addr, child, 0);
}

void memory_region_del_subregion(MemoryRegion *parent, MemoryRegion *child)
{
    assert(child->container == parent);
    memory_transaction_begin();
    unlink_child(parent, child);
    child->container = NULL;
    layout_changed = true;
    memory_transaction_commit();
}

/* Assigns one member; a change makes the views follow. */
#define REGION_SET(mr, member, value)  \
    do {                               \
        memory_transaction_begin();    \
        if ((mr)->member != (value)) { \
            (mr)->member = (value);    \
            layout_changed = true;     \
        }                              \
        memory_transaction_commit();   \
    } while (0)

void memory_region_set_enabled(MemoryRegion *mr, bool enabled)
{
    REGION_SET(mr, enabled, enabled);
}

void memory_region_set_readonly(MemoryRegion *mr, bool readonly)
{
    REGION_SET(mr, readonly, readonly);
}

void memory_region_set_address(MemoryRegion *mr, hwaddr addr)
{
    REGION_SET(mr, addr, addr);
}

void memory_region_set_size(MemoryRegion *mr, hwaddr size)
{
    assert(!mr->ram || size <= mr->ram->size);
    REGION_SET(mr, size, size);
}

void memory_region_set_alias_offset(MemoryRegion *mr, hwaddr offset)
{
    REGION_SET(mr, alias_offset, offset);
}
