# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3ffdaaaaaaaaaaaaaaaa st1=0x3ffdaaaaaaaaaaaaaaaa fcw=0xa7f
# out: st0=0x3ffbe38e38e38e38e800 fsw=0x2220
# why: precision control: 53 bits, upwards
        fmul %st(1), %st
