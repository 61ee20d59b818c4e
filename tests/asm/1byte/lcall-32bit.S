# bits: 32
# out: s64@0xff8=0x2310000007
# why: a far call and its return
        lcall   $0x23, $2f
        jmp     1f
2:      lret
1:
