# in:  cf=1
# out: rcx=0x10000002 r11=0x203 cf=1 fault=14 err=0x14 cr2=0
# why: rcx is the address behind it, r11 the flags; LSTAR is 0, where nothing is
# host: no, it calls the system
        syscall
