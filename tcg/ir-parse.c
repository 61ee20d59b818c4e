/* Reads the text form of a unit that ir-print.c writes; docs/ir.md describes it. */
/* SPDX-License-Identifier: MIT */
/*
 * One op a line. A cursor walks over the text; every function either consumes what it is
 * named after and returns true, or sets the error (with the line) and returns false. Only
 * the form is checked here: whether the unit makes sense is ir_verify()'s question.
 */
#include "tcg/ir-text.h"
#include "tcg/tcg.h"
#include "util/error.h"

enum { MAX_NAME = 64, MAX_NUMBERED = 32000 };

typedef struct Parse {
    TCGContext *s;
    const char *p;
    unsigned line;
    GError **errp;
    GArray *temps;  /* IRRef by number in the text, IR_NONE: not met */
    GArray *labels; /* int label by number in the text, -1: not met */
} Parse;

static bool fail(Parse *p, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static bool fail(Parse *p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    g_autofree char *why = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    return user_error(p->errp, "line %u: %s", p->line, why);
}

/* ---- tokens ---- */

static void skip_blanks(Parse *p)
{
    p->p += strspn(p->p, " \t");
}

/* At the end of what a line says: a comment may follow. */
static bool at_eol(Parse *p)
{
    skip_blanks(p);
    return *p->p == '\n' || *p->p == '\0' || *p->p == '#';
}

static void next_line(Parse *p)
{
    p->p += strcspn(p->p, "\n");
    if (*p->p) {
        p->p++;
        p->line++;
    }
}

static bool skip_char(Parse *p, char c)
{
    skip_blanks(p);
    if (*p->p != c) {
        return false;
    }
    p->p++;
    return true;
}

static bool want_char(Parse *p, char c)
{
    return skip_char(p, c) || fail(p, "'%c' expected at '%.10s'", c, p->p);
}

static bool want_comma(Parse *p, bool *first)
{
    bool ok = *first || want_char(p, ',');
    *first = false;
    return ok;
}

/* Letters, digits, '_' and whatever is in `more`. */
static bool parse_word(Parse *p, char *to, const char *more)
{
    unsigned n = 0;
    skip_blanks(p);
    while ((g_ascii_isalnum(*p->p) || *p->p == '_' || (*p->p && strchr(more, *p->p))) &&
           n < MAX_NAME - 1) {
        to[n++] = *p->p++;
    }
    to[n] = '\0';
    return n > 0 || fail(p, "name expected at '%.10s'", p->p);
}

static bool skip_word(Parse *p, const char *word)
{
    size_t n = strlen(word);
    skip_blanks(p);
    if (strncmp(p->p, word, n) || (word[n - 1] != '=' && g_ascii_isalnum(p->p[n]))) {
        return false;
    }
    p->p += n;
    return true;
}

static bool parse_number(Parse *p, int64_t *to)
{
    char *end;
    skip_blanks(p);
    bool minus = skip_char(p, '-');
    skip_blanks(p);
    if (!g_ascii_isdigit(*p->p)) {
        return fail(p, "number expected at '%.10s'", p->p);
    }
    uint64_t v = g_ascii_strtoull(p->p, &end, 0);
    *to = minus ? -v : v;
    p->p = end;
    return true;
}

/* a+b, none, or all (every bit of the table) */
static bool parse_mask(Parse *p, uint32_t *to, const IRFlagName *names, unsigned n)
{
    char word[MAX_NAME];
    *to = 0;
    do {
        if (!parse_word(p, word, "")) {
            return false;
        }
        bool known = !strcmp(word, "none");
        for (unsigned i = 0; i < n; i++) {
            if (!strcmp(word, names[i].name) || !strcmp(word, "all")) {
                *to |= names[i].bit;
                known = true;
            }
        }
        if (!known) {
            return fail(p, "'%s' is unknown", word);
        }
    } while (skip_char(p, '+'));
    return true;
}

/* ---- operands ---- */

/* The entry `no` of a table that grows, filled with -1. */
static void *numbered(GArray *a, unsigned no)
{
    unsigned old = a->len;
    if (no >= old) {
        g_array_set_size(a, no + 1);
        memset(a->data + old * g_array_get_element_size(a), 0xff,
               (no + 1 - old) * g_array_get_element_size(a));
    }
    return a->data + no * g_array_get_element_size(a);
}

/* `word` as prefix and number, t12: 12. */
static bool number_of(const char *word, char prefix, unsigned *no)
{
    char *end;
    if (word[0] != prefix || !g_ascii_isdigit(word[1])) {
        return false;
    }
    *no = strtoul(word + 1, &end, 10);
    return !*end && *no < MAX_NUMBERED;
}

static bool temps_room(Parse *p)
{
    return p->s->ntemps < IR_MAX_TEMPS || fail(p, "too many temps");
}

static bool find_ref(Parse *p, const char *word, IRType type, IRRef *to)
{
    unsigned no;
    for (unsigned i = 0; i < p->s->nglobals; i++) {
        if (!strcmp(word, p->s->temps[i].name)) {
            *to = i;
            return true;
        }
    }
    if (!strcmp(word, "_")) {
        *to = IR_NONE;
        return true;
    }
    if (!number_of(word, 't', &no) || !temps_room(p)) {
        return fail(p, "'%s' is no operand", word);
    }
    IRRef *slot = numbered(p->temps, no);
    if (*slot == IR_NONE) {
        *slot = ir_temp(p->s, type);
    }
    *to = *slot;
    return true;
}

static bool parse_ref(Parse *p, IRRef *to)
{
    char word[MAX_NAME];
    int64_t v;
    if (skip_char(p, '$')) {
        if (!parse_number(p, &v) || !temps_room(p)) {
            return false;
        }
        *to = ir_const(p->s, v);
        return true;
    }
    return parse_word(p, word, "") && find_ref(p, word, IR_I64, to);
}

static bool parse_label(Parse *p, uint16_t *to)
{
    char word[MAX_NAME];
    unsigned no;
    if (!parse_word(p, word, "")) {
        return false;
    }
    if (!number_of(word, 'L', &no)) {
        return fail(p, "'%s' is no label", word);
    }
    int *slot = numbered(p->labels, no);
    if (*slot < 0) {
        *slot = ir_label_new(p->s);
    }
    *to = *slot;
    return true;
}

/* One part of an address: a number, base, or index*scale. */
static bool parse_address_part(Parse *p, IROp *op)
{
    IRRef r;
    int64_t scale;
    skip_blanks(p);
    if (g_ascii_isdigit(*p->p) || *p->p == '-') {
        return parse_number(p, &op->imm);
    }
    if (!parse_ref(p, &r)) {
        return false;
    }
    if (!skip_char(p, '*')) {
        op->in[0] = r;
        return true;
    }
    op->in[1] = r;
    if (!parse_number(p, &scale)) {
        return false;
    }
    if (scale < 1 || scale > 8 || (scale & (scale - 1))) {
        return fail(p, "scale is 1, 2, 4 or 8");
    }
    op->scale = __builtin_ctz(scale);
    return true;
}

static bool parse_address(Parse *p, IROp *op)
{
    if (!want_char(p, '[')) {
        return false;
    }
    do {
        if (!parse_address_part(p, op)) {
            return false;
        }
    } while (skip_char(p, '+') || *p->p == '-');
    return want_char(p, ']');
}

static bool is_operand(Parse *p)
{
    skip_blanks(p);
    return *p->p == '$' || *p->p == '_' || g_ascii_isalpha(*p->p);
}

/* Inputs first .. ins - 1, as many as there are. */
static bool parse_ins(Parse *p, IROp *op, unsigned i, bool *first)
{
    unsigned ins = op_info[op->code].ins;
    for (; i < ins; i++) {
        const char *start = p->p;
        if (!*first && !skip_char(p, ',')) {
            break;
        }
        if (!is_operand(p)) {
            p->p = start;
            break;
        }
        if (!parse_ref(p, &op->in[i])) {
            return false;
        }
        *first = false;
    }
    return true;
}

/* ---- names and suffixes ---- */

static bool lookup(const char *word, const char *const *names, unsigned n, uint8_t *to)
{
    for (unsigned i = 0; i < n; i++) {
        if (!strcmp(word, names[i])) {
            *to = i;
            return true;
        }
    }
    return false;
}

static bool type_of(Parse *p, const char *word, uint8_t *to)
{
    return (word && lookup(word, ir_type_names, NR_IR_TYPES, to)) ||
           fail(p, "'%s' is no type", word ? word : "");
}

static bool memop_of(Parse *p, const char *word, uint8_t *to)
{
    unsigned bits =
        word && (*word == 'u' || *word == 's') ? strtoul(word + 1, NULL, 10) : 0;
    if (bits == 80 && *word == 'u') {
        *to = MO_80;
        return true;
    }
    if (bits < 8 || bits > 256 || (bits & (bits - 1))) {
        return fail(p, "'%s' is no access size", word ? word : "");
    }
    *to = __builtin_ctz(bits / 8) | (*word == 's' ? MO_SIGN : 0);
    return true;
}

static bool parse_suffixes(Parse *p, IROp *op, char **word)
{
    const OpInfo *info = &op_info[op->code];
    uint8_t from = IR_I8;
    if (info->class != CLASS_CTL && !type_of(p, *word++, &op->type)) {
        return false;
    }
    if (*word && !strcmp(*word, "z") && op->type == IR_V128) {
        op->vzero = true;
        word++;
    }
    if (ir_text_has_cond(op->code) &&
        !(*word && lookup(*word++, ir_cond_names, NR_CONDS, &op->cond))) {
        return fail(p, "condition is missing or unknown");
    }
    if (op->code == OP_zext || op->code == OP_sext) {
        if (!type_of(p, *word++, &from)) {
            return false;
        }
        op->imm = from;
    }
    if (info->class == CLASS_MEM && !memop_of(p, *word++, &op->memop)) {
        return false;
    }
    if ((op->code == OP_vtoi || op->code == OP_itov) &&
        !type_of(p, *word++, &op->memop)) {
        return false;
    }
    for (; *word; word++) {
        if (!strcmp(*word, "cc")) {
            op->setcc = true;
        } else if (!strcmp(*word, "align") && info->class == CLASS_MEM) {
            op->memop |= MO_ALIGN;
        } else if (!strcmp(*word, "rmw") && info->class == CLASS_MEM) {
            op->memop |= MO_RMW;
        } else if (!strcmp(*word, "host") && op->code >= OP_ld && op->code <= OP_x87st) {
            op->memop |= MO_HOST;
        } else {
            return fail(p, "suffix '%s' is unknown", *word);
        }
    }
    return true;
}

static int find_op(const char *name)
{
    for (unsigned i = 0; i < NR_OPS; i++) {
        if (!strcmp(name, op_names[i])) {
            return i;
        }
    }
    return -1;
}

static IROp *parse_name(Parse *p)
{
    char word[MAX_NAME];
    if (!parse_word(p, word, ".")) {
        return NULL;
    }
    g_auto(GStrv) parts = g_strsplit(word, ".", 0);
    int code = find_op(parts[0]);
    if (code < 0) {
        fail(p, "op '%s' is unknown", parts[0]);
        return NULL;
    }
    if (p->s->nops == IR_MAX_OPS) {
        fail(p, "too many ops");
        return NULL;
    }
    IROp *op = ir_emit(p->s, code, code == OP_call || code == OP_exit_ind ? IR_I64 : 0);
    return parse_suffixes(p, op, parts + 1) ? op : NULL;
}

/* ---- bodies ---- */

static bool parse_imm(Parse *p, int64_t *to, bool *first)
{
    return want_comma(p, first) && parse_number(p, to);
}

static bool parse_helper_flags(Parse *p, HelperInfo *h)
{
    uint32_t mask;
    while (!at_eol(p) && *p->p != ';') {
        bool reads = skip_word(p, "reads=");
        if (reads || skip_word(p, "writes=")) {
            if (!parse_mask(p, &mask, ir_state_names, NR_STATE_NAMES)) {
                return false;
            }
            *(reads ? &h->reads : &h->writes) = mask;
        } else if (skip_word(p, "env")) {
            h->takes_env = true;
        } else if (parse_mask(p, &mask, ir_helper_names, NR_HELPER_NAMES)) {
            h->flags |= mask;
        } else {
            return false;
        }
    }
    return true;
}

static bool parse_call(Parse *p, IROp *op)
{
    char name[MAX_NAME];
    bool first = true;
    if (!parse_word(p, name, "") || !want_char(p, '(') || !parse_ins(p, op, 0, &first) ||
        !want_char(p, ')')) {
        return false;
    }
    HelperInfo *h = arena_alloc(&p->s->arena, sizeof *h);
    char *copy = arena_alloc(&p->s->arena, MAX_NAME);
    *h = (HelperInfo){.name = strcpy(copy, name)};
    while (h->nargs < IR_MAX_INS && op->in[h->nargs] != IR_NONE) {
        h->nargs++;
    }
    op->imm = (intptr_t)h;
    return parse_helper_flags(p, h);
}

static bool parse_exit_link(Parse *p, IROp *op, bool *first)
{
    int64_t slot;
    uint32_t mask;
    if (!parse_imm(p, &slot, first) || !parse_imm(p, &op->imm, first) ||
        !want_comma(p, first) || !parse_mask(p, &mask, ir_cc_names, NR_CC_NAMES)) {
        return false;
    }
    op->slot = slot & 0xff;
    op->ccmask = mask;
    p->s->nexits = MAX(p->s->nexits, op->slot + 1u);
    return true;
}

/* [address], length, first byte of the access behind it, whether that is a write */
static bool parse_probe(Parse *p, IROp *op)
{
    int64_t what[3];
    bool first = false;
    if (!parse_address(p, op)) {
        return false;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(what); i++) {
        if (!parse_imm(p, &what[i], &first)) {
            return false;
        }
    }
    op->imm2 = PROBE_WHAT(what[0] & 0x1fff, what[1] & 0x1fff, what[2] & 1);
    return true;
}

static bool parse_vec(Parse *p, IROp *op, bool *first)
{
    int64_t row;
    if (!want_char(p, '#') || !parse_number(p, &row)) {
        return false;
    }
    op->vec = row;
    *first = false;
    return parse_ins(p, op, 0, first) &&
           (!skip_char(p, ',') || parse_number(p, &op->imm));
}

static bool parse_x87(Parse *p, IROp *op, bool *first)
{
    char name[MAX_NAME];
    if (!parse_word(p, name, "")) {
        return false;
    }
    while (op->vec < NR_X87_IDS && strcmp(name, x87_info[op->vec].name) != 0) {
        op->vec++;
    }
    if (op->vec == NR_X87_IDS) {
        return fail(p, "x87 operation '%s' is unknown", name);
    }
    *first = false;
    if (op->code != OP_x87) {
        return want_char(p, ',') && parse_address(p, op);
    }
    return parse_ins(p, op, 0, first) &&
           (!skip_char(p, ',') || parse_number(p, &op->imm));
}

static bool parse_body(Parse *p, IROp *op)
{
    bool first = true;
    int64_t a, b;
    uint32_t mask;
    switch (op->code) {
    case OP_x87_note:
        if (!parse_imm(p, &op->imm, &first) || !parse_imm(p, &a, &first)) {
            return false;
        }
        op->imm2 = a;
        return true;
    case OP_extract:
    case OP_sextract:
    case OP_deposit:
        if (!parse_ins(p, op, 0, &first) || !parse_imm(p, &a, &first) ||
            !parse_imm(p, &b, &first)) {
            return false;
        }
        op->imm = (a & 0xff) | b << 8;
        return true;
    case OP_x87ld:
    case OP_x87st:
    case OP_x87:
        return parse_x87(p, op, &first);
    case OP_lea:
    case OP_ld ... OP_st:
    case OP_at_xchg ... OP_at_cmpxchg:
        first = false;
        return parse_address(p, op) && parse_ins(p, op, 2, &first);
    case OP_probe:
        return parse_probe(p, op);
    case OP_ld_env:
    case OP_st_env:
    case OP_exit_tb:
        return parse_ins(p, op, 0, &first) && parse_imm(p, &op->imm, &first);
    case OP_exit_ind:
        return parse_ins(p, op, 0, &first) &&
               (!skip_char(p, ',') || parse_number(p, &op->imm));
    case OP_putcc:
        if (!parse_ins(p, op, 0, &first) || !want_comma(p, &first) ||
            !parse_mask(p, &mask, ir_cc_names, NR_CC_NAMES)) {
            return false;
        }
        op->imm = mask;
        return true;
    case OP_exit_link:
        return parse_exit_link(p, op, &first);
    case OP_call:
        return parse_call(p, op);
    case OP_vop:
    case OP_vcmpcc:
    case OP_vtoi:
    case OP_itov:
        return parse_vec(p, op, &first);
    default:
        break;
    }
    if (!parse_ins(p, op, 0, &first)) {
        return false;
    }
    return !(op_info[op->code].flags & OPF_BRANCH) ||
           (want_comma(p, &first) && parse_label(p, &op->label));
}

static bool parse_annotations(Parse *p, IROp *op)
{
    int64_t v;
    uint32_t mask;
    if (!skip_char(p, ';')) {
        return true;
    }
    while (!at_eol(p)) {
        if (skip_word(p, "dead=")) {
            if (!parse_number(p, &v)) {
                return false;
            }
            op->dead = v;
            continue;
        }
        bool live = skip_word(p, "live=");
        if (!live && !skip_word(p, "fault=")) {
            return fail(p, "annotation '%.10s' is unknown", p->p);
        }
        if (!parse_mask(p, &mask, ir_cc_names, NR_CC_NAMES)) {
            return false;
        }
        *(live ? &op->ccmask : &op->ccfault) = mask;
    }
    return true;
}

/* ---- lines ---- */

/* `a, b =`; leaves the cursor where it was when the line does not begin so. */
static bool parse_outs(Parse *p, char out[IR_MAX_OUTS][MAX_NAME], unsigned *n)
{
    const char *start = p->p;
    *n = 0;
    do {
        if (*n == IR_MAX_OUTS || !parse_word(p, out[*n], "")) {
            return *n == IR_MAX_OUTS ? fail(p, "too many outputs") : false;
        }
        ++*n;
    } while (skip_char(p, ','));
    if (!skip_char(p, '=')) {
        p->p = start;
        *n = 0;
    }
    return true;
}

static bool parse_op(Parse *p)
{
    char out[IR_MAX_OUTS][MAX_NAME];
    unsigned n;
    if (!parse_outs(p, out, &n)) {
        return false;
    }
    IROp *op = parse_name(p);
    if (!op || !parse_body(p, op)) {
        return false;
    }
    for (unsigned k = 0; k < n; k++) {
        if (!find_ref(p, out[k], ir_out_type(op), &op->out[k])) {
            return false;
        }
    }
    if (op->code == OP_call && n) {
        ((HelperInfo *)(intptr_t)op->imm)->has_result = true;
    }
    return parse_annotations(p, op);
}

static bool at_label(Parse *p)
{
    skip_blanks(p);
    if (*p->p != 'L' || !g_ascii_isdigit(p->p[1])) {
        return false;
    }
    return p->p[1 + strspn(p->p + 1, "0123456789")] == ':';
}

static bool parse_insn_sp(Parse *p)
{
    int64_t ahead;
    if (!parse_number(p, &ahead)) {
        return false;
    }
    if (ahead != (int8_t)ahead) {
        return fail(p, "the stack pointer is too far ahead");
    }
    ir_insn_sp(p->s, ahead);
    return true;
}

static bool parse_insn(Parse *p)
{
    int64_t pc;
    if (!parse_number(p, &pc)) {
        return false;
    }
    int64_t from_unit = (uint64_t)pc - p->s->pc;
    if (from_unit != (int32_t)from_unit) {
        return fail(p, "the instruction is too far from the unit");
    }
    if (p->s->nops == IR_MAX_OPS) {
        return fail(p, "too many ops");
    }
    ir_insn_start(p->s, pc);
    return !skip_word(p, "sp=") || parse_insn_sp(p);
}

static bool parse_line(Parse *p)
{
    uint16_t label;
    if (skip_word(p, "insn_start")) {
        return parse_insn(p);
    }
    if (!at_label(p)) {
        return parse_op(p);
    }
    if (!parse_label(p, &label) || !want_char(p, ':')) {
        return false;
    }
    if (p->s->nops == IR_MAX_OPS) {
        return fail(p, "too many ops");
    }
    ir_label(p->s, label);
    return parse_annotations(p, &p->s->ops[p->s->nops - 1]);
}

static bool parse_unit(Parse *p)
{
    int64_t pc;
    while (at_eol(p) && *p->p) {
        next_line(p);
    }
    if (!skip_word(p, "tb")) {
        return fail(p, "'tb PC {' expected");
    }
    if (!parse_number(p, &pc)) {
        return false;
    }
    tcg_start(p->s, pc);
    p->s->relative = skip_word(p, "relative");
    p->s->fp_traps = skip_word(p, "traps");
    if (!want_char(p, '{')) {
        return false;
    }
    for (;;) {
        if (!at_eol(p)) {
            return fail(p, "'%.*s' is too much", (int)strcspn(p->p, " \n"), p->p);
        }
        do {
            if (!*p->p) {
                return fail(p, "'}' is missing");
            }
            next_line(p);
        } while (at_eol(p));
        if (skip_char(p, '}')) {
            return true;
        }
        if (!parse_line(p)) {
            return false;
        }
    }
}

bool ir_parse(TCGContext *s, const char *text, GError **errp)
{
    Parse p = {
        .s = s,
        .p = text,
        .line = 1,
        .errp = errp,
        .temps = g_array_new(false, false, sizeof(IRRef)),
        .labels = g_array_new(false, false, sizeof(int)),
    };
    bool ok = parse_unit(&p);
    g_array_free(p.temps, true);
    g_array_free(p.labels, true);
    return ok;
}
