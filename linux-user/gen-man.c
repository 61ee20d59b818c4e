/* Build tool: writes the manual page of mynah-x86_64 from options.def. */
/* SPDX-License-Identifier: MIT */
#include "util/man-page.h"

#include <stddef.h>

static const ManRow rows[] = {
#include "linux-user/options.def"
};

const ManPage man_page = {
    .name = "mynah-x86_64",
    .summary = "runs an x86_64 Linux program",
    .arguments = " \" \" program \" [\" arguments ]",
    .table = "linux-user/options.def",
    .rows = rows,
    .nrows = sizeof(rows) / sizeof(rows[0]),
    .description =
        "Translates the code of one x86_64 program to that of the host and runs it; the\n"
        "host's kernel serves its system calls. Programs that it starts run so as well.\n"
        "Options are those of qemu-x86_64 as far as they are here; one dash or two may "
        "be\n"
        "used. They end at the first word that is none, or behind --.",
    .exit_status = "That of the program, or the signal that ended it. 1 when the options "
                   "are wrong,\n"
                   "127 when the program or its interpreter is not there, 126 when it "
                   "cannot be run.",
    .example = "mynah-x86_64 /bin/ls -l\n"
               "mynah-x86_64 -L /usr/x86_64-linux-gnu ./hello\n"
               "mynah-x86_64 -g 1234 ./hello    # gdb: target remote :1234",
};
