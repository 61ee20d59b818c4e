# out: rax=0x123456789ab0101 rcx=0 rdx=0x169d0369d036900 rbx=0x78d159e26af0001 cf=0 pf=1 zf=0 sf=0 of=0
# why: data can be read and written, code read, null neither
        mov     $0x2b, %ecx
        verr    %cx
        sete    %al
        verw    %cx
        sete    %ah
        mov     $0x33, %ecx
        verr    %cx
        sete    %bl
        verw    %cx
        sete    %bh
        xor     %ecx, %ecx
        verr    %cx
        sete    %dl
