# out: rbx=0x3
# why: short and near, forward and back
        jmp     1f
        mov     $1, %eax
1:
        {disp32} jmp 2f
        mov     $2, %eax
2:
        jmp     4f
3:
        mov     $3, %ebx
        jmp     5f
4:
        jmp     3b
5:
