"""A USB/IP server of its own, for what dfurig's own devices do not do: transfers that never end,
bulk endpoints, a device that is another one after a reset.

Written from the kernel's Documentation/usb/usbip_protocol.rst; shares nothing with the emulator.
"""

import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

VERSION = 0x0111
CONNRESET, PIPE = -104, -32
Answer = tuple[int, bytes] | None  # status and IN data; None: never


def configuration(*endpoints: int) -> bytes:
    """One interface FE/01/02 with these bulk endpoints."""
    body = bytes([9, 4, 0, 0, len(endpoints), 0xFE, 1, 2, 0])
    for address in endpoints:
        body += bytes([7, 5, address, 2, 64, 0, 0])
    return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), 1, 1, 0, 0xC0, 50) + body


@dataclass
class Device:
    busid: str = "1-1"
    device: bytes = bytes.fromhex("12010002 00000040 8304 11DF 0022 000000 01")
    configuration: bytes = field(default_factory=configuration)
    on_control: Callable[[bytes, bytes], Answer] = lambda setup, data: (PIPE, b"")
    on_bulk: Callable[[int, int, bytes], Answer] = lambda ep, length, data: (PIPE, b"")
    setups: list[bytes] = field(default_factory=list)
    resets: int = 0
    unlinks: int = 0

    def control(self, setup: bytes, data: bytes) -> Answer:
        kind, request, value, _, length = struct.unpack("<BBHHH", setup)
        if (kind, request, value >> 8) == (0x80, 6, 1):
            return 0, self.device[:length]
        if (kind, request, value >> 8) == (0x80, 6, 2):
            return 0, self.configuration[:length]
        if kind in (0, 1) and request in (9, 11):
            return 0, b""
        if (kind, request, value) == (0x23, 3, 4):
            self.resets += 1
            return 0, b""
        self.setups.append(setup)
        return self.on_control(setup, data)

    def record(self) -> bytes:
        numbers = struct.unpack("<HHH", self.device[8:14])
        return (struct.pack(">256s32sIII", b"/sys/stub", self.busid.encode(), 1, 2, 2)
                + struct.pack(">HHH", *numbers) + bytes([0, 0, 0, 1, 1, 1]))


class Server:
    """Serves until the test ends; devices are plugged and unplugged by the test."""

    def __init__(self) -> None:
        self.devices: dict[str, Device] = {}
        self.imported: dict[str, socket.socket] = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def plug(self, device: Device) -> Device:
        with self.lock:
            self.devices[device.busid] = device
        return device

    def unplug(self, busid: str = "1-1") -> None:
        with self.lock:
            self.devices.pop(busid)
            connection = self.imported.get(busid)
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self.listener.close()
        for busid in list(self.devices):
            self.unplug(busid)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as stream:
            try:
                self._operate(connection, stream)
            except (OSError, EOFError):
                pass

    def _operate(self, connection, stream) -> None:
        _, operation, _ = struct.unpack(">HHI", read(stream, 8))
        if operation == 0x8005:
            with self.lock:
                free = [it for it in self.devices.values() if it.busid not in self.imported]
            connection.sendall(struct.pack(">HHII", VERSION, 0x0005, 0, len(free))
                               + b"".join(it.record() + bytes([0xFE, 1, 2, 0]) for it in free))
            return
        busid = read(stream, 32).rstrip(b"\0").decode()
        with self.lock:
            device = self.devices.get(busid)
            if device is None or busid in self.imported:
                connection.sendall(struct.pack(">HHI", VERSION, 0x0003, 4 if device is None else 2))
                return
            self.imported[busid] = connection
        connection.sendall(struct.pack(">HHI", VERSION, 0x0003, 0) + device.record())
        try:
            while True:
                self._urb(connection, stream, device)
        finally:
            with self.lock:
                del self.imported[busid]

    def _urb(self, connection, stream, device: Device) -> None:
        command, seqnum, _, is_in, ep = struct.unpack(">5I", read(stream, 20))
        rest = read(stream, 28)
        if command == 2:
            device.unlinks += 1
            connection.sendall(struct.pack(">5Ii24x", 4, seqnum, 0, 0, 0, CONNRESET))
            return
        _, length, _, _, _ = struct.unpack(">5I", rest[:20])
        data = b"" if is_in else read(stream, length)
        if ep == 0:
            answer = device.control(rest[20:], data)
        else:
            answer = device.on_bulk(ep | is_in << 7, length, data)
        if answer is None:
            return
        status, back = answer
        actual = len(back) if is_in else (length if status == 0 else 0)
        connection.sendall(struct.pack(">5IiIIII8x", 3, seqnum, 0, 0, 0, status, actual, 0, 0, 0)
                           + back)


def read(stream, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data
