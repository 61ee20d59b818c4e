# in:  
# out: 
# why: the other encoding between registers
        .intel_syntax noprefix
        {store} vmovss xmm4, xmm1, xmm2
        {store} vmovsd xmm5, xmm1, xmm2
        vmovss xmm6, xmm1, xmm2
        vmovsd xmm7, xmm1, xmm2
        .att_syntax prefix
