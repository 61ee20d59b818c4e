/* /proc/cpuinfo says of the processor what CPUID says. */
/* SPDX-License-Identifier: MIT */
#include <cpuid.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EAX, EBX, ECX, EDX };

/* Flags that no kernel takes back. */
static const struct {
    const char *word;
    unsigned leaf, reg, bit;
} flags[] = {
    {"fpu",    1,          EDX, 0 },
    {"cx8",    1,          EDX, 8 },
    {"sse2",   1,          EDX, 26},
    {"pni",    1,          ECX, 0 },
    {"ssse3",  1,          ECX, 9 },
    {"cx16",   1,          ECX, 13},
    {"sse4_1", 1,          ECX, 19},
    {"sse4_2", 1,          ECX, 20},
    {"movbe",  1,          ECX, 22},
    {"popcnt", 1,          ECX, 23},
    {"aes",    1,          ECX, 25},
    {"f16c",   1,          ECX, 29},
    {"avx2",   7,          EBX, 5 },
    {"bmi1",   7,          EBX, 3 },
    {"adx",    7,          EBX, 19},
    {"sha_ni", 7,          EBX, 29},
    {"gfni",   7,          ECX, 8 },
    {"lm",     0x80000001, EDX, 29},
};

static char text[1 << 20];

/* What stands behind the name in the first processor's lines; "" if nothing does. */
static const char *value(const char *name)
{
    static char found[4096];
    size_t n = strlen(name);

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *colon = strchr(line, ':');
        if (strncmp(line, name, n) == 0 && (line[n] == '\t' || line[n] == ' ') && colon) {
            snprintf(found, sizeof found, "%.*s", (int)strcspn(colon + 1, "\n"),
                     colon + 1);
            return found;
        }
    }
    return "";
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = words; (p = strstr(p, word)); p += n) {
        if (p > words && p[-1] == ' ' && (!p[n] || p[n] == ' ')) {
            return true;
        }
    }
    return false;
}

static void cpuid(unsigned leaf, unsigned r[4])
{
    __cpuid_count(leaf, 0, r[EAX], r[EBX], r[ECX], r[EDX]);
}

/* The same flags by a name in a directory. */
static bool is_there(int dir, const char *name)
{
    static char again[sizeof text];
    int fd = openat(dir, name, O_RDONLY);
    const char *words = strstr(text, "\nflags");
    ssize_t n = 0;

    for (ssize_t r = fd; r > 0; n += r) {
        r = read(fd, again + n, sizeof again - 1 - n);
    }
    close(fd);
    const char *found = n > 0 ? strstr(again, "\nflags") : NULL;

    return words && found && strncmp(words, found, strcspn(words + 1, "\n") + 1) == 0;
}

static void check(const char *what, bool good)
{
    printf("%s: %s\n", what, good ? "agrees" : "differs");
}

int main(void)
{
    unsigned r[4], processors = 0;
    char name[64] = " ";
    FILE *f = fopen("/proc/cpuinfo", "r");

    if (!f || fread(text, 1, sizeof text - 1, f) == 0) {
        return 1;
    }
    for (const char *p = text; (p = strstr(p, "processor\t:")); p++) {
        processors++;
    }
    check("in a directory", is_there(open("/proc", O_PATH), "cpuinfo"));
    check("in the working directory", !chdir("/proc") && is_there(AT_FDCWD, "cpuinfo"));
    check("processors", processors == sysconf(_SC_NPROCESSORS_ONLN));
    cpuid(1, r);
    unsigned family = r[EAX] >> 8 & 15, model = r[EAX] >> 4 & 15;

    model |= family == 15 || family == 6 ? r[EAX] >> 12 & 0xf0 : 0;
    family += family == 15 ? r[EAX] >> 20 & 0xff : 0;
    check("family", (unsigned)atoi(value("cpu family")) == family);
    check("model", (unsigned)atoi(value("model")) == model);
    check("stepping", (unsigned)atoi(value("stepping")) == (r[EAX] & 15));
    cpuid(0, r);
    memcpy(name + 1, &r[EBX], 4);
    memcpy(name + 5, &r[EDX], 4);
    memcpy(name + 9, &r[ECX], 4);
    check("vendor_id", strcmp(value("vendor_id"), name) == 0);
    check("model name", *value("model name")); /* kernels may put another one there */
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        cpuid(flags[i].leaf, r);
        check(flags[i].word, has_word(value("flags"), flags[i].word) ==
                                 (r[flags[i].reg] >> flags[i].bit & 1));
    }
    return 0;
}
