# bits: 32
# in:  rbx=0xffff rsi=1
# out: fault=14 err=0x4 cr2=0
# why: 16-bit addresses reach no page of ours: #PF
        mov     (%bx,%si), %al
        mov     1(%bx,%di), %cl
        mov     (%bp,%si), %dl
