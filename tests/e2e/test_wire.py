"""The independent client speaks the bytes of tests/wire/usbip.txt."""

import re
import struct
from pathlib import Path

from usbip_client import Connection, setup_packet

TABLE = Path(__file__).resolve().parents[1] / "wire/usbip.txt"


def table() -> dict[str, bytes]:
    messages: dict[str, bytes] = {}
    name = ""
    for row in TABLE.read_text().splitlines():
        row = row.split("#")[0].rstrip()
        if row.startswith("name: "):
            name = row[6:]
            messages[name] = b""
        elif match := re.fullmatch(r'text\*(\d+) "(.*)"', row):
            messages[name] += match[2].encode().ljust(int(match[1]), b"\0")
        else:
            messages[name] = messages.get(name, b"") + bytes.fromhex(row)
    return messages


class Canned(Connection):
    """A connection whose peer has said everything already."""

    def __init__(self, incoming: bytes = b""):
        self.incoming, self.sent = incoming, b""
        self.seqnum, self.directions, self.devid = 0, {}, 0x00010002

    def send(self, data: bytes) -> None:
        self.sent += data

    def read(self, size: int) -> bytes:
        taken, self.incoming = self.incoming[:size], self.incoming[size:]
        return taken


def test_operations():
    messages = table()
    listing = Canned(messages["OP_REP_DEVLIST of one device"])
    (device,) = listing.device_list()
    assert listing.sent == messages["OP_REQ_DEVLIST"] and listing.incoming == b""
    assert (device.busid, device.product, device.interfaces) == ("1-1", 0xDF11, [(0xFE, 1, 2)])
    importing = Canned(messages["OP_REP_IMPORT"])
    assert importing.import_device("1-1")[0] == 0
    assert importing.sent == messages["OP_REQ_IMPORT"] and importing.devid == 0x00010002
    assert Canned(messages["OP_REP_IMPORT refused"]).import_device("1-1") == (4, None)


def test_urbs():
    messages = table()
    connection = Canned()
    connection.seqnum = 13
    set_address = struct.pack("<BI", 0x21, 0x08000000)
    out = connection.encode_submit(setup_packet(0x21, 1, 0, 0, 5), set_address)
    assert out == messages["USBIP_CMD_SUBMIT control OUT"]
    connection.seqnum = 15
    connection.unlink(13)
    assert connection.sent == messages["USBIP_CMD_UNLINK"]


def test_replies():
    messages = table()
    connection = Canned(messages["USBIP_RET_SUBMIT with data"] + messages["USBIP_RET_SUBMIT stall"]
                        + messages["USBIP_RET_UNLINK cancelled"])
    connection.directions = {13: 1, 15: 1}
    assert connection.reply().data == bytes.fromhex("006800000400")
    assert connection.reply().status == -32
    assert connection.reply().status == -104
