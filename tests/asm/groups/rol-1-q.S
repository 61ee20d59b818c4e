# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x2468acf13579b0b cf=1 of=1
# why: by 1, 64 bits
        rol     %rax
