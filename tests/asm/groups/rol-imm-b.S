# in:  rax=0x8123456789abcd85 cf=1
# out: rax=0x8123456789abcdb0 cf=0
# why: by an immediate, 8 bits
        rol     $5, %al
