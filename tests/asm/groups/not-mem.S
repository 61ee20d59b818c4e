# in:  rdi=data cf=1
# out: rdx=0x169d0369d0396cd m64@0=0xcbd2d9e0e7eef503 m64@0x8=0x939aa1a8afb6bdc4
# why: memory and high bytes
        notb    1(%rdi)
        notw    2(%rdi)
        notl    4(%rdi)
        notq    8(%rdi)
        not     %dh
