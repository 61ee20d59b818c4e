#!/bin/sh
# Disassembles the ACPI tables with iasl, compiles the DSDT again, and wants no complaint.
# SPDX-License-Identifier: MIT
# usage: iasl.sh PROGRAM (qtest-boot, which writes the tables)
set -u
if ! command -v iasl >/dev/null; then
    echo "SKIPPED: iasl is not installed (package acpica-tools)"
    exit 77
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
MYNAH_ACPI_DUMP=$dir "$1" >/dev/null || exit 1
cd "$dir" || exit 1
[ -f DSDT.dat ] || { echo "no tables were written"; exit 1; }
for table in *.dat; do
    iasl -d "$table" >log 2>&1 || { cat log; exit 1; }
    if grep -Ei 'error|warning|invalid|unknown' log "${table%.dat}.dsl"; then
        echo "$table: iasl complains"
        exit 1
    fi
done
iasl -oa -p again DSDT.dsl >log 2>&1
grep -q ' 0 Errors, 0 Warnings' log || { cat log; exit 1; }
cmp -i 36 DSDT.dat again.aml || { echo "the DSDT is not what its source compiles to"; exit 1; }
