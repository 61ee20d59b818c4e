/* Arm instructions that Debian 12's capstone does not know, as text. */
/* SPDX-License-Identifier: MIT */
#include "tests/codegen/arm-text.h"

/*
 * In `text`: %b, the size of an access as suffix; %s %t, the registers Rs and Rt, W or X
 * as the size says; %w %x, Rt so; %n, Rn, a base; %i, the signed offset of nine bits; %f
 * and %v, Rd and Rn as scalars and as vectors.
 */
typedef struct ArmForm {
    uint32_t mask, bits;
    const char *text;
} ArmForm;

static const ArmForm forms[] = {
  /* FEAT_LSE (Arm ARM, C4.1.94): those that acquire and release */
    {0x3fe0fc00, 0x38e00000, "ldaddal%b %s, %t, [%n]" },
    {0x3fe0fc00, 0x38e01000, "ldclral%b %s, %t, [%n]" },
    {0x3fe0fc00, 0x38e02000, "ldeoral%b %s, %t, [%n]" },
    {0x3fe0fc00, 0x38e03000, "ldsetal%b %s, %t, [%n]" },
    {0x3fe0fc00, 0x38e08000, "swpal%b %s, %t, [%n]"   },
    {0x3fe0fc00, 0x08e0fc00, "casal%b %s, %t, [%n]"   },
 /* FEAT_LRCPC, FEAT_LRCPC2 */
    {0x3ffffc00, 0x38bfc000, "ldapr%b %t, [%n]"       },
    {0x3fe00c00, 0x19400000, "ldapur%b %t, [%n, #%i]" },
    {0x3fe00c00, 0x19000000, "stlur%b %t, [%n, #%i]"  },
    {0xffe00c00, 0x99800000, "ldapursw %x, [%n, #%i]" },
    {0x3fe00c00, 0x19c00000, "ldapurs%b %w, [%n, #%i]"},
    {0x3fe00c00, 0x19800000, "ldapurs%b %x, [%n, #%i]"},
 /* FEAT_FlagM, FEAT_FlagM2 */
    {0xffffffff, 0xd500401f, "cfinv"                  },
    {0xffffffff, 0xd500405f, "axflag"                 },
 /* FEAT_FRINTTS */
    {0xffbffc00, 0x1e284000, "frint32z %f"            },
    {0xffbffc00, 0x1e28c000, "frint32x %f"            },
    {0xffbffc00, 0x1e294000, "frint64z %f"            },
    {0xffbffc00, 0x1e29c000, "frint64x %f"            },
    {0xbfbffc00, 0x0e21e800, "frint32z %v"            },
    {0xbfbffc00, 0x2e21e800, "frint32x %v"            },
};

static void put_reg(GString *to, char kind, unsigned n)
{
    if (n == 31) {
        g_string_append_printf(to, "%czr", kind);
    } else {
        g_string_append_printf(to, "%c%u", kind, n);
    }
}

static void put_vector(GString *to, uint32_t word, unsigned n)
{
    static const char *const shapes[] = {"2s", "4s", "?", "2d"};

    g_string_append_printf(to, "v%u.%s", n,
                           shapes[(word >> 30 & 1) | (word >> 22 & 1) << 1]);
}

static void put_field(GString *to, uint32_t word, char field)
{
    static const char *const sizes[] = {"b", "h", "", ""};
    unsigned d = word & 31, n = word >> 5 & 31;
    char gpr = word >> 30 == 3 ? 'x' : 'w', fp = word >> 22 & 1 ? 'd' : 's';

    switch (field) {
    case 'b':
        g_string_append(to, sizes[word >> 30]);
        break;
    case 's':
        put_reg(to, gpr, word >> 16 & 31);
        break;
    case 't':
        put_reg(to, gpr, d);
        break;
    case 'w':
    case 'x':
        put_reg(to, field, d);
        break;
    case 'n':
        n == 31 ? (void)g_string_append(to, "sp") : put_reg(to, 'x', n);
        break;
    case 'i':
        g_string_append_printf(to, "%d", (int32_t)(word << 11) >> 23);
        break;
    case 'f':
        g_string_append_printf(to, "%c%u, %c%u", fp, d, fp, n);
        break;
    case 'v':
        put_vector(to, word, d);
        g_string_append(to, ", ");
        put_vector(to, word, n);
        break;
    }
}

bool arm_text(uint32_t word, GString *to)
{
    for (size_t k = 0; k < G_N_ELEMENTS(forms); k++) {
        if ((word & forms[k].mask) != forms[k].bits) {
            continue;
        }
        for (const char *p = forms[k].text; *p; p++) {
            if (*p == '%') {
                put_field(to, word, *++p);
            } else {
                g_string_append_c(to, *p);
            }
        }
        return true;
    }
    return false;
}
