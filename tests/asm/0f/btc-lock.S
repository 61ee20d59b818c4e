# in:  rdi=data rax=100 rbx=-70 rcx=0x7
# out: cf=1 m64@0x100=0x302d261f18110a03 m64@0x108=0x6c655e475049423b m64@0x120=0x140d06fff8f1ea63
# why: LOCK
        lock    btc %eax, 0x100(%rdi)
        lock    btc %rbx, 0x110(%rdi)
        lock    btc %cx, 0x120(%rdi)
