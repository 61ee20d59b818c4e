/* The target description: registers and their types as XML, made from CPUOps' tables. */
/* SPDX-License-Identifier: MIT */
#include "gdbstub/server-internal.h"

/* Splits "NAME:REST" off *words. */
static bool next_field(const char **words, char **name, char **rest)
{
    const char *w = *words + strspn(*words, " ");
    size_t len = strcspn(w, " "), colon = strcspn(w, ":");
    if (!len) {
        return false;
    }
    *name = g_strndup(w, colon);
    *rest = g_strndup(w + colon + 1, len - colon - 1);
    *words = w + len;
    return true;
}

static void put_flags(GString *to, const RegType *t)
{
    const char *words = t->fields;
    char *name, *bits;
    g_string_append_printf(to, "<flags id=\"%s\" size=\"%u\">", t->name, t->size);
    while (next_field(&words, &name, &bits)) {
        char *dash = strchr(bits, '-');
        int first_len = dash ? dash - bits : (int)strlen(bits);
        g_string_append_printf(to, "<field name=\"%s\" start=\"%.*s\" end=\"%s\"/>", name,
                               first_len, bits, dash ? dash + 1 : bits);
        g_free(name);
        g_free(bits);
    }
    g_string_append(to, "</flags>");
}

static void put_union(GString *to, const RegType *t)
{
    const char *words = t->fields;
    char *name, *type;
    g_string_append_printf(to, "<union id=\"%s\">", t->name);
    while (next_field(&words, &name, &type)) {
        g_string_append_printf(to, "<field name=\"%s\" type=\"%s\"/>", name, type);
        g_free(name);
        g_free(type);
    }
    g_string_append(to, "</union>");
}

static void put_type(GString *to, const RegType *t)
{
    switch (t->kind) {
    case REG_FLAGS:
        put_flags(to, t);
        break;
    case REG_VECTOR:
        g_string_append_printf(to, "<vector id=\"%s\" type=\"%s\" count=\"%u\"/>",
                               t->name, t->fields, t->size);
        break;
    case REG_UNION:
        put_union(to, t);
        break;
    }
}

static void put_register(GString *to, const RegDesc *r, unsigned number)
{
    g_string_append_printf(to,
                           "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\" regnum=\"%u\"",
                           r->name, r->size * 8u, r->type, number);
    if (r->group) {
        g_string_append_printf(to, " group=\"%s\"", r->group);
    }
    g_string_append(to, "/>\n");
}

void gdb_describe_target(GDBServer *s, GString *to)
{
    int feature = -1;
    g_string_append_printf(to,
                           "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM "
                           "\"gdb-target.dtd\"><target version=\"1.0\">"
                           "<architecture>%s</architecture>\n",
                           s->ops->gdb_arch);
    if (s->p->scope == REG_USER) {
        g_string_append(to, "<osabi>GNU/Linux</osabi>\n");
    }
    for (unsigned n = 0; n < s->nregs; n++) {
        const RegDesc *r = s->reg[n];
        if (r->feature != feature) {
            g_string_append(to, feature < 0 ? "" : "</feature>\n");
            feature = r->feature;
            const RegFeature *f = &s->ops->reg_features[feature];
            g_string_append_printf(to, "<feature name=\"%s\">\n", f->name);
            for (const RegType *t = f->types; t && t->name; t++) {
                put_type(to, t);
                g_string_append_c(to, '\n');
            }
        }
        put_register(to, r, n);
    }
    g_string_append(to, "</feature></target>\n");
}
