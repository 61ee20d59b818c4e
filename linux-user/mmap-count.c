/* How many mappings the guest may make. */
/* SPDX-License-Identifier: MIT */
/*
 * The host has its own idea of what one mapping is, and ours are among them: so they are
 * counted, but seldom. A call adds two at most, and a unit made of what may be written
 * two more for the protection of its page: with room for n, it is enough to look again
 * after n / 4 calls.
 */
#include "linux-user/mmap-count.h"

#include <fcntl.h>
#include <unistd.h>

#include "accel/tcg/user.h"

/* What is left to us: tables grow, threads get stacks. */
enum { OURS = 1024, FIRST_LOOK = 4096, PER_CALL = 4 };

static int calls_left = FIRST_LOOK; /* until the next look; under the map's lock */

static int64_t max_mappings(void)
{
    g_autofree char *text = NULL;

    return g_file_get_contents("/proc/sys/vm/max_map_count", &text, NULL, NULL)
               ? g_ascii_strtoll(text, NULL, 10)
               : INT32_MAX;
}

static int64_t mappings_now(void)
{
    char buf[4096];
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    int64_t lines = 0;

    for (ssize_t n; fd >= 0 && (n = read(fd, buf, sizeof buf)) > 0;) {
        for (ssize_t i = 0; i < n; i++) {
            lines += buf[i] == '\n';
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return lines;
}

bool count_allows_mapping(void)
{
    if (--calls_left > 0) {
        return true;
    }
    int64_t room = max_mappings() - OURS - mappings_now();

    calls_left = CLAMP(room / PER_CALL, 0, FIRST_LOOK);
    return room > 0;
}

/* There is time until the next look, for this call too. */
static bool is_far(void)
{
    calls_left -= calls_left > 1;
    return calls_left > 1;
}

static bool begins(uint64_t addr)
{
    return !addr || user_map_flags(addr - 1) != user_map_flags(addr);
}

bool count_allows_unmapping(uint64_t start, uint64_t last)
{
    return is_far() || begins(start) || begins(last + 1) || count_allows_mapping();
}

bool count_allows_change(uint64_t start, uint64_t last)
{
    return is_far() || (begins(start) && begins(last + 1)) || count_allows_mapping();
}
