# out: rax=0x123456789abcd81 rcx=0x3468acf13578384 rdx=0x85868788 rbx=0x78d159e26af82bc rbp=0x8182838485868788 r8=0x23d70a3d70a3d12 r9=0xffffffffffffffff
# why: B0 and B8 with every size
        mov     $0x81, %al
        mov     $0x82, %bh
        mov     $0x8384, %cx
        mov     $0x85868788, %edx
        movabs  $0x8182838485868788, %rbp
        mov     $0x12, %r8b
        mov     $-1, %r9
