# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x00000000000000013fd5555555555555 xmm1=0x3ff80000000000007fefffffffffffff xmm2=0x3ff80000000000007ff0000000000001 xmm3=0x3ff800000000000041dfffffffc00000 m64@0x40=0x3fd5555555555555 m64@0x48=0x41dfffffffc00000 mxcsr=0x9f80
# out: st0=0xffff0000000000000000 st1=0xffff000000027fffffff st2=0xffff7fffffff00000000 ftw=0xff mxcsr=0x9fa0
# why: registers and memory, special values
        movq    (%rdi), %mm0
        movq    8(%rdi), %mm1
        cvtpd2pi %xmm0, %mm0
        cvtpd2pi %xmm3, %mm1
        cvtpd2pi (%rdi), %mm2
