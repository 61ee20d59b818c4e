/* What the guest writes under KVM is logged: units of other pages stay. */
/* SPDX-License-Identifier: MIT */
/*
 * (Linux: Documentation/virt/kvm/api.rst, 4.8.) Where the translator runs the guest for a
 * while (kvm_translate()), its units stay when KVM goes on, and KVM logs from then on
 * which pages are written. When the translator is to run again, the units of those pages
 * go. What we write ourselves meanwhile reaches the translator as always, by ram_wrote().
 *
 * The log is kept a slot each, so it says nothing of a slot that has gone: then all units
 * go. One vCPU; slots are under the machine lock.
 */
#include "accel/kvm/kvm-internal.h"

#include "util/bitops.h"
#include "util/thread.h"

static bool logs;    /* writable slots have the flag */
static bool has_gap; /* something may have been written that is in no log */

bool kvm_dirty_logs(void)
{
    return logs;
}

void kvm_dirty_lost(void)
{
    has_gap = true;
}

static void set_logging(bool on)
{
    logs = on;
    for (unsigned i = 0; i < kvm.slots->len; i++) {
        const KVMSlot *slot = &g_array_index(kvm.slots, KVMSlot, i);

        if (slot->size && !slot->readonly && !kvm_set_slot(slot)) {
            has_gap = true;
        }
    }
}

/* Tells the translator of pages of a slot, 64 of them from `first` on. Returns how many
 * of them it had code from. */
static unsigned tell(const KVMSlot *slot, hwaddr first, uint64_t pages)
{
    unsigned code = 0;

    for (; pages; pages &= pages - 1) {
        hwaddr at = slot->offset + ((first + ctz64(pages)) << RAM_PAGE_BITS);

        if (ram_page_flags(slot->ram, at) & RAM_PAGE_CODE) {
            ram_wrote(slot->ram, at, RAM_PAGE_SIZE);
            code++;
        }
    }
    return code;
}

/* False: KVM does not tell what was written. */
static bool read_slot(unsigned n, unsigned *code)
{
    const KVMSlot *slot = &g_array_index(kvm.slots, KVMSlot, n);
    hwaddr words = ((slot->size >> RAM_PAGE_BITS) + 63) / 64;
    g_autofree uint64_t *bitmap = g_new0(uint64_t, words + 1);
    struct kvm_dirty_log log = {.slot = n, .dirty_bitmap = bitmap};

    if (kvm_ioctl(kvm.vm, KVM_GET_DIRTY_LOG, &log) < 0) {
        return false;
    }
    for (hwaddr i = 0; i < words; i++) {
        *code += tell(slot, 64 * i, bitmap[i]);
    }
    return true;
}

/* Of all slots, which is also what clears the log. */
static bool read_all(unsigned *code)
{
    bool ok = true;

    for (unsigned i = 0; i < kvm.slots->len; i++) {
        const KVMSlot *slot = &g_array_index(kvm.slots, KVMSlot, i);

        ok &= !slot->size || slot->readonly || read_slot(i, code);
    }
    return ok;
}

void kvm_dirty_start(void)
{
    if (!kvm.logs_dirty || (logs && !has_gap)) {
        return;
    }
    unsigned code = 0;

    has_gap = false;
    if (logs) {
        has_gap = !read_all(&code);
    } else {
        set_logging(true);
    }
}

void kvm_dirty_stop(void)
{
    if (logs) {
        set_logging(false);
    }
}

bool kvm_dirty_read(unsigned *code)
{
    *code = 0;
    return logs && !has_gap && read_all(code);
}
