"""A DfuSe host that erases pages, with the policies that WebUSB and Rust tools have had.

The requests are those of betaflight-configurator's usbdfu.js (erase page by page: DFU_DNLOAD 0x41,
DFU_GETSTATUS must be dfuDNBUSY, bwPollTimeout, DFU_GETSTATUS). What it does with a device that
still is in dfuDNBUSY then, and how it comes to dfuIDLE, is the policy:

  once         one poll, then it gives up
  loop         polls until dfuDNBUSY ends
  clear-twice  DFU_CLRSTATUS until dfuIDLE, from every state (PR #1861)
  strict       DFU_CLRSTATUS in dfuERROR alone, at most 100 attempts (PR #5300)
  unstick      strict, but a device that stays busy is sent DFU_CLRSTATUS (PR #5348)

Of several devices it takes the first that is found, as who asks for vendor and product does
(odriverobotics/ODrive PR #82, emuflight/EmuConfigurator issue 674), or the one with --serial.

Exit status 0 when every page was erased, in the host's opinion.
"""

import argparse
import sys
import time

import usb.core

OUT, IN = 0x21, 0xA1
DNLOAD, GETSTATUS, CLRSTATUS, ABORT = 1, 3, 4, 6
IDLE, DNBUSY, DNLOAD_IDLE, UPLOAD_IDLE, ERROR = 2, 4, 5, 9, 10
ATTEMPTS = 100


class Failed(Exception):
    """What the user is told."""


class Host:
    def __init__(self, device, policy: str, timeout_ms: int):
        self.device, self.policy, self.timeout_ms = device, policy, timeout_ms
        self.stuck = 0

    def send(self, request: int, data: bytes = b"") -> None:
        self.device.ctrl_transfer(OUT, request, 0, 0, data or None, self.timeout_ms)

    def status(self) -> tuple[int, float, int]:
        """bStatus, seconds to wait, bState"""
        answer = self.device.ctrl_transfer(IN, GETSTATUS, 0, 0, 6, self.timeout_ms)
        return answer[0], (answer[1] | answer[2] << 8 | answer[3] << 16) / 1000, answer[4]

    def to_idle(self, is_stuck: bool = False) -> None:
        """clearStatus of usbdfu.js"""
        clears_all = self.policy in ("once", "loop", "clear-twice")
        for _ in range(ATTEMPTS):
            _, wait, state = self.status()
            if state == IDLE:
                return
            clears = clears_all or state == ERROR or (is_stuck and state == DNBUSY)
            if clears:
                self.send(CLRSTATUS)
            elif state in (DNLOAD_IDLE, UPLOAD_IDLE):
                self.send(ABORT)
            else:
                time.sleep(wait)
        raise Failed(f"clearStatus: device did not reach dfuIDLE after {ATTEMPTS} attempts "
                     f"(state: {state})")

    def erase(self, command: bytes) -> None:
        self.send(DNLOAD, command)
        status, wait, state = self.status()
        if state != DNBUSY:
            raise Failed(f"first status: ({status}, {state})")
        time.sleep(wait)
        status, wait, state = self.status()
        while state == DNBUSY and self.policy == "loop":
            time.sleep(wait)
            status, wait, state = self.status()
        if state == DNBUSY:
            self.stuck += 1
            if self.policy == "once":
                raise Failed("dfuDNBUSY after the poll time-out")
            print("erase_page: dfuDNBUSY after timeout, clearing")
            return self.to_idle(is_stuck=self.policy == "unstick")
        if (status, state) != (0, DNLOAD_IDLE):
            raise Failed(f"({status}, {state})")
        return None


def choose(serial: str | None):
    """The device that is erased."""
    found = [it for it in usb.core.find(find_all=True, idVendor=0x0483, idProduct=0xDF11)
             if serial is None or it.serial_number == serial]
    if not found:
        sys.exit("no device in DFU mode")
    if len(found) > 1:
        print(f"{len(found)} devices, taking the first: {found[0].serial_number}")
    return found[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policy", required=True,
                        choices=["once", "loop", "clear-twice", "strict", "unstick"])
    parser.add_argument("--timeout-ms", type=int, default=5000, help="of one control transfer")
    parser.add_argument("--mass-erase", action="store_true")
    parser.add_argument("--at", type=lambda text: int(text, 0), default=0x08000000)
    parser.add_argument("--page", type=lambda text: int(text, 0), default=0x20000)
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--serial", help="of the device; the first that is found if left out")
    options = parser.parse_args()
    host = Host(choose(options.serial), options.policy, options.timeout_ms)
    pages = [options.at + i * options.page for i in range(options.pages)]
    commands = [b"\x41" + page.to_bytes(4, "little") for page in pages]
    if options.mass_erase:
        commands = [b"\x41"]
    try:
        host.to_idle()
        for command in commands:
            host.erase(command)
        host.to_idle()
    except (Failed, usb.core.USBError) as error:
        print(f"erase failed: {error}")
        return 1
    print(f"erased: {len(commands) - host.stuck} without trouble, "
          f"{host.stuck} cleared out of dfuDNBUSY")
    return 0


if __name__ == "__main__":
    sys.exit(main())
