# out: fault=13
# why: no permission at CPL 3
        in      $0x70, %al
