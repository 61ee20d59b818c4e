/* disas_host() on an x86_64 host: instructions with offsets, and bytes that are none. */
/* SPDX-License-Identifier: MIT */
#include "tcg/disas.h"
#include "tests/unit/unit.h"

START_TEST(test_lines)
{
    /* add rax, rbx; (no instruction in 64-bit code); ret */
    static const uint8_t code[] = {0x90, 0x48, 0x01, 0xd8, 0x06, 0xc3};
    g_autoptr(GString) text = g_string_new("code:\n");
    disas_host(code + 1, sizeof code - 1, code, text);
    ck_assert_str_eq(text->str, "code:\n"
                                "  0001:  add rax, rbx\n"
                                "  0004:  .byte 0x06\n"
                                "  0005:  ret \n");
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_lines);
}

int main(void)
{
    return unit_main("disas-host", add_tests);
}
