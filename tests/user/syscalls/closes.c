/* Closes every descriptor and uses the low numbers for files: nobody else writes there.
 */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sys/stat.h>

#include "calls.h"

int main(void)
{
    struct stat st;
    int out = 0;

    own_folder();
    out = dup(1);
    for (int i = 0; i < 3000; i++) {
        if (i != out) {
            close(i);
        }
    }
    for (int i = 0; i < 3; i++) {
        if (open("file", O_RDWR | O_CREAT | O_APPEND, 0600) != i) {
            return 1;
        }
    }
    if (write(2, "x", 1) != 1 || stat("file", &st) < 0) {
        return 2;
    }
    dup2(out, 1);
    SHOW(st.st_size);
    CALL(RAW(close_range, 3, -1, 0));
    stat("file", &st);
    SHOW(st.st_size);
    remove_folder();
    return st.st_size != 1;
}
