# out: rax=0
# why: TSC_AUX
# host: no, it shows the CPU that the system runs it on
        rdpid   %rax
