# out: rax=0xefcdab89 rbx=0xbc37af269e158d07 r9=0x560bb660
# why: byte order
        bswap   %eax
        bswap   %rbx
        bswap   %r9d
