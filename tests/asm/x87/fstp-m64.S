# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x3ffdaaaaaaaaaaaaaaaa st1=0x3ffc9249249249249249
# out: st0=0x3ffc9249249249249249 st1=0x00000000000000000000 st7=0x3ffdaaaaaaaaaaaaaaaa fsw=0x2820 ftw=0xe0 m64@0x100=0x3fd5555555555555 m64@0x108=0x3fd5555555555555 m64@0x110=0x3fc2492492492492
# why: rounded to double
        fstl 0x100(%rdi)
        fstpl 0x108(%rdi)
        fstl 0x110(%rdi)
