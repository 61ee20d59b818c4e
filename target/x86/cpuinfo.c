/* A processor as Linux shows it in /proc/cpuinfo. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/cpuid.h"
#include "target/x86/paging.h"

/* Words of Linux that are others than ours; "": it has none. The rest differ in '-' and
 * '.', which are '_' there. */
static const struct {
    const char *ours, *kernel;
} words[] = {
    {"sse3",                "pni"               },
    {"tsc-deadline",        "tsc_deadline_timer"},
    {"cr8legacy",           "cr8_legacy"        },
    {"invtsc",              "nonstop_tsc"       },
    {"osxsave",             ""                  },
    {"fdp-excptn-only",     ""                  },
    {"shstk",               ""                  },
    {"spec-ctrl",           ""                  },
    {"kvmclock",            ""                  },
    {"kvmclock-stable-bit", ""                  },
};

static void add_flag(GString *to, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strcmp(words[i].ours, name) == 0) {
            if (*words[i].kernel) {
                g_string_append_printf(to, " %s", words[i].kernel);
            }
            return;
        }
    }
    g_string_append_c(to, ' ');
    for (const char *p = name; *p; p++) {
        g_string_append_c(to, *p == '-' || *p == '.' ? '_' : *p);
    }
}

void x86_cpuinfo(CPUX86State *env, unsigned index, unsigned total, GString *to)
{
    const X86Model *m = env->model;
    uint32_t r[4];

    x86_cpuid(env, 0, 0, r);
    g_string_append_printf(to, "processor\t: %u\nvendor_id\t: %s\n", index, m->vendor);
    g_string_append_printf(to, "cpu family\t: %u\nmodel\t\t: %u\n", m->family, m->model);
    g_string_append_printf(to, "model name\t: %s\nstepping\t: %u\n", m->brand,
                           m->stepping);
    g_string_append_printf(to, "physical id\t: 0\nsiblings\t: %u\ncore id\t\t: %u\n",
                           total, index);
    g_string_append_printf(to, "cpu cores\t: %u\napicid\t\t: %u\n", total, index);
    g_string_append_printf(to, "initial apicid\t: %u\n", index);
    g_string_append_printf(to, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\n",
                           r[CPUID_EAX]);
    g_string_append(to, "wp\t\t: yes\nflags\t\t:");
    for (unsigned f = 1; f < NR_X86_FEATS; f++) {
        if (x86_model_has(m, f)) {
            add_flag(to, x86_features[f].name);
        }
    }
    g_string_append(to, "\nbugs\t\t:\nclflush size\t: 64\ncache_alignment\t: 64\n");
    g_string_append_printf(to,
                           "address sizes\t: %u bits physical, %u bits virtual\n"
                           "power management:\n\n",
                           X86_PHYS_BITS, X86_VIRT_BITS);
}
