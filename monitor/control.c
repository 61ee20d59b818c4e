/* Commands that steer: run state, reset, log, gdb. */
/* SPDX-License-Identifier: MIT */
#include "monitor/monitor-internal.h"

#include <stdlib.h>

#include "util/log.h"

void hmp_stop(MonCall *c)
{
    c->p->stop(c->p->opaque);
}

void hmp_cont(MonCall *c)
{
    c->p->cont(c->p->opaque, &c->error);
}

void hmp_quit(MonCall *c)
{
    c->p->quit(c->p->opaque);
}

void hmp_reset(MonCall *c)
{
    machine_request(c->p->machine, MACHINE_RESET, 0);
}

void hmp_powerdown(MonCall *c)
{
    if (c->p->machine->powerdown) {
        c->p->machine->powerdown(c->p->machine);
    }
}

void hmp_nmi(MonCall *c)
{
    if (c->p->machine->nmi) {
        c->p->machine->nmi(c->p->machine);
    } else {
        user_error(&c->error, "machine does not provide NMIs");
    }
}

static void print_log_items(MonCall *c)
{
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream(&text, &len);
    log_print_help(f);
    fclose(f);
    mon_printf(c, "%s", text);
    free(text);
}

void hmp_log(MonCall *c)
{
    uint32_t before = log_mask;
    log_set_mask(0);
    if (strcmp(c->text, "none") == 0) {
        return;
    }
    g_autoptr(GError) error = NULL;
    if (!log_set_items(c->text, &error)) {
        log_set_mask(before);
        print_log_items(c);
    }
}

void hmp_logfile(MonCall *c)
{
    log_set_file(c->text, false, &c->error);
}

void hmp_accel(MonCall *c)
{
    if (!c->p->change_accel(c->p->opaque, c->text, &c->error)) {
        user_error_prefix(&c->error, "accel %s: ", c->text);
    }
}

void hmp_gdbserver(MonCall *c)
{
    const char *spec = c->text ? c->text : "tcp::1234";
    if (!c->p->gdbserver(c->p->opaque, spec, &c->error)) {
        return;
    }
    if (strcmp(spec, "none") == 0) {
        mon_printf(c, "Disabled gdbserver\n");
    } else {
        mon_printf(c, "Waiting for gdb connection on device '%s'\n", spec);
    }
}
