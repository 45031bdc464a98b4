"""What the kernel's usbmon saw: the stream of its binary device, as events and as a pcap file."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# struct usbmon_packet without what the longer form adds (Linux, Documentation/usb/usbmon.rst).
# read(2) gives this form, and pcap files of this link type have it, so nothing is converted.
PACKET = struct.Struct("<QcBBBHBBqiiII8s")
LINKTYPE_USB_LINUX = 189


@dataclass
class Event:
    urb: int
    type: str  # S submitted, C completed, E could not be submitted
    epnum: int
    devnum: int
    status: int
    setup: bytes
    seconds: int
    microseconds: int
    raw: bytes


def events(stream: bytes) -> Iterator[Event]:
    offset = 0
    while offset + PACKET.size <= len(stream):
        (urb, kind, _, epnum, devnum, _, _, _, seconds, microseconds, status, _, captured,
         setup) = PACKET.unpack_from(stream, offset)
        end = offset + PACKET.size + captured
        yield Event(urb, kind.decode(), epnum, devnum, status, setup, seconds, microseconds,
                    stream[offset:end])
        offset = end


def pcap(seen: Iterable[Event]) -> bytes:
    snapshot_length = 1 << 16
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snapshot_length, LINKTYPE_USB_LINUX)
    return header + b"".join(
        struct.pack("<IIII", e.seconds, e.microseconds, len(e.raw), len(e.raw)) + e.raw
        for e in seen)
