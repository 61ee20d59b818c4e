/* The gdb stub without a guest: framing, packets good and bad, and random ones. */
/* SPDX-License-Identifier: MIT */
#include "cpu/debug.h"
#include "cpu/ldst.h"
#include "gdbstub/gdbstub.h"
#include "gdbstub/packet.h"
#include "tests/unit/unit.h"

/* ---- framing ---- */

static GString *sent, *packets;
static int interrupts;

static void on_send(void *opaque, const uint8_t *buf, size_t len)
{
    g_string_append_len(sent, (const char *)buf, len);
}

static void on_packet(void *opaque, char *data, size_t len)
{
    ck_assert_int_eq(data[len], 0);
    g_string_append_len(packets, data, len);
    g_string_append_c(packets, '|');
}

static void on_interrupt(void *opaque)
{
    interrupts++;
}

static const GDBLinkOps link_ops = {on_send, on_packet, on_interrupt};
static GDBLink link_under_test;

static void begin(void)
{
    sent = g_string_new(NULL);
    packets = g_string_new(NULL);
    interrupts = 0;
    gdb_link_init(&link_under_test, &link_ops, NULL);
}

static void end(void)
{
    g_string_free(sent, true);
    g_string_free(packets, true);
    gdb_link_clear(&link_under_test);
}

/* What comes in, and what that gives: packets, and bytes sent. */
static void expect(const char *in, const char *want_packets, const char *want_sent)
{
    g_string_truncate(sent, 0);
    g_string_truncate(packets, 0);
    gdb_link_receive(&link_under_test, (const uint8_t *)in, strlen(in));
    ck_assert_str_eq(packets->str, want_packets);
    ck_assert_str_eq(sent->str, want_sent);
}

START_TEST(good_packets)
{
    begin();
    expect("$qC#b4", "qC|", "+");
    expect("+$g#67", "g|", "+");
    expect("$#00", "|", "+");
    expect("$a}\x03}]b#1d", "a#}b|", "+");
    expect("$m0,4", "", "");
    expect("#fd", "m0,4|", "+");
    end();
}
END_TEST

START_TEST(bad_packets)
{
    begin();
    expect("$qC#b5", "", "-");
    expect("$qC#zz", "", "-");
    expect("$qC#b", "", "");
    expect("$", "", "-");          /* taken for the digit that was missing */
    expect("$qC$g#67", "g|", "+"); /* the first was cut short */
    expect("noise\x7f%~", "", "");
    expect("$a}#b4", "", ""); /* the # is escaped */
    expect("#c5", "", "-");
    end();
}
END_TEST

START_TEST(interrupts_come_between_packets)
{
    begin();
    expect("\x03", "", "");
    ck_assert_int_eq(interrupts, 1);
    expect("$a\x03#64", "a\x03|", "+");
    ck_assert_int_eq(interrupts, 1);
    end();
}
END_TEST

START_TEST(sends_again)
{
    begin();
    expect("-", "", "");
    gdb_link_send(&link_under_test, "OK", 2);
    expect("-", "", "$OK#9a");
    gdb_link_send(&link_under_test, "a#$}*", 5);
    expect("-", "", "$a}\x03}\x04}]}\n#c3");
    link_under_test.no_ack = true;
    expect("-", "", "");
    expect("$qC#00", "qC|", ""); /* checksums are not looked at */
    end();
}
END_TEST

START_TEST(long_packets)
{
    GString *in = g_string_new("$");
    begin();
    for (int i = 0; i < GDB_PACKET_MAX; i++) {
        g_string_append_c(in, '\x20');
    }
    g_string_append(in, "#00"); /* 0x4000 * 0x20 */
    gdb_link_receive(&link_under_test, (const uint8_t *)in->str, in->len);
    ck_assert_uint_eq(packets->len, GDB_PACKET_MAX + 1);
    g_string_insert(in, 1, "        ");
    expect(in->str, "", "+$E22#a9");
    expect("$qC#b4", "qC|", "+");
    g_string_free(in, true);
    end();
}
END_TEST

/* ---- the server on a vCPU that does nothing ---- */

typedef struct Env {
    uint64_t a, pc;
    uint8_t memory[64];
} Env;

static const RegFeature features[] = {
    {"core", REG_ALWAYS, NULL},
    {"sys",  REG_USER,   NULL}
};
static const RegDesc regs[] = {
    {"a",     offsetof(Env, a),  8, 0, "int64",    NULL, NULL, NULL, 0},
    {"pc",    offsetof(Env, pc), 8, 0, "code_ptr", NULL, NULL, NULL, 0},
    {"other", offsetof(Env, a),  8, 1, "int64",    NULL, NULL, NULL, 0},
};

static TBKey key(CPUState *cpu)
{
    return (TBKey){.pc = ((Env *)cpu_env(cpu))->pc};
}

static const CPUOps ops = {
    .name = "none",
    .env_size = sizeof(Env),
    .tb_key = key,
    .gdb_arch = "none",
    .regs = regs,
    .nregs = ARRAY_SIZE(regs),
    .reg_features = features,
    .nreg_features = ARRAY_SIZE(features),
};

void cpu_debug_after(CPUState *cpu, uintptr_t ra) {}
void cpu_breakpoint_changed(CPUState *cpu, vaddr pc) {}
void cpu_watchpoints_changed(CPUState *cpu, vaddr va) {}

/* Memory from 0x1000, of which there are 64 bytes. */
bool cpu_memory_rw_debug(CPUState *cpu, vaddr va, void *buf, size_t n, bool is_write)
{
    Env *env = cpu_env(cpu);
    if (va < 0x1000 || n > sizeof env->memory || va - 0x1000 > sizeof env->memory - n) {
        return false;
    }
    uint8_t *at = env->memory + (va - 0x1000);
    memcpy(is_write ? (void *)at : buf, is_write ? buf : (void *)at, n);
    return true;
}

static GDBServer *server;
static CPUState *vcpu;
static int runs, stops, kills;

static CPUState *thread(void *opaque, unsigned n)
{
    return n ? NULL : vcpu;
}

static unsigned one(void *opaque, CPUState *cpu)
{
    return 1;
}

static unsigned process_id(void *opaque)
{
    return 1;
}

static void thread_text(void *opaque, CPUState *cpu, GString *to)
{
    g_string_append(to, "<it>");
}

static void stop(void *opaque)
{
    stops++;
}

static void set_action(void *opaque, CPUState *cpu, GDBAction action, int signal) {}

static void run(void *opaque)
{
    runs++;
}

static void kill_it(void *opaque)
{
    kills++;
}

static void command(void *opaque, const char *line, GString *out)
{
    g_string_append_printf(out, "<%s>", line);
}

static const GDBProgram program = {
    .scope = REG_SYSTEM,
    .thread = thread,
    .thread_id = one,
    .process_id = process_id,
    .thread_text = thread_text,
    .stop = stop,
    .set_action = set_action,
    .run = run,
    .kill = kill_it,
    .command = command,
};

static void begin_server(void)
{
    sent = g_string_new(NULL);
    runs = stops = kills = 0;
    vcpu = cpu_new(&ops, 0, NULL, NULL);
    server = gdb_server_new(&program, NULL, on_send, NULL);
    gdb_server_connected(server);
}

static void end_server(void)
{
    gdb_server_free(server);
    cpu_free(vcpu);
    g_string_free(sent, true);
}

static void send_packet(const char *data, size_t len)
{
    g_autoptr(GString) p = g_string_new("$");
    uint8_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += data[i];
    }
    g_string_append_len(p, data, len);
    g_string_append_printf(p, "#%02x", sum);
    gdb_server_receive(server, (const uint8_t *)p->str, p->len);
}

static void ask(const char *packet, const char *want)
{
    g_string_truncate(sent, 0);
    send_packet(packet, strlen(packet));
    g_autoptr(GString) whole = g_string_new("+");
    uint8_t sum = 0;
    for (const char *p = want; *p; p++) {
        sum += *p;
    }
    g_string_append_printf(whole, "$%s#%02x", want, sum);
    ck_assert_str_eq(sent->str, whole->str);
}

START_TEST(registers_and_memory)
{
    begin_server();
    ask("P0=8877665544332211", "OK");
    ask("p0", "8877665544332211");
    ask("G00000000000000010000000000000002", "OK");
    ask("g", "00000000000000010000000000000002");
    ask("G0000000000000001", "E22");
    ask("p2", "E22"); /* only of programs */
    ask("M1000,4:01020304", "OK");
    ask("X1004,2:ab", "OK");
    ask("m1000,6", "010203046162");
    ask("m1000,41", "E14");
    ask("m0,1", "E14");
    ask("M1000,2:01", "E22");
    ask("X1000,3:ab", "E22");
    ask("qSearch:memory:1000;10;ab", "1,1004");
    ask("qSearch:memory:1000;4;ab", "0");
    end_server();
}
END_TEST

START_TEST(points)
{
    begin_server();
    ask("Z0,1000,1", "OK");
    ask("Z0,1000,1", "OK");
    ask("Z1,1000,1", "OK");
    ck_assert_int_eq(cpu_breakpoint_at(vcpu, 0x1000), BP_DEBUGGER);
    ask("z0,1000,1", "OK");
    ask("z0,1000,1", "E22");
    ck_assert_int_eq(cpu_breakpoint_at(vcpu, 0x1000), BP_DEBUGGER);
    ask("z1,1000,1", "OK");
    ck_assert_int_eq(cpu_breakpoint_at(vcpu, 0x1000), 0);
    ask("Z2,1ff8,10", "OK"); /* in two pages */
    ck_assert_ptr_nonnull(cpu_watchpoint_find(vcpu, 0x1fff, 1, BP_WRITE));
    ck_assert_ptr_nonnull(cpu_watchpoint_find(vcpu, 0x2007, 1, BP_WRITE));
    ck_assert_ptr_null(cpu_watchpoint_find(vcpu, 0x2008, 1, BP_WRITE));
    ck_assert_ptr_null(cpu_watchpoint_find(vcpu, 0x2000, 1, BP_READ));
    ask("Z3,fffffffffffffffe,8", "E22"); /* beyond the end */
    ask("Z4,0,100001", "E22");
    gdb_server_disconnected(server);
    ck_assert_ptr_null(vcpu->watchpoints);
    ck_assert_ptr_null(vcpu->breakpoints);
    end_server();
}
END_TEST

START_TEST(running)
{
    Env *env;
    begin_server();
    env = cpu_env(vcpu);
    ask("qSupported:swbreak+;multiprocess+",
        "PacketSize=4000;QStartNoAckMode+;multiprocess+;swbreak+;hwbreak+;vContSupported+"
        ";"
        "qXfer:features:read+;qXfer:threads:read+");
    ask("Z0,1000,1", "OK");
    g_string_truncate(sent, 0);
    send_packet("c", 1);
    ck_assert_str_eq(sent->str, "+");
    ck_assert_int_eq(runs, 1);
    send_packet("g", 1); /* it runs */
    ck_assert_str_eq(sent->str, "++");
    g_string_truncate(sent, 0);
    env->pc = 0x1000;
    vcpu->stop_cause = CPU_STOP_BREAKPOINT;
    gdb_server_stopped(server, vcpu, 0);
    ck_assert_ptr_nonnull(
        strstr(sent->str, "$T05swbreak:;1:0010000000000000;thread:p1.1;#"));
    g_string_truncate(sent, 0);
    gdb_server_stopped(server, vcpu, 0); /* nobody has asked */
    ck_assert_str_eq(sent->str, "");
    send_packet("vCont;r1000,1010:p1.1", 21);
    vcpu->stop_cause = CPU_STOP_STEP;
    runs = 0;
    env->pc = 0x1008;
    gdb_server_stopped(server, vcpu, 0);
    ck_assert_int_eq(runs, 1);
    env->pc = 0x1010;
    gdb_server_stopped(server, vcpu, 0);
    ck_assert_int_eq(runs, 1);
    ck_assert_ptr_nonnull(strstr(sent->str, "$T051:1010000000000000;thread:p1.1;#"));
    g_string_truncate(sent, 0);
    send_packet("qRcmd,6869", 10);
    ck_assert_str_eq(sent->str, "+$O3c68693e#5a$OK#9a");
    end_server();
}
END_TEST

/* Characters that packets are made of come more often than others. */
static void random_packet(Rand *rnd, GString *p)
{
    static const char usual[] = "gGpPmMXcsCSHTDZzvqQ?!0123456789abcdef,;:=.-";
    static const char *const names[] = {
        "vCont;",
        "qXfer:features:read:",
        "qSearch:memory:",
        "qRcmd,",
        "Z2,",
        "X1000,",
        "M1000,",
        "qThreadExtraInfo,",
        "QStartNoAckMode",
        "vCont;r",
        "Hg",
        "qSupported:",
    };
    unsigned n = rand_u64(rnd) % 40;
    g_string_truncate(p, 0);
    if (rand_u64(rnd) % 2) {
        g_string_append(p, names[rand_u64(rnd) % ARRAY_SIZE(names)]);
    }
    while (n--) {
        uint64_t r = rand_u64(rnd);
        g_string_append_c(p,
                          r % 8 ? usual[(r >> 8) % (sizeof usual - 1)] : (char)(r >> 8));
    }
}

/* Nothing that gdb could send does harm. */
START_TEST(random_packets)
{
    GString *p = g_string_new(NULL);
    Rand rnd = {1};
    begin_server();
    for (int i = 0; i < 300000; i++) {
        random_packet(&rnd, p);
        if (i % 16 == 0) {
            gdb_server_receive(server, (const uint8_t *)p->str, p->len);
        } else {
            send_packet(p->str, p->len);
        }
        gdb_server_stopped(server, vcpu, 0);
        g_string_truncate(sent, 0);
        if (i % 1000 == 0) {
            gdb_server_disconnected(server);
            gdb_server_connected(server);
        }
    }
    gdb_server_disconnected(server);
    gdb_server_connected(server);
    g_string_truncate(sent, 0);
    ask("qC", "QC1");
    g_string_free(p, true);
    end_server();
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, good_packets);
    tcase_add_test(tc, bad_packets);
    tcase_add_test(tc, interrupts_come_between_packets);
    tcase_add_test(tc, sends_again);
    tcase_add_test(tc, long_packets);
    tcase_add_test(tc, registers_and_memory);
    tcase_add_test(tc, points);
    tcase_add_test(tc, running);
    tcase_add_test(tc, random_packets);
}

int main(void)
{
    return unit_main("gdb", add_tests);
}
