# in:  rdi=data rbx=0xffce
# out: cf=1 m64@0xf8=0xfcf5eee7e0d992cb
# why: a negative offset
        btr     %bx, 0x100(%rdi)
