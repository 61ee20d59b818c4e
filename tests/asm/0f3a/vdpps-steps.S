# in:  ymm1=0x3f8000003f8000003f8000007f0000013f8000003f8000003f80000000900001 ymm2=0x3f8000003f8000003f8000007f0000013f8000003f8000003f8000003f2aaaab mxcsr=0x1680
# out: mxcsr=0x16b8 fault=19
# why: products of both halves come before all sums: an overflow of the upper one, not masked, hides the denormal that the lower sum would find
        vdpps   $0x1f, %ymm2, %ymm1, %ymm3
