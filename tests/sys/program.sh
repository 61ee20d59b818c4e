#!/bin/sh
# program.sh FAST ONE OTHER COMPARE PROGRAM ARGUMENTS EMULATOR...: a static program of Linux's, in ring 3 of the guest of program.c.
# FAST brings it to its start; from there on ONE (of the translator) and OTHER, values of -accel, go step by step, and what
# -d cpu,fpu shows before each of its instructions has to be the same for COMPARE (compare-steps.c). Runs in busybox's shell as well.
# SPDX-License-Identifier: MIT
fast=$1 one=$2 other=$3 compare=$4 program=$5 arguments=$6
shift 6
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
mkfifo "$dir/one" "$dir/other"

# steps NAME ACCEL EMULATOR...
steps() {
  name=$1 accel=$2
  shift 2
  "$@" -accel "$fast,until=program_enter" -accel "$accel" -d cpu,fpu,nochain,in_asm -D "$dir/$name" -m 128 -no-reboot -display none \
    -serial "file:$dir/$name.out" -device isa-debug-exit,iobase=0xf4,iosize=4 -initrd "$program" -append "$arguments"
  [ $? = 1 ] || echo "-accel $accel: the guest did not end as it should"
  : <>"$dir/$name" # COMPARE does not wait for one that has not come to open it
}
steps one "$one" "$@" &
steps other "$other" "$@" &
"$compare" "$dir/one" "$dir/other"
status=$?
wait
[ $status = 0 ] && cmp "$dir/one.out" "$dir/other.out" && cat "$dir/one.out"
