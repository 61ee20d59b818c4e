# bits: 32
# in:  rcx=3 rsi=0x20000010 rdi=0x20000100
# out: rax=0x123456789abcec7 rcx=0 rsi=0x2000001e rdi=0x2000010c m64@0x100=0xa49d968f88817a73 m64@0x108=0x6c655e57c0b9b2ab
# why: 32-bit code
        rep     movsl
        rep     stosb
        lodsw
