"""A host that leaves DFU mode, with what tools have made of an answer that does not come.

Set Address Pointer, a zero-length DFU_DNLOAD, DFU_GETSTATUS. Then:

  strict     the first USB error is the end (pyfu-usb before PR #8)
  swallow    every USB error while leaving is what is to be expected (pyfu-usb after it)
  ask-again  DFU_GETSTATUS until dfuIDLE, after dfuMANIFEST as well (fwupd before PR #2057)

Exit status 0 when the host takes the download for successful.
"""

import argparse
import sys

import usb.core

OUT, IN = 0x21, 0xA1
DNLOAD, GETSTATUS, CLRSTATUS = 1, 3, 4
IDLE, DNBUSY, MANIFEST, ERROR = 2, 4, 7, 10
TIMEOUT_MS = 5000


class Host:
    def __init__(self, device):
        self.device = device

    def send(self, request: int, data: bytes = b"") -> None:
        self.device.ctrl_transfer(OUT, request, 0, 0, data or None, TIMEOUT_MS)

    def state(self) -> int:
        return self.device.ctrl_transfer(IN, GETSTATUS, 0, 0, 6, TIMEOUT_MS)[4]

    def set_address(self, address: int) -> None:
        if self.state() == ERROR:
            self.send(CLRSTATUS)
        self.send(DNLOAD, b"\x21" + address.to_bytes(4, "little"))
        while self.state() == DNBUSY:
            pass

    def leave(self, asks_again: bool) -> None:
        self.send(DNLOAD)
        state = self.state()
        print(f"state after the leave request: {state}")
        while asks_again and state != IDLE:
            state = self.state()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policy", required=True, choices=["strict", "swallow", "ask-again"])
    policy = parser.parse_args().policy
    host = Host(usb.core.find(idVendor=0x0483, idProduct=0xDF11))
    host.set_address(0x08000000)
    try:
        host.leave(policy == "ask-again")
    except usb.core.USBError as error:
        if policy == "swallow":
            print(f"ignored: {error}")
            return 0
        print(f"DFU download failed: {error!r}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
