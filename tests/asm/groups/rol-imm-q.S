# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x2468acf13579b0b0 cf=0
# why: by an immediate, 64 bits
        rol     $5, %rax
