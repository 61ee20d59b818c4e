/* Capstone: finding the library and our functions in it. */
/* SPDX-License-Identifier: MIT */
#include "util/capstone.h"

#include <dlfcn.h>

#include "util/common.h"

#define LIBRARY "libcapstone.so." G_STRINGIFY(CS_API_MAJOR)

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define FN(name) {"cs_" #name, offsetof(Capstone, name)},
    CAPSTONE_FUNCTIONS(FN)
#undef FN
};

static bool load(Capstone *c)
{
    void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);

    if (!library) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        void *fn = dlsym(library, functions[i].name);

        if (!fn) {
            dlclose(library);
            return false;
        }
        memcpy((char *)c + functions[i].offset, &fn, sizeof fn);
    }
    return true;
}

const Capstone *capstone(void)
{
    static Capstone loaded;
    static const Capstone *found;
    static gsize done;

    if (g_once_init_enter(&done)) {
        found = load(&loaded) ? &loaded : NULL;
        g_once_init_leave(&done, 1);
    }
    return found;
}
