#!/bin/sh
# places.sh ONE OTHER EMULATOR...: the guest of places.c on the accelerators ONE and OTHER. What it prints, registers and memory in
# each mode, has to be the same, and so has each access that a device sees (-d io). Runs in busybox's shell as well.
# SPDX-License-Identifier: MIT
one=$1 other=$2
shift 2
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT

# places NAME ACCEL EMULATOR...
places() {
  name=$1 accel=$2
  shift 2
  "$@" -accel "$accel" -d io -D "$dir/log" -m 64 -no-reboot -display none -serial "file:$dir/$name.out" \
    -device isa-debug-exit,iobase=0xf4,iosize=4
  [ $? = 1 ] || { echo "-accel $accel: the guest did not end as it should" && cat "$dir/$name.out"; }
  grep '^io: ' "$dir/log" >"$dir/$name.io"
}
places one "$one" "$@"
places other "$other" "$@"
cmp -s "$dir/one.out" "$dir/other.out" || diff "$dir/one.out" "$dir/other.out"
cmp -s "$dir/one.io" "$dir/other.io" || diff "$dir/one.io" "$dir/other.io" | head -40
cmp -s "$dir/one.out" "$dir/other.out" && cmp -s "$dir/one.io" "$dir/other.io" &&
  [ "$(grep -c -E '^(16|32|64)-bit, ring [03]:|^real mode:' "$dir/one.out")" = 7 ] || exit 1
echo "7 places, $(wc -l <"$dir/one.io") accesses are the same"
