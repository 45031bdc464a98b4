"""DFU 1.1 and DfuSe as a host speaks them, over the independent USB/IP client."""

import struct

from usbip_client import Connection, Reply, setup_packet

DNLOAD, UPLOAD, GETSTATUS, CLRSTATUS, GETSTATE, ABORT = 1, 2, 3, 4, 5, 6
IDLE, DNLOAD_SYNC, DNBUSY, DNLOAD_IDLE, MANIFEST_SYNC, MANIFEST = 2, 3, 4, 5, 6, 7
UPLOAD_IDLE, ERROR = 9, 10
OK, ERR_TARGET, ERR_FIRMWARE, ERR_VENDOR, ERR_UNKNOWN, ERR_STALLEDPKT = 0, 1, 10, 11, 14, 15
STALL = -32


class DfuHost:
    def __init__(self, connection: Connection):
        self.connection = connection

    def out(self, request: int, value: int = 0, data: bytes = b"") -> Reply:
        return self.connection.control(setup_packet(0x21, request, value, 0, len(data)), data)

    def get(self, request: int, length: int, value: int = 0) -> Reply:
        return self.connection.control(setup_packet(0xA1, request, value, 0, length))

    def status(self) -> tuple[int, int]:
        """(bState, bStatus)"""
        reply = self.get(GETSTATUS, 6)
        assert reply.status == 0 and len(reply.data) == 6, reply
        return reply.data[4], reply.data[0]

    def to_idle(self) -> None:
        while self.status()[0] == ERROR:
            assert self.out(CLRSTATUS).status == 0
        if self.status()[0] != IDLE:
            assert self.out(ABORT).status == 0
        assert self.status() == (IDLE, OK)

    def operate(self, value: int, data: bytes) -> tuple[int, int]:
        """Sends a download and sees it through: the state and status it ends in."""
        assert self.out(DNLOAD, value, data).status == 0
        assert self.status() == (DNBUSY, OK), "the first DFU_GETSTATUS starts the operation"
        return self.status()

    def set_address(self, address: int) -> tuple[int, int]:
        return self.operate(0, struct.pack("<BI", 0x21, address))

    def erase(self, address: int) -> tuple[int, int]:
        return self.operate(0, struct.pack("<BI", 0x41, address))

    def upload(self, block: int, length: int) -> Reply:
        return self.get(UPLOAD, length, block)
