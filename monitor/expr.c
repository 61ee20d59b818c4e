/* Expressions of the monitor: numbers, characters, registers, operators. */
/* SPDX-License-Identifier: MIT */
#include "monitor/expr.h"

enum { MAX_DEPTH = 64 }; /* of parentheses and signs */

typedef struct Expr {
    const char *p;
    ExprRegister *reg;
    void *opaque;
    const char *error; /* the first; afterwards values do not matter */
    int depth;
} Expr;

static int64_t read_sum(Expr *e);

static int64_t fail(Expr *e, const char *error)
{
    e->error = e->error ? e->error : error;
    return 0;
}

static void skip(Expr *e)
{
    e->p += strspn(e->p, " \t");
}

static int64_t read_number(Expr *e)
{
    char *end;
    uint64_t v = g_ascii_strtoull(e->p, &end, 0);
    if (end == e->p) {
        static __thread char message[48];
        g_snprintf(message, sizeof message, "invalid char '%c' in expression", *e->p);
        return fail(e, message);
    }
    e->p = end;
    return v;
}

static int64_t read_register(Expr *e)
{
    char name[32];
    size_t n = 0;
    int64_t v = 0;
    for (e->p++; g_ascii_isalnum(*e->p) || *e->p == '_' || *e->p == '.'; e->p++) {
        if (n < sizeof name - 1) {
            name[n++] = *e->p;
        }
    }
    name[n] = 0;
    return e->reg && e->reg(e->opaque, name, &v) ? v : fail(e, "unknown register");
}

static int64_t read_character(Expr *e)
{
    if (!e->p[1] || e->p[2] != '\'') {
        return fail(e, "missing terminating ' character");
    }
    int64_t v = (uint8_t)e->p[1];
    e->p += 3;
    return v;
}

static int64_t read_parenthesis(Expr *e)
{
    e->p++;
    int64_t v = read_sum(e);
    if (!e->error && *e->p != ')') {
        return fail(e, "')' expected");
    }
    e->p += *e->p == ')';
    return v;
}

static int64_t read_unary(Expr *e)
{
    int64_t v;
    skip(e);
    if (e->error || ++e->depth > MAX_DEPTH) {
        return fail(e, "expression is nested too deeply");
    }
    switch (*e->p) {
    case '+':
        e->p++;
        v = read_unary(e);
        break;
    case '-':
        e->p++;
        v = -(uint64_t)read_unary(e);
        break;
    case '~':
        e->p++;
        v = ~read_unary(e);
        break;
    case '(':
        v = read_parenthesis(e);
        break;
    case '\'':
        v = read_character(e);
        break;
    case '$':
        v = read_register(e);
        break;
    case 0:
        v = fail(e, "unexpected end of expression");
        break;
    default:
        v = read_number(e);
    }
    e->depth--;
    skip(e);
    return v;
}

static int64_t divide(Expr *e, int64_t a, int64_t b, bool rest)
{
    if (b == 0) {
        return fail(e, "division by zero");
    }
    if (b == -1) { /* INT64_MIN has no negative */
        return rest ? 0 : -(uint64_t)a;
    }
    return rest ? a % b : a / b;
}

static int64_t read_product(Expr *e)
{
    int64_t v = read_unary(e);
    while (!e->error && *e->p && strchr("*/%", *e->p)) {
        char op = *e->p++;
        int64_t w = read_unary(e);
        if (!e->error) {
            v = op == '*' ? (int64_t)((uint64_t)v * w) : divide(e, v, w, op == '%');
        }
    }
    return v;
}

static int64_t read_logic(Expr *e)
{
    int64_t v = read_product(e);
    while (!e->error && *e->p && strchr("&|^", *e->p)) {
        char op = *e->p++;
        int64_t w = read_product(e);
        v = op == '&' ? v & w : op == '|' ? v | w : v ^ w;
    }
    return v;
}

static int64_t read_sum(Expr *e)
{
    int64_t v = read_logic(e);
    while (!e->error && (*e->p == '+' || *e->p == '-')) {
        char op = *e->p++;
        uint64_t w = read_logic(e);
        v = op == '+' ? v + w : v - w;
    }
    return v;
}

bool expr_read(const char **p, int64_t *value, ExprRegister *reg, void *opaque,
               const char **error)
{
    Expr e = {.p = *p, .reg = reg, .opaque = opaque};
    *value = read_sum(&e);
    *p = e.p;
    *error = e.error;
    return !e.error;
}
