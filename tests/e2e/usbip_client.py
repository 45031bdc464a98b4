"""A USB/IP client of its own, written from the kernel's Documentation/usb/usbip_protocol.rst.

It shares nothing with the emulator, so that a misreading of the protocol cannot hide on both sides.
"""

import socket
import struct
from dataclasses import dataclass, field

VERSION = 0x0111
OP_REQ_DEVLIST, OP_REP_DEVLIST = 0x8005, 0x0005
OP_REQ_IMPORT, OP_REP_IMPORT = 0x8003, 0x0003
CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
OUT, IN = 0, 1
TIMEOUT_S = 10


class Closed(Exception):
    """The server closed the connection."""


@dataclass
class Device:
    path: str
    busid: str
    busnum: int
    devnum: int
    speed: int
    vendor: int
    product: int
    bcd_device: int
    device_class: tuple[int, int, int]
    configuration_value: int
    configurations: int
    interface_count: int
    interfaces: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass
class Reply:
    """RET_SUBMIT or RET_UNLINK, every field as it came."""

    command: int
    seqnum: int
    devid: int
    direction: int
    ep: int
    status: int
    actual_length: int = 0
    start_frame: int = 0
    number_of_packets: int = 0
    error_count: int = 0
    data: bytes = b""


def setup_packet(request_type: int, request: int, value: int, index: int, length: int) -> bytes:
    return struct.pack("<BBHHH", request_type, request, value, index, length)


class Connection:
    """One TCP connection to a USB/IP server."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.seqnum = 0
        self.directions: dict[int, int] = {}
        self.devid = 0

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *unused: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                piece = self.socket.recv(size - len(data))
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise Closed(f"after {len(data)} of {size} bytes")
            data += piece
        return data

    def is_closed_by_peer(self) -> bool:
        """Waits for the end of the stream; what else arrives is an error."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def reset(self) -> None:
        """RST instead of FIN: the client's machine crashed."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _device(self) -> Device:
        raw = self.read(312)
        path, busid = raw[:256].rstrip(b"\0").decode(), raw[256:288].rstrip(b"\0").decode()
        numbers = struct.unpack(">IIIHHH6B", raw[288:])
        return Device(path, busid, *numbers[:6], numbers[6:9], *numbers[9:])

    def device_list(self) -> list[Device]:
        self.send(struct.pack(">HHI", VERSION, OP_REQ_DEVLIST, 0))
        version, code, status, count = struct.unpack(">HHII", self.read(12))
        assert (version, code, status) == (VERSION, OP_REP_DEVLIST, 0)
        devices = []
        for _ in range(count):
            device = self._device()
            for _ in range(device.interface_count):
                device.interfaces.append(struct.unpack(">3Bx", self.read(4)))
            devices.append(device)
        return devices

    def import_device(self, busid: str) -> tuple[int, Device | None]:
        """(status, device); the device is there when the status is 0."""
        self.send(struct.pack(">HHI32s", VERSION, OP_REQ_IMPORT, 0, busid.encode()))
        version, code, status = struct.unpack(">HHI", self.read(8))
        assert (version, code) == (VERSION, OP_REP_IMPORT)
        if status != 0:
            return status, None
        device = self._device()
        self.devid = device.busnum << 16 | device.devnum
        return 0, device

    def encode_submit(self, setup: bytes, data: bytes = b"", *, ep: int = 0,
                      length: int | None = None, packets: int = 0) -> bytes:
        """The bytes of a USBIP_CMD_SUBMIT with the next sequence number."""
        self.seqnum += 1
        direction = IN if setup[0] & 0x80 else OUT
        self.directions[self.seqnum] = direction
        if length is None:
            length = struct.unpack("<H", setup[6:8])[0] if direction == IN else len(data)
        return struct.pack(">10I", CMD_SUBMIT, self.seqnum, self.devid, direction, ep, 0, length,
                           0, packets, 0) + setup + data

    def submit(self, setup: bytes, data: bytes = b"", **options: int) -> int:
        self.send(self.encode_submit(setup, data, **options))
        return self.seqnum

    def unlink(self, victim: int) -> int:
        self.seqnum += 1
        self.send(struct.pack(">6I24x", CMD_UNLINK, self.seqnum, self.devid, 0, 0, victim))
        return self.seqnum

    def reply(self) -> Reply:
        head = self.read(48)
        command, seqnum, devid, direction, ep, status = struct.unpack(">5Ii", head[:24])
        if command == RET_UNLINK:
            assert head[24:] == bytes(24)
            return Reply(command, seqnum, devid, direction, ep, status)
        assert command == RET_SUBMIT, f"command {command:#x}"
        rest = struct.unpack(">4I8x", head[24:])
        size = rest[0] if self.directions.pop(seqnum) == IN else 0
        return Reply(command, seqnum, devid, direction, ep, status, *rest, data=self.read(size))

    def control(self, setup: bytes, data: bytes = b"") -> Reply:
        seqnum = self.submit(setup, data)
        reply = self.reply()
        assert reply.seqnum == seqnum
        return reply


def import_first(port: int, busid: str = "1-1") -> Connection:
    """A connection with the device imported and configured, as a host does it."""
    connection = Connection(port)
    status, _ = connection.import_device(busid)
    assert status == 0, f"import status {status}"
    assert connection.control(setup_packet(0x00, 9, 1, 0, 0)).status == 0
    return connection
