"""Guests of a few bytes: an ELF file with a PVH entry around 32-bit code."""
# SPDX-License-Identifier: MIT

import struct

BASE = 0x100000  # where the code is loaded and starts


def elf(code):
    """The file that starts `code` in 32-bit protected mode, paging off, flat segments."""
    note = struct.pack('<III4sI', 4, 4, 18, b'Xen\0', BASE)  # XEN_ELFNOTE_PHYS32_ENTRY
    header_size, segment_size = 64, 56
    note_at = header_size + 2 * segment_size
    code_at = 0x1000
    header = struct.pack('<16sHHIQQQIHHHHHH', b'\x7fELF\x02\x01\x01', 2, 62, 1, BASE, header_size, 0, 0,
                         header_size, segment_size, 2, 0, 0, 0)
    load = struct.pack('<IIQQQQQQ', 1, 7, code_at, BASE, BASE, len(code), len(code) + 0x1000, 0x1000)
    notes = struct.pack('<IIQQQQQQ', 4, 4, note_at, 0, 0, len(note), len(note), 4)
    head = header + load + notes + note
    return head + bytes(code_at - len(head)) + code


def out8(port, value):
    return b'\x66\xba' + struct.pack('<H', port) + b'\xb0' + bytes([value]) + b'\xee'  # mov dx; mov al; out


def say(text):
    """Writes text to the first serial port."""
    return b''.join(out8(0x3f8, c) for c in text.encode())


HALT = b'\xfa\xf4\xeb\xfd'  # cli; 1: hlt; jmp 1b

# 1: mov dx, 3fdh; in al, dx; test al, 1; jz 1b; mov dx, 3f8h; in al, dx; out dx, al; jmp 1b
ECHO = bytes.fromhex('66bafd03 ec a801 74f7 66baf803 ec ee ebef')

# Stack in the page behind the code; IDT of length 0; an invalid instruction.
TRIPLE_FAULT = bytes.fromhex('bc00081000 6a00 6a00 0f011c24 0f0b')

RESET = out8(0xcf9, 0x06)


def bios_restart():
    """To real mode and to F000:FFF0; a fault ends in a loop. The first code of a guest."""
    real = bytes.fromhex('0f20c0 24fe 0f22c0 eaf0ff00f0')  # mov eax, cr0; and al, ~1; mov cr0, eax; jmp f000:fff0
    parts = [b'\xbe', 'real',                                                # mov esi, real
             bytes.fromhex('bf00700000 b9') + struct.pack('<I', len(real)),  # mov edi, 7000h; mov ecx, its length
             bytes.fromhex('f3a4 c7053400000000710000'),                     # rep movsb; mov dword [13 * 4], 7100h
             bytes.fromhex('66c70500710000ebfe'),                            # mov word [7100h], 'jmp $'
             bytes.fromhex('0f0115'), 'gdtr', bytes.fromhex('0f011d'), 'idtr',  # lgdt [gdtr]; lidt [idtr]
             bytes.fromhex('ea007000000800')]                                # jmp 8:7000h
    gdt_at = BASE + sum(4 if isinstance(p, str) else len(p) for p in parts)
    gdt = struct.pack('<QQ', 0, 0x00009b000000ffff)
    gdtr_at = gdt_at + len(gdt)
    gdtr, idtr = struct.pack('<HI', len(gdt) - 1, gdt_at), struct.pack('<HI', 0x3ff, 0)
    at = {'gdtr': gdtr_at, 'idtr': gdtr_at + len(gdtr), 'real': gdtr_at + len(gdtr) + len(idtr)}
    return b''.join(struct.pack('<I', at[p]) if isinstance(p, str) else p for p in parts) + gdt + gdtr + idtr + real


def debug_exit(code):
    """Ends the emulator through isa-debug-exit at port 501h."""
    return out8(0x501, code)


def cpio(entries):
    """A newc archive of (name, mode, data)."""
    out = bytearray()
    for inode, (name, mode, data) in enumerate(entries + [("TRAILER!!!", 0, b"")], 1):
        name = name.encode() + b"\0"
        fields = [inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0]
        out += b"070701" + b"".join(b"%08X" % f for f in fields) + name
        out += b"\0" * (-len(out) % 4) + data
        out += b"\0" * (-len(out) % 4)
    return bytes(out) + b"\0" * (-len(out) % 512)
