/* Text of instructions: AT&T by capstone, raw bytes where it cannot, length by our
 * decoder. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/disas.h"

#include <stdio.h>

static const struct {
    X86Mode mode;
    uint8_t b[8];
    size_t avail, used;
    const char *text;
} cases[] = {
    {X86_MODE_64, {0x48, 0x89, 0xe5}, 8, 3, "movq     %rsp, %rbp"                   },
    {X86_MODE_32, {0x89, 0xe5},       8, 2, "movl     %esp, %ebp"                   },
    {X86_MODE_16, {0x89, 0xe5},       8, 2, "movw     %sp, %bp"                     },
    {X86_MODE_64, {0xc3},             1, 1, "retq"                                  },
    {X86_MODE_64, {0xeb, 0xfe},       8, 2, "jmp      0x1000"                       },
 /* not known to capstone 4: our row's name */
    {X86_MODE_64, {0x0f, 0x01, 0xe8}, 8, 3, ".byte    0x0f, 0x01, 0xe8  # serialize"},
 /* capstone stops in front of UD1's ModRM byte */
    {X86_MODE_64, {0x0f, 0xb9, 0xc0}, 8, 3, ".byte    0x0f, 0xb9, 0xc0  # ud1"      },
 /* not in our tables, capstone knows 3DNow! */
    {X86_MODE_64, {0x0f, 0x0e},       8, 2, "femms"                                 },
 /* known to nobody; cut short */
    {X86_MODE_64, {0x06},             8, 1, ".byte    0x06"                         },
    {X86_MODE_64, {0x48, 0x8b},       2, 1, ".byte    0x48"                         },
};

int main(void)
{
    unsigned failed = 0;

    for (size_t n = 0; n < ARRAY_SIZE(cases); n++) {
        g_autoptr(GString) s = g_string_new(NULL);
        size_t used =
            x86_disas_insn(s, cases[n].mode, 0x1000, cases[n].b, cases[n].avail);
        if (used != cases[n].used || strcmp(s->str, cases[n].text) != 0) {
            printf("case %zu: %zu bytes '%s', not %zu '%s'\n", n, used, s->str,
                   cases[n].used, cases[n].text);
            failed++;
        }
    }
    printf("%u failed\n", failed);
    return failed != 0;
}
