# bits: 32
# in:  rsp=0x20010880 s32@0x884=0x20000020
# out: rax=0x1c176c67 rcx=0x803625d rdx=0xf4ef5853 rbx=0xe0db4e49 rsp=0x200108b0 rbp=0xb8b33a35 rsi=0x2000302b rdi=0x908b2621 m64@0x20=0x140d06ff1c17120d
# why: all but SP
        popa
        mov     %eax, (%esi)
        popaw
