/* Clock and timers, properties of devices, saved state. */
/* SPDX-License-Identifier: MIT */
#include "tests/qtest/qtest.h"
#include "util/event-loop.h"
#include "util/thread.h"

/* ---- clock ---- */

typedef struct Fired {
    Timer t;
    int id;
    GString *log;
    int64_t again; /* re-arm this much later, 0: no */
} Fired;

static void on_fire(void *opaque)
{
    Fired *f = opaque;
    g_string_append_printf(f->log, "%d@%" PRId64 " ", f->id, clock_ns(f->t.clock));
    if (f->again) {
        timer_mod(&f->t, clock_ns(f->t.clock) + f->again);
    }
}

START_TEST(timers_fire_in_order)
{
    Clock *c = clock_new_manual();
    g_autoptr(GString) log = g_string_new("");
    Fired f[4];
    for (int i = 0; i < 4; i++) {
        f[i] = (Fired){.id = i, .log = log};
        timer_init(&f[i].t, c, on_fire, &f[i]);
    }
    timer_mod(&f[0].t, 300);
    timer_mod(&f[1].t, 100);
    timer_mod(&f[2].t, 100); /* same time: order of arming */
    timer_mod(&f[3].t, 200);
    ck_assert_int_eq(clock_deadline(c), 100);
    timer_del(&f[3].t);
    ck_assert(!timer_pending(&f[3].t));
    clock_step(c, 99);
    ck_assert_str_eq(log->str, "");
    clock_step(c, 1000);
    ck_assert_str_eq(log->str, "1@100 2@100 0@300 ");
    ck_assert_int_eq(clock_ns(c), 1099);
    ck_assert_int_eq(clock_deadline(c), TIMER_IDLE);
    clock_free(c);
}
END_TEST

START_TEST(timer_rearms_itself)
{
    Clock *c = clock_new_manual();
    g_autoptr(GString) log = g_string_new("");
    Fired f = {.id = 7, .log = log, .again = 10};
    timer_init(&f.t, c, on_fire, &f);
    timer_mod(&f.t, -5); /* past: fires at once */
    clock_step(c, 25);
    ck_assert_str_eq(log->str, "7@0 7@10 7@20 ");
    timer_del(&f.t);
    clock_free(c);
}
END_TEST

START_TEST(clock_stands_still_while_paused)
{
    Clock *c = clock_new_manual();
    g_autoptr(GString) log = g_string_new("");
    Fired f = {.id = 1, .log = log};
    timer_init(&f.t, c, on_fire, &f);
    clock_step(c, 50);
    timer_mod(&f.t, 60);
    clock_pause(c);
    clock_pause(c);
    clock_step(c, 1000);
    ck_assert_int_eq(clock_ns(c), 50);
    clock_resume(c);
    clock_step(c, 9);
    ck_assert_str_eq(log->str, "");
    clock_set_ns(c, 1000000);
    clock_step(c, 0);
    ck_assert_str_eq(log->str, "1@1000000 ");
    clock_free(c);
}
END_TEST

/* Many timers armed and disarmed at random: the first one is the smallest of all. */
START_TEST(heap_matches_model)
{
    enum { N = 40 };
    Clock *c = clock_new_manual();
    g_autoptr(GString) log = g_string_new("");
    Rand r = {12345};
    Fired f[N];
    for (int i = 0; i < N; i++) {
        f[i] = (Fired){.id = i, .log = log};
        timer_init(&f[i].t, c, on_fire, &f[i]);
    }
    for (int round = 0; round < 20000; round++) {
        Fired *p = &f[rand_below(&r, N)];
        if (rand_below(&r, 3)) {
            timer_mod(&p->t, clock_ns(c) + rand_below(&r, 1000));
        } else {
            timer_del(&p->t);
        }
        int64_t first = TIMER_IDLE;
        for (int i = 0; i < N; i++) {
            first = MIN(first, f[i].t.expire);
            ck_assert(f[i].t.expire >= clock_ns(c));
        }
        ck_assert_int_eq(clock_deadline(c), first);
        clock_step(c, rand_below(&r, 8) ? 0 : rand_below(&r, 300));
    }
    clock_free(c);
}
END_TEST

/* ---- the clock of a running emulator ---- */

typedef struct Ticker {
    Timer t;
    EventLoop *loop;
    int left;
} Ticker;

static void on_tick(void *opaque)
{
    Ticker *k = opaque;
    int64_t now = clock_ns(k->t.clock);
    ck_assert_int_ge(now, 0);
    if (--k->left) {
        timer_mod(&k->t, now + 100000);
    } else {
        evloop_quit(k->loop);
    }
}

START_TEST(host_clock_fires)
{
    machine_lock();
    EventLoop *loop = evloop_new();
    Clock *c = clock_new_host(loop);
    Ticker k = {.loop = loop, .left = 20};
    int64_t before = clock_ns(c);
    timer_init(&k.t, c, on_tick, &k);
    timer_mod(&k.t, before + 1);
    evloop_run(loop);
    ck_assert_int_eq(k.left, 0);
    ck_assert_int_ge(clock_ns(c) - before, 19 * 100000);
    clock_pause(c);
    int64_t paused = clock_ns(c);
    timer_mod(&k.t, 0);
    evloop_iterate(loop, false);
    ck_assert_int_eq(k.left, 0); /* nothing fires */
    ck_assert_int_eq(clock_ns(c), paused);
    timer_del(&k.t);
    clock_free(c);
    evloop_free(loop);
    machine_unlock();
}
END_TEST

/* ---- a device of this test ---- */

typedef struct Inner {
    uint16_t a;
    bool b;
} Inner;

typedef struct ToyState {
    Device dev;
    uint8_t small;
    uint64_t big;
    bool flag;
    char *text;
    IRQLine out;
    uint32_t words[3];
    Inner inner[2];
    uint8_t blob[5];
    Timer timer;
    uint32_t later; /* since version 2 */
    unsigned loads;
} ToyState;

static const Property toy_props[] = {
    PROP_UINT(ToyState, "small", small, 7, "a byte"),
    PROP_SIZE(ToyState, "big", big, 0x1000, "a size"),
    PROP_BOOL(ToyState, "flag", flag, true, "a switch"),
    PROP_STRING(ToyState, "text", text, "a text"),
    PROP_IRQ(ToyState, "out", out, "a line"),
    PROP_END(),
};

static const VMField inner_fields[] = {
    VMF_INT(Inner, a),
    VMF_BOOL(Inner, b),
    VMF_END(),
};

static const VMField toy_fields[] = {
    VMF_INT(ToyState, small),
    VMF_INT(ToyState, big),
    VMF_BOOL(ToyState, flag),
    VMF_INT_ARRAY(ToyState, words),
    VMF_INT_SINCE(ToyState, later, 2),
    VMF_STRUCT_ARRAY(ToyState, inner, inner_fields),
    VMF_BYTES(ToyState, blob),
    VMF_TIMER(ToyState, timer),
    VMF_END(),
};

static bool toy_post_load(void *opaque, uint32_t version, GError **errp)
{
    ToyState *s = opaque;
    s->loads++;
    return s->small < 200 || user_error(errp, "small is too large");
}

static const VMState toy_v1 = {1, 1, toy_fields, .post_load = toy_post_load};
static const VMState toy_v2 = {2, 1, toy_fields, .post_load = toy_post_load};
static const VMState toy_v3 = {3, 3, toy_fields, .post_load = toy_post_load};

static bool toy_realize(Device *d, GError **errp)
{
    return ((ToyState *)d)->small != 99 || user_error(errp, "99 is refused");
}

static const DeviceClass toy_class = {
    .name = "toy",
    .desc = "device of a test",
    .size = sizeof(ToyState),
    .props = toy_props,
    .state = &toy_v2,
    .realize = toy_realize,
};

static void expect_error(bool ok, GError **err, const char *text)
{
    ck_assert(!ok);
    ck_assert_ptr_nonnull(*err);
    ck_assert_msg(strstr((*err)->message, text) != NULL, "%s", (*err)->message);
    g_clear_error(err);
}

START_TEST(properties)
{
    QTest q;
    GError *err = NULL;
    qtest_init(&q);
    ToyState *s = (ToyState *)device_new(&toy_class, &q.m);
    Device *d = &s->dev;
    ck_assert(s->small == 7 && s->big == 0x1000 && s->flag && !s->text);
    ck_assert(device_set(d, "small", "0xff", &err) && s->small == 255);
    ck_assert(device_set(d, "big", "3G", &err) && s->big == 3ULL << 30);
    ck_assert(device_set(d, "flag", "off", &err) && !s->flag);
    ck_assert(device_set(d, "text", "one", &err) && device_set(d, "text", "two", &err));
    ck_assert_str_eq(s->text, "two");
    expect_error(device_set(d, "small", "256", &err), &err, "small=256");
    expect_error(device_set(d, "small", "", &err), &err, "small=");
    expect_error(device_set(d, "small", "1K", &err), &err, "small=1K");
    expect_error(device_set(d, "small", "-1", &err), &err, "small=-1");
    expect_error(device_set(d, "big", "20000000T", &err), &err, "big=");
    expect_error(device_set(d, "flag", "yes", &err), &err, "'on' nor 'off'");
    expect_error(device_set(d, "out", "1", &err), &err, "small, big, flag, text");
    expect_error(device_set(d, "nosuch", "1", &err), &err, "no property 'nosuch'");
    ck_assert(device_set(d, "small", "99", &err));
    expect_error(device_realize(d, &err), &err, "99 is refused");
    ck_assert_uint_eq(q.m.devices->len, 0);
    expect_error(device_add_from_spec(&q.m, "toy", &err), &err, "no device 'toy'");
    expect_error(device_add_from_spec(&q.m, "", &err), &err, "no device ''");
    qtest_fini(&q);
}
END_TEST

static void toy_fill(ToyState *s, Clock *c)
{
    timer_init(&s->timer, c, on_fire, NULL);
    s->small = 0x12;
    s->big = 0x1122334455667788;
    s->flag = true;
    s->words[0] = 1;
    s->words[2] = 0xdeadbeef;
    s->inner[1] = (Inner){0xabcd, true};
    memcpy(s->blob, "hello", 5);
    timer_mod(&s->timer, 5000);
    s->later = 42;
}

START_TEST(vmstate_round_trip)
{
    Clock *c = clock_new_manual();
    ToyState a = {0}, b = {0};
    GByteArray *out = g_byte_array_new();
    size_t pos = 0;
    toy_fill(&a, c);
    timer_init(&b.timer, c, on_fire, NULL);
    vmstate_save(out, "toy", &toy_v2, &a);
    ck_assert(vmstate_load(out->data, out->len, &pos, "toy", &toy_v2, &b, NULL));
    ck_assert_uint_eq(pos, out->len);
    ck_assert(b.small == 0x12 && b.big == a.big && b.flag && b.later == 42 &&
              b.loads == 1);
    ck_assert(!memcmp(a.words, b.words, sizeof a.words) && !memcmp(a.blob, b.blob, 5));
    ck_assert(b.inner[1].a == 0xabcd && b.inner[1].b && !b.inner[0].b);
    ck_assert_int_eq(b.timer.expire, 5000);
    g_byte_array_unref(out);
    clock_free(c);
}
END_TEST

START_TEST(vmstate_old_version)
{
    Clock *c = clock_new_manual();
    ToyState a = {0}, b = {.later = 7};
    GByteArray *out = g_byte_array_new();
    GError *err = NULL;
    size_t pos = 0;
    toy_fill(&a, c);
    timer_init(&b.timer, c, on_fire, NULL);
    vmstate_save(out, "toy", &toy_v1, &a);
    ck_assert(vmstate_load(out->data, out->len, &pos, "toy", &toy_v2, &b, NULL));
    ck_assert(b.later == 7 && b.words[2] == 0xdeadbeef);
    pos = 0;
    expect_error(vmstate_load(out->data, out->len, &pos, "toy", &toy_v3, &b, &err), &err,
                 "version 1 (known: 3 to 3)");
    pos = 0;
    expect_error(vmstate_load(out->data, out->len, &pos, "ball", &toy_v2, &b, &err), &err,
                 "'toy' where 'ball'");
    g_byte_array_unref(out);
    clock_free(c);
}
END_TEST

/* Every truncation is refused, and so is what post_load does not like. */
START_TEST(vmstate_bad_streams)
{
    Clock *c = clock_new_manual();
    ToyState a = {0}, b = {0};
    GByteArray *out = g_byte_array_new();
    GError *err = NULL;
    toy_fill(&a, c);
    timer_init(&b.timer, c, on_fire, NULL);
    a.small = 201;
    vmstate_save(out, "toy", &toy_v2, &a);
    for (guint n = 0; n < out->len; n++) {
        g_autofree uint8_t *copy = g_memdup2(out->data, n); /* exact size, for ASan */
        size_t pos = 0;
        ck_assert(!vmstate_load(copy, n, &pos, "toy", &toy_v2, &b, NULL));
    }
    size_t pos = 0;
    expect_error(vmstate_load(out->data, out->len, &pos, "toy", &toy_v2, &b, &err), &err,
                 "too large");
    g_byte_array_unref(out);
    clock_free(c);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_test(tc, timers_fire_in_order);
    tcase_add_test(tc, timer_rearms_itself);
    tcase_add_test(tc, clock_stands_still_while_paused);
    tcase_add_test(tc, heap_matches_model);
    tcase_add_test(tc, host_clock_fires);
    tcase_add_test(tc, properties);
    tcase_add_test(tc, vmstate_round_trip);
    tcase_add_test(tc, vmstate_old_version);
    tcase_add_test(tc, vmstate_bad_streams);
}

int main(void)
{
    return unit_main("core", add);
}
