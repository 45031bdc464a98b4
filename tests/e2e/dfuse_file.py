"""Writes ST's .dfu files: UM0391, as dfu-util's dfu_file.c and dfuse.c read them."""

import struct
import zlib


def dfuse_file(targets: dict[int, list[tuple[int, bytes]]]) -> bytes:
    """Alternate setting -> elements (address, data)."""
    body = b""
    for alternate, elements in targets.items():
        content = b"".join(struct.pack("<II", address, len(data)) + data
                           for address, data in elements)
        body += struct.pack("<6sBI255sII", b"Target", alternate, 1, b"test", len(content),
                            len(elements)) + content
    image = struct.pack("<5sBIB", b"DfuSe", 1, 11 + len(body), len(targets)) + body
    suffix = struct.pack("<HHHH3sB", 0xFFFF, 0xDF11, 0x0483, 0x011A, b"UFD", 16)
    # The suffix has the CRC without its final inversion.
    return image + suffix + struct.pack("<I", zlib.crc32(image + suffix) ^ 0xFFFFFFFF)
