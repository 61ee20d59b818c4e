# A program of 10,000 lines compiled and linked; the object file is the native one.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
need gcc awk md5sum
awk 'BEGIN {
  print "#include <stdint.h>\n#include <stdio.h>\n#include <string.h>"
  for (i = 0; i < 1000; i++) {
    printf "struct s%d {\n    int a;\n    double b;\n    char c[%d];\n};\n", i, i % 13 + 1
    printf "static uint64_t f%d(uint64_t x, struct s%d *p)\n{\n", i, i
    printf "    p->a = (int)x * %d;\n    p->b = p->a / %d.5;\n", i % 97 + 1, i % 31 + 1
    if (i % 50)
      printf "    struct s%d q;\n    memset(&q, 0, sizeof q);\n    x += x & 1 ? f%d(x >> 60, &q) : x * %d;\n", i - 1, i - 1, i
    printf "    p->c[0] = x;\n    return x * %d + (int64_t)p->b;\n}\n", i * 2 + 3
  }
  print "int main(void)\n{\n    uint64_t h = 1;"
  for (i = 0; i < 1000; i++)
    printf "    struct s%d p%d;\n    h = f%d(h, &p%d) ^ p%d.c[0];\n", i, i, i, i, i
  print "    printf(\"%llx\\n\", (unsigned long long)h);\n    return 0;\n}"
}' >big.c
wc -l <big.c
gcc -Wall -c big.c -o big.o
md5sum <big.o
gcc big.o -o big && ./big
head -120 big.c | sed 's/^static //' >part.c; gcc -O2 -c part.c && md5sum <part.o
gcc -O2 -Wall -x c - -o bad <<<'int main(void) { return x; }' 2>&1 | sed 's/^.*: error/error/'
