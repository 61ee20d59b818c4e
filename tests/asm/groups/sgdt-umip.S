# in:  rdi=data
# out: fault=13
# why: CR4.UMIP
# host: no, systems emulate it
        sgdt    (%rdi)
