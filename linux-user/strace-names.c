/* -strace: names of flags and numbers, fields of structures, by flags.def and
 * structs.def. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <netinet/in.h>
#include <unistd.h>

#include "linux-user/structs.h"
#include "linux-user/syscall.h"

/* Of asm/prctl.h, which other hosts do not have. */
enum { ARCH_SET_GS = 0x1001, ARCH_SET_FS, ARCH_GET_FS, ARCH_GET_GS };

/* `mask` 0: the number as a whole for ENUM, the bits of it for FLAGS. */
typedef struct NamedValue {
    FlagSet set;
    uint32_t mask, value;
    char name[52]; /* no pointer: see SyscallDesc */
} NamedValue;

static const NamedValue named_values[] = {
#define VALUE(set, name)        {FLAGSET_##set, 0, name, #name},
#define FIELDV(set, mask, name) {FLAGSET_##set, mask, name, #name},
#define GVALUE(set, name)       {FLAGSET_##set, 0, GUEST_##name, #name},
#include "linux-user/flags.def"
};

/* What of `value` the entry stands for; 0 may be a match too, so true or false. */
static bool matches(const NamedValue *v, uint64_t value, bool one_of)
{
    if (one_of) {
        return v->value == (uint32_t)value;
    }
    return v->mask ? (value & v->mask) == v->value
                   : v->value && (value & v->value) == v->value;
}

void print_flags(GString *s, FlagSet set, uint64_t value, bool one_of)
{
    uint64_t left = (uint32_t)value;
    size_t start = s->len;

    for (size_t i = 0; i < ARRAY_SIZE(named_values); i++) {
        const NamedValue *v = &named_values[i];
        if (v->set == set && matches(v, one_of ? value : left, one_of)) {
            g_string_append_printf(s, "%s%s", s->len > start ? "|" : "", v->name);
            left &= ~(uint64_t)v->value;
            if (one_of) {
                return;
            }
        }
    }
    if (s->len == start) {
        g_string_append_printf(s, one_of ? "%d" : value ? "0x%x" : "%x", (int)value);
    } else if (left) {
        g_string_append_printf(s, "|0x%x", (unsigned)left);
    }
}

/* ---- structures ---- */

typedef enum FieldFormat { FORMAT_DEC, FORMAT_HEX, FORMAT_OCT, FORMAT_STR } FieldFormat;

typedef struct StructField {
    StructId id;
    uint16_t offset, size;
    FieldFormat format;
    const char *name;
} StructField;

#define SIZE_OF(type, member) sizeof(((type *)0)->member)

/* The C type of each row, so that the rows of its members can name it. */
#define STRUCT(name, type) typedef type Struct_##name;
#include "linux-user/structs.def"

static const StructField struct_fields[] = {
#define MEMBER(name, member, format)                                                 \
    {STRUCT_##name, offsetof(Struct_##name, member), SIZE_OF(Struct_##name, member), \
     FORMAT_##format, #member},
#include "linux-user/structs.def"
};

static int64_t signed_field(const uint8_t *p, size_t size)
{
    int64_t v = 0;

    memcpy(&v, p, MIN(size, sizeof v));
    return size >= sizeof v
               ? v
               : (int64_t)((uint64_t)v << (64 - size * 8)) >> (64 - size * 8);
}

static void print_field(GString *s, const StructField *f, const uint8_t *mem)
{
    int64_t v = f->format == FORMAT_STR ? 0 : signed_field(mem + f->offset, f->size);
    uint64_t u = f->size < 8 ? v & ((UINT64_C(1) << f->size * 8) - 1) : (uint64_t)v;

    switch (f->format) {
    case FORMAT_DEC:
        g_string_append_printf(s, "%s=%" PRId64, f->name, v);
        break;
    case FORMAT_HEX:
        g_string_append_printf(s, "%s=0x%" PRIx64, f->name, u);
        break;
    case FORMAT_OCT:
        g_string_append_printf(s, "%s=0%" PRIo64, f->name, u);
        break;
    case FORMAT_STR:
        g_string_append_printf(s, "%s=\"%.*s\"", f->name, f->size,
                               (const char *)mem + f->offset);
        break;
    }
}

void print_struct(GString *s, StructId id, uint64_t addr)
{
    uint8_t mem[1024];
    unsigned n = 0;

    if (!addr) {
        g_string_append(s, "NULL");
        return;
    }
    if (struct_size(id) <= sizeof mem &&
        copy_from_guest(mem, addr, struct_size(id)) == 0) {
        for (size_t i = 0; i < ARRAY_SIZE(struct_fields); i++) {
            if (struct_fields[i].id == id) {
                g_string_append(s, n++ ? "," : "{");
                print_field(s, &struct_fields[i], mem);
            }
        }
    }
    if (n) {
        g_string_append_c(s, '}');
    } else {
        g_string_append_printf(s, "0x%" PRIx64, addr);
    }
}
