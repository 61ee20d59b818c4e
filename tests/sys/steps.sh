#!/bin/sh
# steps.sh FAST ONE OTHER EMULATOR...: the guest of steps.c. FAST runs it up to its program; from there on ONE and OTHER, values of
# -accel, go step by step, and what -d cpu shows of the registers before each has to be the same.
# SPDX-License-Identifier: MIT
fast=$1 one=$2 other=$3
shift 3
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT

# steps ACCEL LOG EMULATOR...
steps() {
  accel=$1 log=$2
  shift 2
  "$@" -accel "$fast,until=user_steps" -accel "$accel" -d cpu,nochain -D "$log" -m 64 -no-reboot -display none -serial stdio \
    -device isa-debug-exit,iobase=0xf4,iosize=4
  [ $? = 1 ] || echo "-accel $accel: the guest did not end as it should"
}
# What is compared: up to the INT that ends the program (a step over it is lost under KVM), without AF, which is
# undefined behind logical instructions and shifts.
program() {
  sed 's/^\(RIP=[0-9a-f]* \)RFL=[0-9a-f]* \(\[....\)./\1\2-/' "$dir/log" | awk '
    /CPL=0/ { cut = 1; exit } # and the four lines before
    { if (NR > 4) print l[NR % 4]; l[NR % 4] = $0 }
    END { if (!cut) for (i = NR - 3; i <= NR; i++) print l[i % 4] }' >"$1"
}
steps "$one" "$dir/log" "$@"
program "$dir/one"
steps "$other" "$dir/log" "$@"
program "$dir/other"
n=$(grep -c '^RIP=' "$dir/one")
if cmp -s "$dir/one" "$dir/other"; then
  echo "$n steps are the same"
else
  echo "of $(wc -l <"$dir/one") and $(wc -l <"$dir/other") lines:"
  diff "$dir/one" "$dir/other" | head -40
  exit 1
fi
[ "$n" -gt 1000 ]
