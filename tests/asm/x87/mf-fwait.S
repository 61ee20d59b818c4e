# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3fff8000000000000000 st1=0x00000000000000000000 fcw=0x37b
# out: fsw=0xa084 fault=16
# why: an unmasked exception is raised by the next waiting instruction
        fdiv %st(1), %st
        fwait
