# in:  rcx=0x0
# out: fault=13
# why: CR4.PCE is 0
# host: no, systems may permit it
        rdpmc
