# bits: 32
# out: rsp=0x20010fd0 s64@0xfd0=0xfe0d39aa1896f78 s64@0xfd8=0xcdef9bde69cd37bc s64@0xfe0=0xc3b2a1894d5e6f78 s64@0xfe8=0x200110003a06d39a s64@0xff0=0x9d0369cd26af37bc s64@0xff8=0x89abcdef13579bde
# why: AX CX DX BX SP BP SI DI, SP as before
        pusha
        pushaw
