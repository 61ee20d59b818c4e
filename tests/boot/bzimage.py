"""Takes the uncompressed kernel out of a bzImage: the ELF file with a PVH entry that `-kernel` takes as well."""
# SPDX-License-Identifier: MIT

import lzma
import struct
import zlib


def _length(data, at, nibble):
    """(A length of LZ4's, where it ends): more bytes belong to it when the nibble is 15, until one is not 255."""
    n = nibble
    if nibble == 15:
        more = 255
        while more == 255:
            more = data[at]
            n += more
            at += 1
    return n, at


def _lz4_block(out, data):
    """Appends what a block of LZ4's holds (lz4_Block_format.md): literals and copies of what came `offset` before, in turns."""
    at = 0
    while at < len(data):
        token = data[at]
        n, at = _length(data, at + 1, token >> 4)
        out += data[at:at + n]
        at += n
        if at < len(data):
            offset = data[at] | data[at + 1] << 8
            n, at = _length(data, at + 2, token & 15)
            n += 4
            start = len(out) - offset
            piece = out[start:start + n]  # shorter where it reaches what it writes itself: that comes again and again
            out += (piece * (n // len(piece) + 1))[:n]


def _lz4(data):
    """LZ4's legacy frame, as the kernel's build makes it: blocks with their lengths in front."""
    out, at = bytearray(), 4
    while at + 4 <= len(data):
        size, = struct.unpack_from("<I", data, at)
        at += 4
        if at + size > len(data):
            break  # the kernel's own length, which its build puts behind
        _lz4_block(out, data[at:at + size])
        at += size
    return bytes(out)


FORMATS = [(b"\x02\x21\x4c\x18", _lz4), (b"\x1f\x8b", lambda data: zlib.decompressobj(31).decompress(data)),
           (b"\xfd7zXZ", lambda data: lzma.LZMADecompressor().decompress(data))]


def vmlinux(path):
    """The kernel in the bzImage at `path`; ValueError where it is none, or compressed in another way."""
    with open(path, "rb") as f:
        image = f.read()
    if image[0x202:0x206] != b"HdrS":
        raise ValueError(f"{path}: no bzImage")
    # Documentation/arch/x86/boot.rst: setup_sects, payload_offset and payload_length
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (image[0x1f1] + 1) * 512 + offset
    payload = image[start:start + length]
    for magic, expand in FORMATS:
        if payload.startswith(magic):
            return expand(payload)
    raise ValueError(f"{path}: how its kernel is compressed is not known here: {payload[:8].hex()}")
