# out: rcx=0x2b s64@0xff8=0x2b
# why: takes 8 bytes, of which 2 count
# host: no, FS is the C library's
        push    $0x2b
        pop     %fs
        mov     %fs, %ecx
