# in:  xmm1=0x00000000000000000020000000000001 xmm2=0x00000000000000003fc5555555555555 mxcsr=0x1e80
# out: mxcsr=0x1eb2 fault=19
# why: the product is denormal: masked underflow, then the sum finds a denormal, which is not masked
        dppd    $0x13, %xmm2, %xmm1
