#!/usr/bin/env python3
"""test-places.py EMULATOR GUEST GUEST-PIE: where the kernel's choice is no address for the guest (MYNAH_GUEST_BITS) places are found all the same; so where the host has fewer (MYNAH_HOST_BITS)."""
# SPDX-License-Identifier: MIT
import os
import re
import subprocess
import sys


def run(command, **env):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, env=dict(os.environ, **env))


def main():
    emulator, *guests = sys.argv[1:]
    bad = 0
    for guest in guests:
        native = run([guest])
        want = native.stdout
        if native.returncode:
            print(f"{guest}: natively: status {native.returncode}\n{want}{native.stderr}")
            bad = 1
        # the kernel's first choice is beyond 38 bits, under qemu-user too
        for bits, page in (("47", "4096"), ("38", "4096"), ("38", "65536")):
            r = run([emulator, guest, "bits"], MYNAH_GUEST_BITS=bits, MYNAH_HOST_PAGE=page)
            m = re.fullmatch(r"(.*)bits (\d+)\n", r.stdout, re.S)
            if r.returncode or not m or m[1] != want or int(m[2]) > int(bits):
                print(f"{guest}: {bits} bits, pages of {page}: status {r.returncode}\n{r.stdout}{r.stderr}natively:\n{want}")
                bad = 1
        # a host with fewer addresses
        for bits in "39", "42":
            r = run([emulator, guest, "bits"], MYNAH_HOST_BITS=bits)
            m = re.fullmatch(r"(.*)bits (\d+)\n", r.stdout, re.S)
            if r.returncode or not m or m[1] != want or int(m[2]) > int(bits):
                print(f"{guest}: host of {bits} bits: status {r.returncode}\n{r.stdout}{r.stderr}natively:\n{want}")
                bad = 1
    for value in "", "x", "35", "48":
        r = run([emulator, guests[0]], MYNAH_GUEST_BITS=value)
        if r.returncode != 1 or r.stderr != f"MYNAH_GUEST_BITS={value}: not a number from 36 to 47\n":
            print(f"MYNAH_GUEST_BITS={value}: status {r.returncode}: {r.stderr}")
            bad = 1
        r = run([emulator, guests[0]], MYNAH_HOST_BITS=value)
        if r.returncode != 1 or r.stderr != f"MYNAH_HOST_BITS={value}: not a number from 36 to 46\n":
            print(f"MYNAH_HOST_BITS={value}: status {r.returncode}: {r.stderr}")
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
