# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x3ff00000000000000000000000000001 xmm1=0xbfe000000000000041dfffffffc00000 xmm2=0x7feffffffffffffffff8123456789abc xmm3=0x43300000000000013ff8000000000000 m64@0x40=0xfff8123456789abc m64@0x48=0xfff8123456789abc mxcsr=0x7f80
# out: st0=0xffff0000000100000000 st1=0xffff8000000000000001 st2=0xffff8000000080000000 ftw=0xff mxcsr=0x7fa1
# why: registers and memory, special values
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        cvttpd2pi %xmm0, %mm0
        cvttpd2pi %xmm3, %mm1
        cvttpd2pi (%rdi), %mm2
