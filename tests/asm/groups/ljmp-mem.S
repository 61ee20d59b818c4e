# in:  rdi=data
# out: m64@0=0x342d003310000010
# why: selector and offset from memory
        movl    $1f, (%rdi)
        movw    $0x33, 4(%rdi)
        ljmp    *(%rdi)
        ud2
1:
