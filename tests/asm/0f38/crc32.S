# in:  rdi=data
# out: rax=0x42fc82ea rdx=0x1977db99 rbp=0x144e9818 r9=0x1d9c4f6c r10=0xeee7f7d9
# why: CRC-32C
        crc32b  %bl, %eax
        crc32w  %cx, %edx
        crc32l  8(%rdi), %ebp
        crc32q  %r8, %r9
        crc32b  3(%rdi), %r10
