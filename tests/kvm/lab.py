"""A lab with /dev/kvm for machines that have none: QEMU emulates a processor with AMD's SVM, and Debian's kernel runs on
it with its KVM modules. Commands run inside; output and exit status of each come back over the second serial port."""
# SPDX-License-Identifier: MIT
import base64
import fcntl
import lzma
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "boot"))
import guest  # noqa: E402

QEMU = "qemu-system-x86_64"
MODULES = ["irqbypass", "ccp", "kvm", "kvm-amd"]  # in the order of insmod; those that there are
PLACE = "t"  # the folder of the files and of the commands
GET_API_VERSION, CREATE_VM = 0xae00, 0xae01

# Commands come from files, so that a shell's quotes do not matter. `begin` and `end` are on lines by themselves, what is
# between them is base64.
INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/sbin HOME=/{place} TERM=dumb
mount -t devtmpfs none /dev; mount -t proc none /proc; mount -t sysfs none /sys; mount -t tmpfs none /tmp
for m in {modules}; do insmod /$m.ko; done
stty raw -echo -F /dev/ttyS1
cd /{place}
for n in $(seq 0 {last}); do
    echo "begin $n"
    timeout -s KILL {limit} sh /commands/$n >/tmp/out 2>&1 </dev/null
    status=$?
    base64 /tmp/out
    echo "end $n $status"
done >/dev/ttyS1
poweroff -f
"""


class Unavailable(Exception):
    """Why there is no lab here."""


def host_kvm():
    """None if the host's own /dev/kvm can be used, else why not."""
    try:
        fd = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    except OSError as e:
        return f"/dev/kvm: {e.strerror}"
    try:
        version = fcntl.ioctl(fd, GET_API_VERSION, 0)
        if version != 12:
            return f"/dev/kvm has version {version} of the API"
        os.close(fcntl.ioctl(fd, CREATE_VM, 0))
    except OSError as e:
        return f"/dev/kvm cannot make a virtual machine: {e.strerror}"
    finally:
        os.close(fd)
    return None


def is_bare():
    """Whether the host's KVM has no virtual machine behind it: it runs 64-bit ring 3 alone, and emulates all else (docs/kvm.md)."""
    modules = [m for m in ["kvm_pvm", "kvm_amd", "kvm_intel"] if os.path.exists(f"/sys/module/{m}")]
    return modules == ["kvm_pvm"]


def qemu_major():
    """The major version of QEMU; 0: it does not say."""
    out = subprocess.run([QEMU, "--version"], stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"version (\d+)\.", out)
    return int(found[1]) if found else 0


def libraries(program):
    """The shared libraries of a program, its dynamic linker included, by their paths."""
    out = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return sorted(set(re.findall(r"(?:=> )?(/\S+) \(0x", out)))


def module(folder, name):
    """The contents of a kernel module, or None."""
    for path in sorted(folder.rglob(name + ".ko*")):
        data = path.read_bytes()
        if path.suffix == ".xz":
            return lzma.decompress(data)
        if path.suffix == ".ko":
            return data
    return None


def kernel_modules(kernel):
    """[(name, contents)] of those that scripts/lib.sh's fetch_kernel has unpacked beside the kernel."""
    folder = pathlib.Path(kernel).parent / "root" / "lib" / "modules"
    found = [(name, module(folder, name)) for name in MODULES]
    found = [(name, data) for name, data in found if data]
    if "kvm-amd" not in dict(found):
        raise Unavailable(f"{folder} has no kvm-amd module")
    return found


class Archive:
    """An initramfs that is being put together."""

    def __init__(self):
        self.entries = []
        self.folders = set()

    def folder(self, path):
        parent = os.path.dirname(path)
        if path and path not in self.folders:
            self.folder(parent)
            self.folders.add(path)
            self.entries.append((path, 0o40755, b""))

    def add(self, path, data, mode=0o755):
        path = path.lstrip("/")
        self.folder(os.path.dirname(path))
        self.entries.append((path, 0o100000 | mode, data))

    def program(self, name, source):
        """A file of PLACE, with the libraries that it needs where its dynamic linker looks for them."""
        self.add(f"{PLACE}/{name}", pathlib.Path(source).read_bytes())
        for library in libraries(source):
            if library not in self.folders:
                self.folders.add(library)
                self.add(library, pathlib.Path(library).read_bytes())


def initramfs(kernel, busybox, files, commands, limit, instead):
    """files: {name: path}. limit: seconds that a command may take. instead: {name: contents} of modules."""
    a = Archive()
    modules = [(name, instead.get(name, data)) for name, data in kernel_modules(kernel)]
    for folder in ["dev", "proc", "sys", "tmp", "sbin", "bin"]:
        a.folder(folder)
    a.add("bin/busybox", pathlib.Path(busybox).read_bytes())
    for name, data in modules:
        a.add(f"{name}.ko", data)
    for name, path in files.items():
        a.program(name, path)
    for n, command in enumerate(commands):
        a.add(f"commands/{n}", command.encode() + b"\n")
    init = INIT.format(place=PLACE, modules=" ".join(name for name, _ in modules), last=len(commands) - 1, limit=limit)
    a.add("init", init.encode())
    return guest.cpio(a.entries)


def results(fd, process, deadline):
    """Yields (number, status, output) as they come; ends with the lab, or late."""
    buf, body, number = b"", [], None
    while time.monotonic() < deadline:
        if not select.select([fd], [], [], 0.5)[0]:
            if process.poll() is not None:
                return
            continue
        data = os.read(fd, 65536)
        if not data:
            return
        *lines, buf = (buf + data).split(b"\n")
        for line in lines:
            words = line.split()
            if words[:1] == [b"begin"]:
                body, number = [], int(words[1])
            elif words[:1] == [b"end"] and number == int(words[1]):
                yield number, int(words[2]), base64.b64decode(b"".join(body))
            else:
                body.append(line.strip())


class Lab:
    """Runs commands inside. `console` has what the kernel said, for when nothing comes."""

    def __init__(self, kernel, busybox, memory=1024, cpus=1, wire=None, modules=()):
        """wire: a path; what connects to that socket talks to the third serial port. modules: {name: contents}, in the place of the kernel's."""
        if not shutil.which(QEMU):
            raise Unavailable(f"there is no {QEMU}")
        if not (kernel and busybox):
            raise Unavailable("MYNAH_KERNEL and MYNAH_BUSYBOX are not set")
        kernel_modules(kernel)
        self.kernel, self.busybox, self.memory, self.cpus, self.wire = kernel, busybox, memory, cpus, wire
        self.modules = dict(modules)
        self.console = b""

    def argv(self, folder):
        wire = ["-serial", f"unix:{self.wire},server=on,wait=off"] if self.wire else []
        return [QEMU, "-accel", "tcg", "-cpu", "max", "-m", str(self.memory), "-smp", str(self.cpus), "-nodefaults",
                "-display", "none", "-no-reboot", "-kernel", self.kernel, "-initrd", f"{folder}/initramfs",
                "-append", "console=ttyS0 quiet panic=-1 no_timer_check", "-serial", f"file:{folder}/console", "-serial", "stdio", *wire]

    def run(self, files, commands, limit=300, total=900):
        """Yields (number, status, output) for each command. Status 137: it was stopped after `limit` seconds."""
        with tempfile.TemporaryDirectory(prefix="mynah-lab-") as folder:
            pathlib.Path(folder, "initramfs").write_bytes(
                initramfs(self.kernel, self.busybox, files, commands, limit, self.modules))
            self.process = process = subprocess.Popen(self.argv(folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            try:
                yield from results(process.stdout.fileno(), process, time.monotonic() + total)
            finally:
                process.kill()
                process.wait()
                console = pathlib.Path(folder, "console")
                self.console = console.read_bytes() if console.exists() else b""


    def stop(self):
        """Ends run() in another thread."""
        self.process.kill()


class Host:
    """The same on this machine, for one that has /dev/kvm."""

    def __init__(self):
        self.bare = is_bare()

    def run(self, files, commands, limit=300, total=900):
        with tempfile.TemporaryDirectory(prefix="mynah-kvm-") as folder:
            for name, path in files.items():
                os.symlink(os.path.abspath(path), f"{folder}/{name}")
            for n, command in enumerate(commands):
                r = subprocess.run(["timeout", "-s", "KILL", str(limit), "sh", "-c", command], cwd=folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                yield n, 137 if r.returncode == -9 else r.returncode, r.stdout
