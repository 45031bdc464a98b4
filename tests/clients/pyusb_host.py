"""A DfuSe host on pyusb: list | download FILE ADDRESS | upload ADDRESS SIZE FILE"""

import struct
import sys
import time
from pathlib import Path

import usb.core
import usb.util

DNLOAD, UPLOAD, GETSTATUS, CLRSTATUS, ABORT = 1, 2, 3, 4, 6
IDLE, DNBUSY, DNLOAD_IDLE, MANIFEST, ERROR = 2, 4, 5, 7, 10
ERASE_STEP = 2048


class Host:
    def __init__(self):
        self.device = usb.core.find(idVendor=0x0483, idProduct=0xDF11)
        if self.device is None:
            sys.exit("no 0483:DF11")
        usb.util.claim_interface(self.device, 0)
        self.alternates = list(self.device.get_active_configuration())
        functional = bytes(self.alternates[-1].extra_descriptors)
        (self.block_size,) = struct.unpack_from("<H", functional, 5)

    def out(self, request: int, value: int = 0, data: bytes = b"") -> None:
        self.device.ctrl_transfer(0x21, request, value, 0, data)

    def state(self) -> int:
        status = self.device.ctrl_transfer(0xA1, GETSTATUS, 0, 0, 6)
        time.sleep(int.from_bytes(status[1:4], "little") / 1000)
        return status[4]

    def to_idle(self) -> None:
        while self.state() == ERROR:
            self.out(CLRSTATUS)
        if self.state() != IDLE:
            self.out(ABORT)

    def operate(self, block: int, data: bytes) -> None:
        self.out(DNLOAD, block, data)
        assert (self.state(), self.state()) == (DNBUSY, DNLOAD_IDLE)

    def command(self, code: int, address: int) -> None:
        self.operate(0, struct.pack("<BI", code, address))

    def list(self) -> None:
        for number, alternate in enumerate(self.alternates):
            print(f"alt {number}: {usb.util.get_string(self.device, alternate.iInterface)}")

    def download(self, path: str, address: str) -> None:
        image, start = Path(path).read_bytes(), int(address, 0)
        self.to_idle()
        for at in range(0, len(image), ERASE_STEP):
            self.command(0x41, start + at)
        self.command(0x21, start)
        for block, at in enumerate(range(0, len(image), self.block_size), 2):
            self.operate(block, image[at:at + self.block_size])
        self.to_idle()
        self.command(0x21, start)
        self.out(DNLOAD)
        try:
            print("leave:", "dfuMANIFEST" if self.state() == MANIFEST else "another state")
        except usb.core.USBError:
            print("leave: no reply")

    def upload(self, address: str, size: str, path: str) -> None:
        self.to_idle()
        self.command(0x21, int(address, 0))
        self.to_idle()
        data = b""
        while len(data) < int(size):
            length = min(self.block_size, int(size) - len(data))
            block = 2 + len(data) // self.block_size
            data += bytes(self.device.ctrl_transfer(0xA1, UPLOAD, block, 0, length))
        Path(path).write_bytes(data)


if __name__ == "__main__":
    getattr(Host(), sys.argv[1])(*sys.argv[2:])
