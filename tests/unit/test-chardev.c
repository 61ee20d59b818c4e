/* Chardevs: files, flow control in both directions, pty, and the mux with its escapes. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backends/chardev-internal.h"
#include "tests/unit/unit.h"
#include "util/thread.h"

/* A front end that has `room` bytes of room and keeps what it gets. */
typedef struct Front {
    size_t room;
    GString *got;
    GString *events;
} Front;

static EventLoop *loop;
static Front front;

static size_t front_can_receive(void *opaque)
{
    return ((Front *)opaque)->room;
}

static void front_receive(void *opaque, const uint8_t *buf, size_t len)
{
    Front *f = opaque;
    ck_assert_uint_le(len, f->room);
    f->room -= len;
    g_string_append_len(f->got, (const char *)buf, len);
}

static void front_event(void *opaque, ChardevEvent event)
{
    g_string_append_c(((Front *)opaque)->events, "WBCFO"[event]);
}

static const ChardevHandlers handlers = {front_can_receive, front_receive, front_event};

static void front_init(Front *f, size_t room)
{
    *f = (Front){room, g_string_new(NULL), g_string_new(NULL)};
}

static void front_free(Front *f)
{
    g_string_free(f->got, true);
    g_string_free(f->events, true);
}

static void setup(void)
{
    machine_lock();
    loop = evloop_new();
    front_init(&front, 0);
}

static void teardown(void)
{
    front_free(&front);
    evloop_free(loop);
    machine_unlock();
}

/* Goes round until nothing is ready. */
static void settle(void)
{
    while (evloop_iterate(loop, false)) {
    }
}

static void write_text(Chardev *c, const char *text)
{
    ck_assert_uint_eq(chardev_write(c, (const uint8_t *)text, strlen(text)),
                      strlen(text));
}

START_TEST(file)
{
    g_autofree char *dir = g_dir_make_tmp("mynah-chardev-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "a=b,c", NULL);
    g_autofree char *spec = g_strconcat("file:", path, NULL), *text = NULL;
    Chardev *c = chardev_open(loop, "serial0", spec, NULL);
    write_text(c, "no newline yet");
    write_text(c, "; now\nand the rest");
    chardev_close(c);
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_str_eq(text, "no newline yet; now\nand the rest");
    unlink(path);
    rmdir(dir);
}
END_TEST

START_TEST(bad_specs)
{
    static const struct {
        const char *spec, *message;
    } cases[] = {
        {"studio",                     "did you mean 'stdio'"               },
        {"",                           "is no character device"             },
        {"file:",                      "the path is missing"                },
        {"file:/nonexistent/dir/file", "/nonexistent/dir/file: No such file"},
        {"stdio,signal=maybe",         "expected 'on' or 'off'"             },
        {"stdio,signl=on",             "did you mean 'signal'"              },
        {"pty,x=y",                    "takes no arguments"                 },
        {"unix:",                      "the path is missing"                },
        {"unix:/nonexistent/dir/s",    "/nonexistent/dir/s: No such file"   },
        {"unix:/nonexistent/s,servr",  "did you mean 'server'"              },
        {"tcp:",                       "expected [HOST]:PORT"               },
        {"tcp:localhost",              "expected [HOST]:PORT"               },
        {"tcp::nonsense,server=on",    "tcp::nonsense: "                    },
        {"tcp::65536,server=on",       "a port is at most 65535"            },
        {"tcp:127.0.0.1:1",            "Connection refused"                 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        GError *err = NULL;
        ck_assert_ptr_null(chardev_open(loop, "serial0", cases[i].spec, &err));
        ck_assert_msg(strstr(err->message, cases[i].message), "%s", err->message);
        g_error_free(err);
    }
}
END_TEST

static Chardev *fd_chardev(int fd)
{
    FdChardev *f = chardev_fd_new(loop, sizeof *f, &chardev_fd_ops, "test");
    chardev_fd_start(f, fd, fd);
    return &f->base;
}

START_TEST(input_by_room)
{
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    Chardev *c = fd_chardev(fds[0]);
    ck_assert_int_eq(write(fds[1], "abcdefgh", 8), 8);
    settle(); /* no front end yet: it waits */
    chardev_set_handlers(c, &handlers, &front);
    settle();
    ck_assert_str_eq(front.got->str, "");
    front.room = 3;
    chardev_accept_input(c);
    settle();
    ck_assert_str_eq(front.got->str, "abc");
    front.room = 100;
    chardev_accept_input(c);
    settle();
    ck_assert_str_eq(front.got->str, "abcdefgh");
    close(fds[1]);
    settle();
    ck_assert_str_eq(front.events->str, "OC");
    write_text(c, "to nobody\n"); /* must neither kill us nor wait */
    chardev_close(c);
}
END_TEST

/* Writes more than all queues hold: the chardev takes part of it, and the rest after
 * WRITABLE. */
START_TEST(output_is_complete)
{
    enum { TOTAL = 1000000 };
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    fcntl(fds[1], F_SETFL, O_NONBLOCK);
    FdChardev *f = chardev_fd_new(loop, sizeof *f, &chardev_fd_ops, "test");
    chardev_fd_start(f, -1, fds[1]);
    Chardev *c = &f->base;
    chardev_set_handlers(c, &handlers, &front);

    g_autofree uint8_t *data = g_malloc(TOTAL);
    Rand r = {1};
    for (size_t i = 0; i < TOTAL; i++) {
        data[i] = rand_below(&r, 20) ? 'a' + i % 26 : '\n';
    }
    g_autoptr(GByteArray) got = g_byte_array_new();
    size_t sent = 0, short_writes = 0;
    while (got->len < TOTAL) {
        while (sent < TOTAL && chardev_can_write(c)) {
            size_t n = 1 + rand_below(&r, 3000);
            n = MIN(n, TOTAL - sent);
            size_t taken = chardev_write(c, data + sent, n);
            sent += taken;
            short_writes += taken < n;
        }
        uint8_t buf[5000];
        evloop_iterate(loop, false);
        ssize_t n = read(fds[0], buf, 1 + rand_below(&r, sizeof buf));
        if (n > 0) {
            g_byte_array_append(got, buf, n);
        }
    }
    ck_assert_uint_eq(got->len, TOTAL);
    ck_assert_int_eq(memcmp(got->data, data, TOTAL), 0);
    ck_assert_uint_gt(short_writes, 0);
    ck_assert_uint_gt(front.events->len, 1);
    for (size_t i = 1; i < front.events->len; i++) {
        ck_assert_int_eq(front.events->str[i], 'W');
    }
    chardev_close(c);
    close(fds[0]);
}
END_TEST

START_TEST(close_does_not_wait_for_ever)
{
    int fds[2];
    static uint8_t zeros[60000];
    ck_assert_int_eq(pipe(fds), 0);
    fcntl(fds[1], F_SETFL, O_NONBLOCK);
    FdChardev *f = chardev_fd_new(loop, sizeof *f, &chardev_fd_ops, "test");
    chardev_fd_start(f, -1, fds[1]);
    for (int i = 0; i < 3; i++) { /* nobody reads */
        chardev_write(&f->base, zeros, sizeof zeros);
    }
    chardev_close(&f->base);
    close(fds[0]);
}
END_TEST

/* Opens a pty chardev and returns the path that it prints. */
static Chardev *open_pty(char *path, size_t size)
{
    int fds[2], saved = dup(STDERR_FILENO);
    ck_assert_int_eq(pipe(fds), 0);
    dup2(fds[1], STDERR_FILENO);
    Chardev *c = chardev_open(loop, "serial0", "pty", NULL);
    dup2(saved, STDERR_FILENO);
    char text[256] = {0};
    ck_assert_int_gt(read(fds[0], text, sizeof text - 1), 0);
    ck_assert_int_eq(
        sscanf(text, "char device redirected to %255s (label serial0)", path), 1);
    close(fds[0]);
    close(fds[1]);
    close(saved);
    return c;
}

START_TEST(pty)
{
    char path[256], buf[64] = {0};
    Chardev *c = open_pty(path, sizeof path);
    front.room = 100;
    chardev_set_handlers(c, &handlers, &front);
    write_text(c, "nobody is there\n");
    settle();
    int fd = open(path, O_RDWR | O_NOCTTY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "in", 2), 2);
    while (front.got->len < 2) { /* it looks now and then whether somebody is there */
        evloop_iterate(loop, true);
    }
    ck_assert_str_eq(front.got->str, "in");
    write_text(c, "out\n");
    ck_assert_int_eq(read(fd, buf, sizeof buf - 1), 4);
    ck_assert_str_eq(buf, "out\n");
    close(fd);
    settle();
    ck_assert_str_eq(front.events->str, "O");
    chardev_close(c);
}
END_TEST

static int connect_unix(const char *path)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    strcpy(sa.sun_path, path);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    return fd;
}

/* A server has one client at a time; the next waits until that one has gone. */
START_TEST(socket_server)
{
    g_autofree char *dir = g_dir_make_tmp("mynah-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "socket", NULL);
    g_autofree char *spec = g_strdup_printf("unix:%s,server,nowait", path);
    char buf[64] = {0};
    Chardev *c = chardev_open(loop, "test", spec, NULL);
    front.room = 100;
    chardev_set_handlers(c, &handlers, &front);
    write_text(c, "nobody is there\n");
    ck_assert_str_eq(front.events->str, "");
    int first = connect_unix(path), second = connect_unix(path);
    ck_assert_int_eq(write(second, "later", 5), 5);
    ck_assert_int_eq(write(first, "in", 2), 2);
    while (front.got->len < 2) {
        evloop_iterate(loop, true);
    }
    ck_assert_str_eq(front.got->str, "in");
    ck_assert_str_eq(front.events->str, "O");
    write_text(c, "out\n");
    ck_assert_int_eq(read(first, buf, sizeof buf - 1), 4);
    ck_assert_str_eq(buf, "out\n");
    close(first);
    while (front.got->len < 7) {
        evloop_iterate(loop, true);
    }
    ck_assert_str_eq(front.got->str, "inlater");
    ck_assert_str_eq(front.events->str, "OCO");
    chardev_close(c);
    ck_assert_int_eq(read(second, buf, sizeof buf), 0);
    close(second);
    ck_assert_int_ne(access(path, F_OK), 0);
    rmdir(dir);
}
END_TEST

/* Two chardevs, one the other's client. */
START_TEST(socket_client)
{
    Chardev *server =
        chardev_open(loop, "server", "tcp:127.0.0.1:0,server=on,wait=off", NULL);
    ck_assert_ptr_nonnull(server);
    chardev_close(server);
    g_autofree char *dir = g_dir_make_tmp("mynah-XXXXXX", NULL);
    g_autofree char *spec = g_strdup_printf("unix:%s/s", dir);
    g_autofree char *listening = g_strconcat(spec, ",server=on,wait=off", NULL);
    server = chardev_open(loop, "server", listening, NULL);
    Chardev *client = chardev_open(loop, "client", spec, NULL);
    front.room = 100;
    chardev_set_handlers(server, &handlers, &front);
    write_text(client, "hello\n");
    while (front.got->len < 6) {
        evloop_iterate(loop, true);
    }
    ck_assert_str_eq(front.got->str, "hello\n");
    chardev_close(client);
    chardev_close(server);
    rmdir(dir);
}
END_TEST

/* ---- mux ---- */

static GString *hooks_called;

static void hook_quit(void *opaque)
{
    g_string_append_c(hooks_called, 'q');
}

static void hook_sync(void *opaque)
{
    g_string_append_c(hooks_called, 's');
}

static const ChardevMuxHooks hooks = {hook_quit, hook_sync};

typedef struct MuxTest {
    int host; /* our end of the backend */
    Chardev *serial, *monitor;
    Front monitor_front;
} MuxTest;

static void mux_open(MuxTest *t)
{
    int fds[2];
    hooks_called = g_string_new(NULL);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    t->host = fds[1];
    ChardevMux *mux = chardev_mux_new(fd_chardev(fds[0]), &hooks, NULL);
    t->serial = chardev_mux_add(mux, "serial0");
    t->monitor = chardev_mux_add(mux, "monitor");
    front_init(&t->monitor_front, 1000);
    front.room = 1000;
    chardev_set_handlers(t->serial, &handlers, &front);
    chardev_set_handlers(t->monitor, &handlers, &t->monitor_front);
}

static void mux_close(MuxTest *t)
{
    chardev_close(t->monitor);
    chardev_close(t->serial);
    close(t->host);
    front_free(&t->monitor_front);
    g_string_free(hooks_called, true);
}

static void type(MuxTest *t, const char *text)
{
    ck_assert_int_eq(write(t->host, text, strlen(text)), (ssize_t)strlen(text));
    settle();
}

/* What the mux has written to the host's side. */
static char *host_text(MuxTest *t)
{
    static char buf[4096];
    ssize_t n = recv(t->host, buf, sizeof buf - 1, MSG_DONTWAIT);
    buf[MAX(n, 0)] = 0;
    return buf;
}

START_TEST(mux_escapes)
{
    MuxTest t;
    mux_open(&t);
    type(&t, "ab\001\001c\001a\001");
    ck_assert_str_eq(front.got->str, "ab\001c\001");
    type(&t, "b"); /* the escape came with the read before */
    ck_assert_str_eq(front.events->str, "B");
    type(&t, "\001s\001z!");
    ck_assert_str_eq(hooks_called->str, "s");
    ck_assert_str_eq(front.got->str, "ab\001c\001!");

    type(&t, "\001ccmd");
    ck_assert_str_eq(t.monitor_front.got->str, "cmd");
    ck_assert_str_eq(t.monitor_front.events->str, "F");
    type(&t, "\001cx");
    ck_assert_str_eq(front.got->str, "ab\001c\001!x");

    type(&t, "\001h");
    ck_assert_ptr_nonnull(strstr(host_text(&t), "C-a x    exit"));
    type(&t, "\001x");
    ck_assert_str_eq(hooks_called->str, "sq");
    ck_assert_ptr_nonnull(strstr(host_text(&t), "terminated"));
    write_text(t.serial, "from serial\n");
    write_text(t.monitor, "from monitor\n");
    ck_assert_str_eq(host_text(&t), "from serial\nfrom monitor\n");
    mux_close(&t);
}
END_TEST

START_TEST(mux_reads_ahead)
{
    MuxTest t;
    mux_open(&t);
    front.room = 2;
    type(&t, "hung guest\001x");
    ck_assert_str_eq(hooks_called->str, "q");
    ck_assert_str_eq(front.got->str, "hu");
    front.room = 5;
    chardev_accept_input(t.serial);
    ck_assert_str_eq(front.got->str, "hung gu");
    front.room = 100;
    chardev_accept_input(t.serial);
    ck_assert_str_eq(front.got->str, "hung guest");
    mux_close(&t);
}
END_TEST

START_TEST(mux_without_monitor)
{
    MuxTest t;
    mux_open(&t);
    chardev_close(t.monitor);
    type(&t, "\001c.");
    ck_assert_ptr_nonnull(strstr(host_text(&t), "no monitor"));
    ck_assert_str_eq(front.got->str, ".");
    chardev_close(t.serial);
    close(t.host);
    front_free(&t.monitor_front);
    g_string_free(hooks_called, true);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, file);
    tcase_add_test(tc, bad_specs);
    tcase_add_test(tc, input_by_room);
    tcase_add_test(tc, output_is_complete);
    tcase_add_test(tc, close_does_not_wait_for_ever);
    tcase_add_test(tc, pty);
    tcase_add_test(tc, socket_server);
    tcase_add_test(tc, socket_client);
    tcase_add_test(tc, mux_escapes);
    tcase_add_test(tc, mux_reads_ahead);
    tcase_add_test(tc, mux_without_monitor);
}

int main(void)
{
    return unit_main("chardev", add_tests);
}
