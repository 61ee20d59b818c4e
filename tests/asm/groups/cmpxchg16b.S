# in:  rdi=data of=1 rsi=0
# out: rax=0xa49d968f88817a73 rdx=0xdcd5cec7c0b9b2ab zf=1 m64@0x10=0x78d159e26af37bc m64@0x18=0x3468acf13579bde
# why: the second one succeeds
        cmpxchg16b 16(%rdi)
        setz    %sil
        lock    cmpxchg16b 16(%rdi)
