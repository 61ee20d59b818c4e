/* A line of the monitor: finding its row, reading its arguments, carrying it out. */
/* SPDX-License-Identifier: MIT */
#include "monitor/monitor-internal.h"

#include "monitor/expr.h"

// clang-format off
static const MonCommand commands[] = {
#define CMD(name, alias, args, params, place, fn, help) {name, alias, args, params, help, place, hmp_##fn},
#define INFO(name, args, params, place, fn, help)
#include "monitor/commands.def"
};

static const MonCommand topics[] = {
#define CMD(name, alias, args, params, place, fn, help)
#define INFO(name, args, params, place, fn, help) {name, NULL, args, params, help, place, hmp_info_##fn},
#include "monitor/commands.def"
};
// clang-format on

void mon_printf(MonCall *c, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_string_append_vprintf(c->out, format, ap);
    va_end(ap);
}

/* ---- rows ---- */

static const MonCommand *find_row(const MonCommand *rows, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].name, name) == 0 || g_strcmp0(rows[i].alias, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static void print_row(MonCall *c, const MonCommand *row, const char *prefix)
{
    mon_printf(c, "%s%s%s%s%s%s -- %s\n", prefix, row->name, row->alias ? "|" : "",
               row->alias ? row->alias : "", " ", row->params, row->help);
}

static void print_rows(MonCall *c, const MonCommand *rows, size_t n, const char *prefix)
{
    for (size_t i = 0; i < n; i++) {
        print_row(c, &rows[i], prefix);
    }
}

static char **names_with(const MonCommand *rows, size_t n, const char *start)
{
    GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; i < n; i++) {
        if (g_str_has_prefix(rows[i].name, start)) {
            g_ptr_array_add(names, g_strdup(rows[i].name));
        }
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, false);
}

char **mon_complete(const char *start)
{
    if (g_str_has_prefix(start, "info ")) {
        return names_with(topics, ARRAY_SIZE(topics), start + 5);
    }
    if (g_str_has_prefix(start, "help ")) {
        return names_with(commands, ARRAY_SIZE(commands), start + 5);
    }
    return strchr(start, ' ') ? NULL : names_with(commands, ARRAY_SIZE(commands), start);
}

/* ---- arguments ---- */

static void skip_spaces(const char **p)
{
    *p += strspn(*p, " \t");
}

/* A word, or what stands in double quotes; g_free() it. */
static char *take_word(const char **p)
{
    GString *word = g_string_new(NULL);
    bool quoted = **p == '"';
    const char *s = *p + quoted;
    for (; *s && (quoted ? *s != '"' : *s != ' ' && *s != '\t'); s++) {
        s += *s == '\\' && s[1];
        g_string_append_c(word, *s);
    }
    *p = s + (quoted && *s == '"');
    return g_string_free(word, false);
}

static int size_of_letter(char c)
{
    switch (c) {
    case 'b':
        return 1;
    case 'h':
        return 2;
    case 'w':
    case 'l':
        return 4;
    default:
        return c == 'g' ? 8 : 0;
    }
}

/* Format and size that are left out are those of the last command. */
static bool take_format(MonCall *c, const char **p)
{
    static MonFormat last = {1, 'x', 4};
    c->fmt = (MonFormat){1, last.format, last.size};
    if (**p != '/') {
        return true;
    }
    ++*p;
    if (g_ascii_isdigit(**p)) {
        uint64_t n = g_ascii_strtoull(*p, (char **)p, 10);
        c->fmt.count = MIN(n, 1 << 20);
    }
    for (; **p && **p != ' ' && **p != '\t'; ++*p) {
        if (strchr("xduoci", **p)) {
            c->fmt.format = **p;
        } else if (size_of_letter(**p)) {
            c->fmt.size = size_of_letter(**p);
        } else {
            mon_printf(c, "invalid char in format: '%c'\n", **p);
            return false;
        }
    }
    last = c->fmt;
    return true;
}

/* Registers of the vCPU by name; larger ones have no value here. */
static bool register_value(void *opaque, const char *name, int64_t *value)
{
    CPUState *cpu = opaque;
    const RegDesc *r = cpu_reg_find(cpu->ops, name);
    uint8_t bytes[REG_MAX_SIZE] = {0};
    if (!r || r->size > sizeof *value) {
        return false;
    }
    cpu_reg_read(cpu, r, bytes);
    memcpy(value, bytes, sizeof *value);
    return true;
}

static bool take_expr(MonCall *c, const char **p)
{
    const char *error;
    if (!expr_read(p, &c->num[c->nnum], register_value, c->cpu, &error)) {
        mon_printf(c, "%s\n", error);
        return false;
    }
    c->nnum++;
    return true;
}

/* One argument of kind `spec`. False: something is wrong, and was said. */
static bool take_arg(MonCall *c, const MonCommand *row, const char *spec, const char **p)
{
    switch (spec[0]) {
    case 'f':
        return take_format(c, p);
    case 'e':
        return take_expr(c, p);
    case 'w':
        if (!**p) {
            mon_printf(c, "%s: string expected\n", row->name);
            return false;
        }
        c->text = take_word(p);
        return true;
    case 'r':
        c->text = g_strdup(*p);
        *p += strlen(*p);
        g_strchomp(c->text);
        return true;
    default: /* a flag */
        if ((*p)[0] == '-' && (*p)[1] == spec[1] && strchr(" \t", (*p)[2])) {
            c->flag = true;
            *p += 2;
        }
        return true;
    }
}

static bool take_args(MonCall *c, const MonCommand *row, const char *p)
{
    for (const char *spec = row->args; *spec; spec += 1 + (*spec == '-')) {
        bool optional = spec[1] == '?';
        skip_spaces(&p);
        if ((*p || !optional) && !take_arg(c, row, spec, &p)) {
            return false;
        }
        spec += optional;
    }
    skip_spaces(&p);
    if (*p) {
        mon_printf(c, "%s%s%s: extraneous characters at the end of line\n", row->name,
                   row->alias ? "|" : "", row->alias ? row->alias : "");
        return false;
    }
    return true;
}

/* ---- carrying out ---- */

typedef struct Line {
    MonCall call;
    const MonCommand *row;
    const char *name, *args, *group; /* the name as it was typed */
} Line;

static void carry_out(Line *l)
{
    MonCall *c = &l->call;
    if (!take_args(c, l->row, l->args)) {
        mon_printf(c, "Try \"help %s%s\" for more information\n", l->group, l->name);
        return;
    }
    l->row->fn(c);
    if (c->error) {
        mon_printf(c, "Error: %s\n", c->error->message);
    }
}

static void carry_out_on_cpu(CPUState *cpu, void *line)
{
    carry_out(line);
}

/* Splits the name off the line; what follows a / belongs to the arguments. */
static char *take_name(const char **line)
{
    const char *p = *line;
    skip_spaces(&p);
    size_t n = strcspn(p, " \t/");
    *line = p + n;
    return g_strndup(p, n);
}

static void run_line(const MonitorProgram *p, Line *l, GString *out)
{
    l->call = (MonCall){.p = p, .cpu = p->machine->cpus[*p->cpu], .out = out};
    if (l->row->place == MON_CPU) {
        run_on_cpu(l->call.cpu, carry_out_on_cpu, l);
    } else {
        carry_out(l);
    }
    g_free(l->call.text);
    g_clear_error(&l->call.error);
}

void mon_run_line(const MonitorProgram *p, const char *line, GString *out)
{
    g_autofree char *name = take_name(&line);
    if (!*name) {
        return;
    }
    const MonCommand *row = find_row(commands, ARRAY_SIZE(commands), name);
    if (row) {
        Line l = {.row = row, .name = name, .args = line, .group = ""};
        run_line(p, &l, out);
    } else {
        g_string_append_printf(out, "unknown command: '%s'\n", name);
    }
}

/* ---- the commands about commands ---- */

void hmp_info(MonCall *c)
{
    const char *line = c->text ? c->text : "";
    g_autofree char *name = take_name(&line);
    const MonCommand *row = find_row(topics, ARRAY_SIZE(topics), name);
    if (!*name) {
        print_rows(c, topics, ARRAY_SIZE(topics), "info ");
    } else if (row) {
        Line l = {.row = row, .name = name, .args = line, .group = "info "};
        run_line(c->p, &l, c->out);
    } else {
        mon_printf(c, "unknown command: 'info %s'\n", name);
    }
}

void hmp_help(MonCall *c)
{
    const char *line = c->text ? c->text : "";
    g_autofree char *name = take_name(&line), *topic = take_name(&line);
    bool info = strcmp(name, "info") == 0;
    const MonCommand *row = info && *topic
                                ? find_row(topics, ARRAY_SIZE(topics), topic)
                                : find_row(commands, ARRAY_SIZE(commands), name);
    if (!*name) {
        print_rows(c, commands, ARRAY_SIZE(commands), "");
    } else if (info && !*topic) {
        print_rows(c, topics, ARRAY_SIZE(topics), "info ");
    } else if (row) {
        print_row(c, row, info ? "info " : "");
    } else {
        mon_printf(c, "unknown command: '%s%s%s'\n", name, *topic ? " " : "", topic);
    }
}
