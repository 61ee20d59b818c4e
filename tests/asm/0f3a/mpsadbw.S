# in:  rdi=data+0x40 rsi=data+0x83 xmm0=0x7f7fffff80000000ffc1234500800000 xmm1=0xc2f6e9793f80000000000001c0490fdb xmm2=0xffc12345ffc123457f7fffff3eaaaaab xmm3=0x7f800001800000004b0000013eaaaaab m64@0x40=0x000000013eaaaaab m64@0x48=0x0000000180000000 mxcsr=0x5f80
# out: xmm1=0x022701af01c4023f027e02fc02fc02fb xmm2=0x019b00d700b1011501580183012e0000 xmm9=0x01e201de01da01d601d201ce01ca01c6
# why: registers and memory, special values
        mpsadbw $7, %xmm0, %xmm1
        mpsadbw $0, %xmm3, %xmm2
        mpsadbw $114, (%rdi), %xmm9
