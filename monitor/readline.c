/* The monitor's input line: editing, history, completion. */
/* SPDX-License-Identifier: MIT */
#include "monitor/readline.h"

enum { LINE_MAX_LEN = 4095, HISTORY_MAX = 64 };

#define CTRL(c) ((c)-64)

static void print(Readline *r, const char *text)
{
    r->ops->print(r->opaque, text, strlen(text));
}

/* Shows what is behind the cursor again, and what goes there instead of `gone` bytes. */
static void show_tail(Readline *r, size_t gone)
{
    size_t tail = r->text->len - r->cursor;
    r->ops->print(r->opaque, r->text->str + r->cursor, tail);
    for (size_t i = 0; i < gone; i++) {
        print(r, " ");
    }
    for (size_t i = 0; i < tail + gone; i++) {
        print(r, "\b");
    }
}

static void move_to(Readline *r, size_t to)
{
    for (; r->cursor > to; r->cursor--) {
        print(r, "\b");
    }
    if (r->cursor < to) {
        r->ops->print(r->opaque, r->text->str + r->cursor, to - r->cursor);
        r->cursor = to;
    }
}

static void insert(Readline *r, const char *bytes, size_t n)
{
    if (r->text->len + n > LINE_MAX_LEN) {
        return;
    }
    g_string_insert_len(r->text, r->cursor, bytes, n);
    r->ops->print(r->opaque, bytes, n);
    r->cursor += n;
    if (r->cursor < r->text->len) {
        show_tail(r, 0);
    }
}

/* Deletes n bytes from the cursor on. */
static void erase(Readline *r, size_t n)
{
    n = MIN(n, r->text->len - r->cursor);
    if (n) {
        g_string_erase(r->text, r->cursor, n);
        show_tail(r, n);
    }
}

static void delete_back(Readline *r, size_t n)
{
    n = MIN(n, r->cursor);
    move_to(r, r->cursor - n);
    erase(r, n);
}

static size_t word_before(const Readline *r)
{
    size_t at = r->cursor;
    while (at && r->text->str[at - 1] == ' ') {
        at--;
    }
    while (at && r->text->str[at - 1] != ' ') {
        at--;
    }
    return r->cursor - at;
}

/* ---- history ---- */

static void show_history(Readline *r, unsigned at)
{
    if (at > r->history->len) {
        return;
    }
    r->at = at;
    const char *line = at < r->history->len ? g_ptr_array_index(r->history, at) : "";
    move_to(r, 0);
    erase(r, r->text->len);
    insert(r, line, strlen(line));
}

static void remember(Readline *r, const char *line)
{
    unsigned n = r->history->len;
    if (*line && (!n || strcmp(g_ptr_array_index(r->history, n - 1), line) != 0)) {
        if (n == HISTORY_MAX) {
            g_ptr_array_remove_index(r->history, 0);
        }
        g_ptr_array_add(r->history, g_strdup(line));
    }
}

/* ---- completion ---- */

static size_t common_length(char *const *words)
{
    size_t n = strlen(words[0]);
    for (unsigned i = 1; words[i]; i++) {
        size_t k = 0;
        while (k < n && words[i][k] == words[0][k]) {
            k++;
        }
        n = k;
    }
    return n;
}

static void list_words(Readline *r, char *const *words)
{
    print(r, "\n");
    for (unsigned i = 0; words[i]; i++) {
        print(r, words[i]);
        print(r, words[i + 1] ? " " : "\n");
    }
    size_t cursor = r->cursor;
    print(r, r->prompt);
    r->cursor = 0;
    move_to(r, r->text->len);
    move_to(r, cursor);
}

static void complete(Readline *r)
{
    g_autofree char *start = g_strndup(r->text->str, r->cursor);
    g_auto(GStrv) words = r->ops->complete(r->opaque, start);
    if (!words || !words[0]) {
        return;
    }
    const char *space = strrchr(start, ' ');
    size_t have = strlen(space ? space + 1 : start), common = common_length(words);
    if (common > have) {
        insert(r, words[0] + have, common - have);
    }
    if (!words[1]) {
        insert(r, " ", 1);
    } else if (common <= have) {
        list_words(r, words);
    }
}

/* ---- keys ---- */

static void end_of_line(Readline *r)
{
    g_autofree char *line = g_strdup(r->text->str);
    move_to(r, r->text->len);
    print(r, "\n");
    remember(r, line);
    g_string_truncate(r->text, 0);
    r->cursor = 0;
    r->ops->line(r->opaque, line);
}

static void control(Readline *r, uint8_t c)
{
    switch (c) {
    case '\t':
        complete(r);
        break;
    case 27:
        r->state = KEY_ESCAPE;
        break;
    case CTRL('A'):
        move_to(r, 0);
        break;
    case CTRL('B'):
        move_to(r, r->cursor - (r->cursor > 0));
        break;
    case CTRL('C'):
    case CTRL('U'):
        delete_back(r, r->cursor);
        break;
    case CTRL('D'):
        erase(r, 1);
        break;
    case CTRL('E'):
        move_to(r, r->text->len);
        break;
    case CTRL('F'):
        move_to(r, MIN(r->cursor + 1, r->text->len));
        break;
    case CTRL('H'):
    case 127:
        delete_back(r, 1);
        break;
    case CTRL('K'):
        erase(r, r->text->len - r->cursor);
        break;
    case CTRL('N'):
        show_history(r, r->at + 1);
        break;
    case CTRL('P'):
        show_history(r, r->at - 1); /* below 0 is beyond the length */
        break;
    case CTRL('W'):
        delete_back(r, word_before(r));
        break;
    }
}

/* The last byte of ESC [ ... : as the control key that does the same. */
static void csi(Readline *r, uint8_t c)
{
    static const struct {
        char number, final, key;
    } keys[] = {
        {0,   'A', 'P'},
        {0,   'B', 'N'},
        {0,   'C', 'F'},
        {0,   'D', 'B'},
        {0,   'H', 'A'},
        {0,   'F', 'E'},
        {'1', '~', 'A'},
        {'4', '~', 'E'},
        {'3', '~', 'D'},
    };
    if (g_ascii_isdigit(c) || c == ';') {
        r->csi_number = c;
        return;
    }
    r->state = KEY_PLAIN;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        if (keys[i].number == r->csi_number && keys[i].final == c) {
            control(r, CTRL(keys[i].key));
        }
    }
}

static void plain(Readline *r, uint8_t c)
{
    bool after_return = r->after_return;
    r->after_return = c == '\r';
    if (c == '\r' || c == '\n') {
        if (c == '\r' || !after_return) {
            end_of_line(r);
        }
    } else if (c < 32 || c == 127) {
        control(r, c);
    } else {
        insert(r, (const char *)&c, 1);
    }
}

void readline_byte(Readline *r, uint8_t c)
{
    switch (r->state) {
    case KEY_PLAIN:
        plain(r, c);
        break;
    case KEY_ESCAPE:
        r->state = c == '[' || c == 'O' ? KEY_CSI : KEY_PLAIN;
        r->csi_number = 0;
        break;
    case KEY_CSI:
        csi(r, c);
        break;
    }
}

void readline_start(Readline *r)
{
    g_string_truncate(r->text, 0);
    r->cursor = 0;
    r->at = r->history->len;
    print(r, r->prompt);
}

void readline_init(Readline *r, const ReadlineOps *ops, void *opaque, const char *prompt)
{
    *r = (Readline){.ops = ops, .opaque = opaque, .prompt = prompt};
    r->text = g_string_new(NULL);
    r->history = g_ptr_array_new_with_free_func(g_free);
}

void readline_clear(Readline *r)
{
    g_string_free(r->text, true);
    g_ptr_array_unref(r->history);
}
