# bits: 32
# in:  rax=3 rbx=0x1001 rdi=data
# out: rcx=0x3468acf13579b01 rbx=0x1003 zf=0
# why: raises the requested privilege
        arpl    %ax, %bx
        setz    %cl
        arpl    %ax, 8(%edi)
