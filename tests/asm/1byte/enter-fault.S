# in:  rbp=0x20010900
# out: s64@0xff8=0x20010900 fault=14 err=0x6 cr2=0x2000dff8
# why: the new top of the stack is checked for a write; RBP stays, the push is done
        enter   $0x3000, $0
