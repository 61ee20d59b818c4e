/* User program: arguments, environment, heap, exit status. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    char *s = malloc(1 << 20);
    memset(s, 'x', 1 << 20);
    printf("hello, %d argument(s), LC_ALL=%s, %c, %.6f\n", argc, getenv("LC_ALL"),
           s[12345], 1.0 / 3);
    return 42;
}
