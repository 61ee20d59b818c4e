# bits: 32
# out:
# why: a far jump
        ljmp    $0x23, $1f
        ud2
1:
