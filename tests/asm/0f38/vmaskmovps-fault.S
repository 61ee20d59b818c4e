# in:  rdi=data+0x1ff0 ymm1=0x8000000000000000000000000000000000000000000000000000000080000000
# out: fault=14 err=0x6 cr2=0x2000200c
# why: nothing is stored when a later element faults
        .intel_syntax noprefix
        vmaskmovps [rdi], ymm1, ymm3
        .att_syntax prefix
