/* kvm-there: /dev/kvm runs a guest of three instructions. Tests the lab, not us. */
/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define GUEST_SIZE 0x1000

/* mov $0x2a, %al; out %al, $0x10; hlt */
static const uint8_t code[] = {0xb0, 0x2a, 0xe6, 0x10, 0xf4};

static int call(int fd, unsigned long request, void *arg, const char *what)
{
    int r = ioctl(fd, request, arg);
    if (r < 0) {
        err(1, "%s", what);
    }
    return r;
}

static void add_memory(int vm)
{
    void *mem =
        mmap(NULL, GUEST_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mem == MAP_FAILED) {
        err(1, "mmap");
    }
    memcpy(mem, code, sizeof code);
    struct kvm_userspace_memory_region slot = {.memory_size = GUEST_SIZE,
                                               .userspace_addr = (uintptr_t)mem};
    call(vm, KVM_SET_USER_MEMORY_REGION, &slot, "memory slot");
}

/* Real mode, from address 0. */
static void set_registers(int vcpu)
{
    struct kvm_sregs s;
    call(vcpu, KVM_GET_SREGS, &s, "KVM_GET_SREGS");
    s.cs.base = s.cs.selector = 0;
    call(vcpu, KVM_SET_SREGS, &s, "KVM_SET_SREGS");
    struct kvm_regs r = {.rflags = 2};
    call(vcpu, KVM_SET_REGS, &r, "KVM_SET_REGS");
}

static void run_to(int vcpu, const struct kvm_run *run, unsigned reason)
{
    call(vcpu, KVM_RUN, NULL, "KVM_RUN");
    if (run->exit_reason != reason) {
        errx(1, "exit reason %u, wanted %u", run->exit_reason, reason);
    }
}

int main(void)
{
    int kvm = open("/dev/kvm", O_RDWR);
    if (kvm < 0) {
        err(1, "/dev/kvm");
    }
    printf("API version %d\n", call(kvm, KVM_GET_API_VERSION, NULL, "version"));
    int vm = call(kvm, KVM_CREATE_VM, NULL, "KVM_CREATE_VM");
    add_memory(vm);
    int vcpu = call(vm, KVM_CREATE_VCPU, NULL, "KVM_CREATE_VCPU");
    size_t size = call(kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "size of the run area");
    struct kvm_run *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    if (run == MAP_FAILED) {
        err(1, "run area");
    }
    set_registers(vcpu);
    run_to(vcpu, run, KVM_EXIT_IO);
    printf("port 0x%x: 0x%x\n", run->io.port, *((uint8_t *)run + run->io.data_offset));
    run_to(vcpu, run, KVM_EXIT_HLT);
    printf("the guest ended as it should\n");
    return 0;
}
