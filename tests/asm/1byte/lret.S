# in:  rdi=data
# out: m64@0=0x342d003310000010 s64@0xff8=0x331000000e
# why: a far call and its return, 32-bit frames
        movl    $2f, (%rdi)
        movw    $0x33, 4(%rdi)
        lcall   *(%rdi)
        jmp     1f
2:      lret
1:
