#!/usr/bin/env python3
"""test-binfmt-real.py SCRIPT EMULATOR: the kernel starts programs with us, by the script's line with a magic of our own.

It is registered in a binfmt_misc of a user namespace's own (Linux 6.7), so that nobody else is concerned.
"""
# SPDX-License-Identifier: MIT
import os
import shutil
import subprocess
import sys
import tempfile

FOLDER = "/proc/sys/fs/binfmt_misc"
TIMEOUT = 120
PAD, OWN = 15, 0x5a  # a byte of e_ident that means nothing, and what it says in our programs


def skip(why):
    print(f"SKIPPED: {why}: no program was started by binfmt_misc")
    sys.exit(77)


def own_line(line):
    """The script's line for programs that have our byte; Linux's own loader comes second."""
    fields = line.rstrip("\n").split(":")
    fields[1] = "mynah-test"
    for i, byte in (4, OWN), (5, 0xff):
        part = fields[i].split("\\x")  # of 20 bytes; in the magic four of them are one part
        part[PAD - 20] = f"{byte:02x}"
        fields[i] = "\\x".join(part)
    return ":".join(fields)


def own_program(folder, path):
    """A copy that the line is for."""
    with open(path, "rb") as f:
        data = bytearray(f.read())
    data[PAD] = OWN
    name = os.path.join(folder, os.path.basename(path))
    with open(name, "wb") as f:
        f.write(data)
    os.chmod(name, 0o755)
    return name


def check(emulator, folder):
    cat, sh = own_program(folder, shutil.which("cat")), own_program(folder, os.path.realpath(shutil.which("bash")))
    p = subprocess.Popen(["a name"], executable=cat, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdin.write(b"through us\n")
    p.stdin.flush()
    assert p.stdout.readline() == b"through us\n"
    exe = os.readlink(f"/proc/{p.pid}/exe")
    assert exe == emulator, f"{exe} runs it"
    p.stdin.close()
    assert p.wait(TIMEOUT) == 0
    p.stdout.close()
    out = subprocess.run(["a name", "/proc/self/cmdline"], executable=cat, capture_output=True, check=True).stdout
    assert out == b"a name\0/proc/self/cmdline\0", out
    # it starts another of our programs, one that is not, and ends by a signal
    r = subprocess.run(["its sh", "-c", f'echo "$0 $1"; {cat} /proc/self/comm; /bin/echo native; kill -TERM $$', "x y", "-z"],
                       executable=sh, capture_output=True, timeout=TIMEOUT)
    assert (r.returncode, r.stdout) == (-15, b"x y -z\ncat\nnative\n"), r


def inside(script, emulator):
    if subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", FOLDER], stderr=subprocess.DEVNULL).returncode:
        skip("binfmt_misc cannot be mounted in a namespace")
    line = subprocess.run([script, "print", emulator], capture_output=True, text=True, check=True).stdout
    with open(FOLDER + "/register", "w", encoding="ascii") as f:
        f.write(own_line(line))
    with open(FOLDER + "/mynah-test", encoding="ascii") as f:
        assert f.read().startswith("enabled\n")
    with tempfile.TemporaryDirectory(prefix="mynah-binfmt-") as folder:
        check(emulator, folder)


def main():
    script, emulator = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
    if "inside" in sys.argv:
        inside(script, emulator)
        return
    command = ["unshare", "--user", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or subprocess.run(command + ["true"], stderr=subprocess.DEVNULL).returncode:
        skip("there is no user namespace to be had")
    sys.exit(subprocess.run(command + [sys.executable, __file__, script, emulator, "inside"]).returncode)


if __name__ == "__main__":
    main()
