# out: fault=13
# why: SYSENTER_CS is null
# host: no, it calls the system
        sysenter
