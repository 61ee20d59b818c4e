/* Values of options about the board that take some reading: -rtc, -smbios, -uuid. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/options-internal.h"

#include "util/options.h"

#define DATE_MAX (INT64_MAX / 1000000000 - 1) /* the chip counts nanoseconds */
#define OEM_MAX  255 /* strings that a structure of SMBIOS can number */

static const char *keep(Options *o, const char *text)
{
    char *copy = g_strdup(text);
    g_ptr_array_add(o->owned, copy);
    return copy;
}

/* ---- -rtc ---- */

/* YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS, in UTC. */
static bool parse_date(const char *text, uint64_t *epoch)
{
    int year, month, day, hour = 0, minute = 0, second = 0, date_end = 0, end = 0;
    sscanf(text, "%4d-%2d-%2d%nT%2d:%2d:%2d%n", &year, &month, &day, &date_end, &hour,
           &minute, &second, &end);
    if (!date_end || text[end ? end : date_end]) {
        return false;
    }
    g_autoptr(GDateTime) date =
        g_date_time_new_utc(year, month, day, hour, minute, second);
    if (!date || g_date_time_to_unix(date) <= 0 || g_date_time_to_unix(date) > DATE_MAX) {
        return false;
    }
    *epoch = g_date_time_to_unix(date);
    return true;
}

static bool take_base(Options *o, const char *base, GError **errp)
{
    o->rtc.epoch = 0;
    o->rtc.offset = 0;
    if (strcmp(base, "localtime") == 0) {
        g_autoptr(GDateTime) now = g_date_time_new_now_local();
        o->rtc.offset = now ? g_date_time_get_utc_offset(now) / G_USEC_PER_SEC : 0;
        return true;
    }
    return strcmp(base, "utc") == 0 || parse_date(base, &o->rtc.epoch) ||
           user_error(
               errp,
               "base=%s: expected utc, localtime, or a date from 1970 to 2262 such as "
               "2006-06-17T16:01:21",
               base);
}

static bool take_clock(Options *o, const char *name, GError **errp)
{
    static const char *const names[] = {
        [RTC_ON_VM] = "vm", [RTC_ON_RT] = "rt", [RTC_ON_HOST] = "host"};
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            o->rtc.runs_on = i;
            return true;
        }
    }
    return user_error(errp, "clock=%s: expected host, rt or vm", name);
}

bool opt_rtc(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;
    static const char *const keys[] = {"base", "clock", "driftfix", NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "base", errp);
    if (!list || !optlist_check_keys(list, keys, errp)) {
        return false;
    }
    const char *base = optlist_get(list, "base"), *clock = optlist_get(list, "clock");
    const char *driftfix = optlist_get(list, "driftfix");
    if (driftfix && strcmp(driftfix, "none") != 0) {
        return user_error(errp,
                          "driftfix=%s: ticks of the clock chip that came too late are "
                          "not made up yet; leave it out",
                          driftfix);
    }
    return (!base || take_base(o, base, errp)) && (!clock || take_clock(o, clock, errp));
}

/* ---- -uuid ---- */

bool opt_uuid(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;
    uint8_t *to = o->smbios.uuid;
    if (!g_uuid_string_is_valid(arg)) {
        return user_error(errp,
                          "expected a UUID such as 550e8400-e29b-41d4-a716-446655440000");
    }
    g_autofree char *lower = g_ascii_strdown(arg, -1);
    for (const char *p = lower; *p; p += 2) {
        p += *p == '-';
        *to++ = g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]);
    }
    o->smbios.has_uuid = true;
    o->uuid = keep(o, lower);
    return true;
}

/* ---- -smbios ---- */

static const struct {
    unsigned type;
    const char *key;
    SmbiosText text;
} texts[] = {
    {0, "vendor",       SMBIOS_BIOS_VENDOR },
    {0, "version",      SMBIOS_BIOS_VERSION},
    {0, "date",         SMBIOS_BIOS_DATE   },
    {1, "manufacturer", SMBIOS_MANUFACTURER},
    {1, "product",      SMBIOS_PRODUCT     },
    {1, "version",      SMBIOS_VERSION     },
    {1, "serial",       SMBIOS_SERIAL      },
    {1, "sku",          SMBIOS_SKU         },
    {1, "family",       SMBIOS_FAMILY      },
};

typedef struct Taking {
    Options *o;
    uint64_t type;
} Taking;

static bool take_text(const char *key, const char *value, void *opaque, GError **errp)
{
    const Taking *t = opaque;
    for (unsigned i = 0; i < ARRAY_SIZE(texts); i++) {
        if (texts[i].type == t->type && strcmp(texts[i].key, key) == 0) {
            t->o->smbios.text[texts[i].text] = keep(t->o, value);
            return true;
        }
    }
    if (strcmp(key, "type") == 0) {
        return true;
    }
    if (t->type == 1 && strcmp(key, "uuid") == 0) {
        return opt_uuid(t->o, value, errp) || user_error_prefix(errp, "uuid=%s: ", value);
    }
    if (t->type == 11 && strcmp(key, "value") == 0) {
        g_ptr_array_add(t->o->smbios.oem, (void *)keep(t->o, value));
        return t->o->smbios.oem->len <= OEM_MAX ||
               user_error(errp, "there are only %d strings", OEM_MAX);
    }
    return user_error(errp, "%s=%s: a table of type %u has no such field here", key,
                      value, (unsigned)t->type);
}

bool opt_smbios(void *opaque, const char *arg, GError **errp)
{
    Taking t = {.o = opaque, .type = UINT64_MAX};
    g_autoptr(OptList) list = optlist_parse(arg, NULL, errp);
    if (!list || !optlist_get_u64(list, "type", &t.type, errp)) {
        return false;
    }
    if (t.type != 0 && t.type != 1 && t.type != 11) {
        return user_error(errp,
                          "texts can be given for type=0, type=1 and type=11 alone");
    }
    return optlist_foreach(list, take_text, &t, errp);
}
