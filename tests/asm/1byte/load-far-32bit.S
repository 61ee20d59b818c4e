# bits: 32
# in:  rdi=data m32@8=0x12345678 m16@12=0x2b m32@16=0x20011000 m16@20=0x2b
# out: rax=0x12345678 rbx=0x12345678
# why: offset and selector
        les     8(%edi), %eax
        lds     8(%edi), %ebx
        lss     0x10(%edi), %esp
