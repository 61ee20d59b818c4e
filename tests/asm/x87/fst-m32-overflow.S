# in:  rdi=data fsw=0x2000 ftw=0xf0 st0=0x40c78000000000000000
# out: fsw=0x2228 m64@0x100=0x342d261f7f800000
# why: infinity in memory
        fsts 0x100(%rdi)
