# in:  rdi=0x1000
# out:
# why: no effect, and no fault
        prefetch (%rdi)
        prefetchw (%rdi)
        .byte   0x0f, 0x0d, 0x17
        .byte   0x0f, 0x0d, 0x1f
        .byte   0x0f, 0x0d, 0x27
        .byte   0x0f, 0x0d, 0x2f
        .byte   0x0f, 0x0d, 0x37
        .byte   0x0f, 0x0d, 0x3f
        prefetchnta 0x1000
        prefetcht0 (%rdi)
        prefetcht1 (%rdi)
        prefetcht2 (%rdi)
        endbr64
        .byte   0xf3, 0x0f, 0x1e, 0xfb
        lfence
        mfence
        sfence
        .byte   0x0f, 0x1c, 0x07
