/* The tables of system calls: syscalls.def and legacy.def as data. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>

#include "linux-user/host-nr.h"
#include "linux-user/structs.h"
#include "linux-user/syscall.h"

/* ---- argument types of syscalls.def ---- */

#define INT     \
    {           \
        ARG_INT \
    }
#define UINT     \
    {            \
        ARG_UINT \
    }
#define LONG     \
    {            \
        ARG_LONG \
    }
#define SIZE     \
    {            \
        ARG_SIZE \
    }
#define HEX     \
    {           \
        ARG_HEX \
    }
#define OCT     \
    {           \
        ARG_OCT \
    }
#define SIG     \
    {           \
        ARG_SIG \
    }
#define REQUEST     \
    {               \
        ARG_REQUEST \
    }
#define FD     \
    {          \
        ARG_FD \
    }
#define DFD     \
    {           \
        ARG_DFD \
    }
#define ADDR     \
    {            \
        ARG_ADDR \
    }
#define PATH             \
    {                    \
        ARG_PATH, DIR_IN \
    }
#define NAME             \
    {                    \
        ARG_NAME, DIR_IN \
    }
#define STR             \
    {                   \
        ARG_STR, DIR_IN \
    }

#define FLAGS(set)                       \
    {                                    \
        ARG_FLAGS, .info = FLAGSET_##set \
    }
#define ENUM(set)                       \
    {                                   \
        ARG_ENUM, .info = FLAGSET_##set \
    }

#define IN(n)                      \
    {                              \
        ARG_BUF, DIR_IN, .info = n \
    }
#define OUT(n)                      \
    {                               \
        ARG_BUF, DIR_OUT, .info = n \
    }
#define IN_V            \
    {                   \
        ARG_BUF, DIR_IN \
    }
#define OUT_V            \
    {                    \
        ARG_BUF, DIR_OUT \
    }
#define INOUT_V            \
    {                      \
        ARG_BUF, DIR_INOUT \
    }
#define IN_A(k)                   \
    {                             \
        ARG_BUF_ARG, DIR_IN, k, 1 \
    }
#define OUT_A(k)                   \
    {                              \
        ARG_BUF_ARG, DIR_OUT, k, 1 \
    }
#define IN_N(k, e)                \
    {                             \
        ARG_BUF_ARG, DIR_IN, k, e \
    }
#define OUT_N(k, e)                \
    {                              \
        ARG_BUF_ARG, DIR_OUT, k, e \
    }
#define IN_X(k, e)                  \
    {                               \
        ARG_BUF_EXTRA, DIR_IN, k, e \
    }
#define OUT_X(k, e)                  \
    {                                \
        ARG_BUF_EXTRA, DIR_OUT, k, e \
    }
#define OUT_L(k)                \
    {                           \
        ARG_BUF_LEN, DIR_OUT, k \
    }
#define IN_S(name)                                \
    {                                             \
        ARG_STRUCT, DIR_IN, .info = STRUCT_##name \
    }
#define OUT_S(name)                                \
    {                                              \
        ARG_STRUCT, DIR_OUT, .info = STRUCT_##name \
    }
#define INOUT_S(name)                                \
    {                                                \
        ARG_STRUCT, DIR_INOUT, .info = STRUCT_##name \
    }
#define IOV_IN(k)          \
    {                      \
        ARG_IOV, DIR_IN, k \
    }
#define IOV_OUT(k)          \
    {                       \
        ARG_IOV, DIR_OUT, k \
    }
#define MSG_IN          \
    {                   \
        ARG_MSG, DIR_IN \
    }
#define MSG_OUT          \
    {                    \
        ARG_MSG, DIR_OUT \
    }
#define MMSG_IN(k)          \
    {                       \
        ARG_MMSG, DIR_IN, k \
    }
#define MMSG_OUT(k)          \
    {                        \
        ARG_MMSG, DIR_OUT, k \
    }
#define POLLFDS(k)                \
    {                             \
        ARG_POLLFDS, DIR_INOUT, k \
    }
#define SOCKADDR(k)             \
    {                           \
        ARG_SOCKADDR, DIR_IN, k \
    }

/* ---- what a row is served by ---- */

#define FN_OWN(name)   sys_##name
#define FN_LEAF(name)  sys_##name
#define FN_PASS(name)  NULL
#define FN_WAIT(name)  NULL
#define FN_AS(name)    NULL
#define FN_NOSYS(name) NULL
#define FN_NONE(name)  NULL

#define RESULT_DEC false
#define RESULT_HEX true

#define NR_ARGS(...) (sizeof((ArgDesc[]){{0}, __VA_ARGS__}) / sizeof(ArgDesc) - 1)

#define SYS(nr, name_, how_, result, ...) \
    [nr] = {                              \
        .name = #name_,                   \
        .host_nr = HOST_NR_##name_,       \
        .how = HOW_##how_,                \
        .result_hex = RESULT_##result,    \
        .nr_args = NR_ARGS(__VA_ARGS__),  \
        .args = {__VA_ARGS__},            \
    },

static const SyscallDesc syscalls[] = {
#include "linux-user/syscalls.def"
};

const SyscallDesc *syscall_desc(uint64_t nr)
{
    return nr < ARRAY_SIZE(syscalls) && *syscalls[nr].name ? &syscalls[nr] : NULL;
}

#undef SYS
#define SYS(nr, name, how, ...) [nr] = FN_##how(name),

static SyscallFn *const fns[] = {
#include "linux-user/syscalls.def"
};

SyscallFn *syscall_fn(const SyscallDesc *desc)
{
    return fns[desc - syscalls];
}

/* ---- calls in terms of others ---- */

#define CONST(n) \
    {            \
        true, n  \
    }
#define ARG(k)   \
    {            \
        false, k \
    }
#define AS(old, new, ...) {GUEST_NR_##old, GUEST_NR_##new, {__VA_ARGS__}},

static const SyscallAs replacements[] = {
#include "linux-user/legacy.def"
};

const SyscallAs *syscall_as(uint64_t nr)
{
    for (size_t i = 0; i < ARRAY_SIZE(replacements); i++) {
        if (replacements[i].nr == nr) {
            return &replacements[i];
        }
    }
    return NULL;
}

/* ---- sizes ---- */

size_t struct_size(StructId id)
{
    static const uint16_t sizes[] = {
#define STRUCT(name, type) sizeof(type),
#include "linux-user/structs.def"
    };
    return sizes[id];
}

static uint64_t pointed_len(uint64_t addr)
{
    int32_t len;
    return get_guest(len, addr) == 0 && len > 0 ? len : 0;
}

uint64_t syscall_buf_size(const ArgDesc *d, const uint64_t args[6], unsigned i)
{
    if (!args[i]) {
        return 0;
    }
    switch (d->kind) {
    case ARG_BUF:
        return d->info ? d->info : 1;
    case ARG_BUF_ARG:
        return args[d->ref] > (uint64_t)INT64_MAX / d->info ? 0 : args[d->ref] * d->info;
    case ARG_BUF_EXTRA:
        return args[d->ref] > (uint64_t)INT64_MAX - d->info ? 0 : args[d->ref] + d->info;
    case ARG_BUF_LEN:
        return pointed_len(args[d->ref]);
    case ARG_STRUCT:
        return struct_size(d->info);
    case ARG_POLLFDS:
        return (uint64_t)(uint32_t)args[d->ref] * 8;
    case ARG_SOCKADDR:
        return (uint32_t)args[d->ref];
    default:
        return 0;
    }
}
