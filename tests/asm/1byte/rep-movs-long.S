# in:  rsi=0x20000000 rdi=0x20001000 rcx=0x1000
# out: rcx=0 rsi=0x20001000 rdi=0x20002000
# why: a whole page
        rep     movsb
