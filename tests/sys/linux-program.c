/* A static program of Linux's for program.sh: what a C library does for a program that
 * sorts, prints and reads numbers. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void numbers(void)
{
    double v[12], sum = 0;
    char text[64], *end;

    for (int i = 0; i < 12; i++) {
        v[i] = (i * 7 % 12 - 5) / 3.0;
    }
    qsort(v, 12, sizeof v[0], by_value);
    for (int i = 0; i < 12; i += 3) {
        snprintf(text, sizeof text, "%.6g", v[i] * 1e3);
        sum += strtod(text, &end);
        printf("%s ", text);
    }
    printf("%.3f %ld %Lg\n", sum, strtol("-7fff", &end, 16), (long double)sum / 4);
}

static void words(char **argv, int n)
{
    char *list[16];
    int count = 0;

    for (int i = 0; i < n && count < 16; i++) {
        list[count++] = strdup(argv[i]);
    }
    qsort(list, count, sizeof list[0], by_text);
    for (int i = 0; i < count; i++) {
        char *found = strchr(list[i], 'e');

        printf("%s%s", list[i], found && strlen(found) > 1 ? "! " : " ");
        free(list[i]);
    }
    putchar('\n');
}

int main(int argc, char **argv)
{
    numbers();
    words(argv, argc);
    return 0;
}
