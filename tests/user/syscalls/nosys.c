/* Calls that are not offered: each row of syscalls.def that says so must give ENOSYS. */
/* SPDX-License-Identifier: MIT */
#include "calls.h"

#define NONE(name, nr)  {nr, name},
#define NOSYS(name, nr) {nr, name},
#define PASS(name, nr)
#define WAIT(name, nr)
#define OWN(name, nr)
#define LEAF(name, nr)
#define AS(name, nr)

static const struct {
    int nr;
    const char *name;
} rows[] = {
#define SYS(nr, name, how, ...) how(#name, nr)
#include "linux-user/syscalls.def"
    {335, "a number between"},
    {451, "a later one"     },
    {-1,  "none at all"     },
};

int main(void)
{
    int bad = 0;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        long r = result(syscall(rows[i].nr, 0, 0, 0, 0, 0, 0));
        if (r != -ENOSYS) {
            printf("%s: %ld\n", rows[i].name, r);
            bad = 1;
        }
    }
    return bad;
}
