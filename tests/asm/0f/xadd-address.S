# in:  rdi=data
# out: rdi=0x342d261f18110a03 cf=0 pf=1 af=0 zf=0 sf=0 of=0 m64@0=0x342d261f38110a03
# why: the register is the address, too
        xadd    %rdi, (%rdi)
