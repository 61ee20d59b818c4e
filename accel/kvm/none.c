/* KVM on hosts that cannot execute x86_64 code: a name, and why it is not there. */
/* SPDX-License-Identifier: MIT */
#include "accel/accel.h"

static bool kvm_init(GError **errp)
{
    return user_error(errp, "KVM executes guest code of the host's own architecture, "
                            "and this host is no x86_64 Linux");
}

static void kvm_exit(void) {}

extern const AccelOps kvm_accel;
const AccelOps kvm_accel = {
    .name = "kvm",
    .desc = "not on this host",
    .init = kvm_init,
    .exit = kvm_exit,
};
