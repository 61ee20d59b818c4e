# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789abb0b9 cf=1
# why: by an immediate, 16 bits
        rol     $5, %ax
