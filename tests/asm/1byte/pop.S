# in:  rsp=0x20010800
# out: rax=0x241f1a15100b0601 rcx=0x3468acf13575651 rsp=0x7e79746f6a65605b r9=0x4c47423d38332e29
# why: POP RSP takes the value
        pop     %rax
        pop     %r9
        popw    %cx
        pop     %rsp
