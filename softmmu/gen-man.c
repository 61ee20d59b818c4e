/* Build tool: writes the manual page of mynah-system-x86_64 from options.def. */
/* SPDX-License-Identifier: MIT */
#include "util/man-page.h"

#include <stddef.h>

static const ManRow rows[] = {
#include "softmmu/options.def"
};

const ManPage man_page = {
    .name = "mynah-system-x86_64",
    .summary = "runs an x86_64 machine",
    .arguments = "",
    .table = "softmmu/options.def",
    .rows = rows,
    .nrows = sizeof(rows) / sizeof(rows[0]),
    .description =
        "Translates the code of a whole x86_64 machine to that of the host and runs it.\n"
        "Options are those of QEMU as far as they are here; one dash or two may be used.",
    .exit_status =
        "0 when the guest powers off or the user quits, 1 when the options are wrong, "
        "and "
        "an\nodd number of the guest's choice when it uses the isa-debug-exit device.",
    .example = "mynah-system-x86_64 -m 512 -kernel vmlinuz -initrd initrd.gz \\\n"
               "    -append \"console=ttyS0\" -nographic -no-reboot",
};
