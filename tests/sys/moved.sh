#!/bin/sh
# moved.sh EMULATOR ... -kernel KERNEL: code that is mapped at several addresses has units for all of them, unless opt
# "relative" is off; where there is much of it, code that is met for the first time has them, too, unless opt "early" is off.
# SPDX-License-Identifier: MIT
set -eu

# Units for any address, as -d stats counts them, with the options of -accel in $1.
units() {
    accel=$1
    shift
    "$@" -accel "$accel" -m 64 -no-reboot -display none -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 -d stats 2>&1 |
        sed -n 's/^ *units for any address *//p'
}

for engine in native interp; do
    n=$(units "tcg,backend=$engine" "$@")
    [ "$n" -gt 50 ] || { echo "$engine: $n units for any address"; exit 1; }
    late=$(units "tcg,backend=$engine,opt-early=off" "$@")
    [ "$late" -lt "$n" ] || { echo "$engine: $n units for any address, $late with opt-early=off"; exit 1; }
    n=$(units "tcg,backend=$engine,opt-relative=off" "$@")
    [ "$n" -eq 0 ] || { echo "$engine: $n units for any address with the option off"; exit 1; }
done
