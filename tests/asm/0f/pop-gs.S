# out: rcx=0x2b rdx=0 s64@0xff8=0x2b
# why: takes 8 bytes, of which 2 count
        push    $0x2b
        pop     %gs
        mov     %gs, %ecx
        mov     $0, %edx
        mov     %edx, %gs
