"""Exceptions on this project's core and on QEMU: the same registers, fault registers and stacked
frame wherever an image comes to a handler. QEMU is asked through its gdb stub; its machine has the
memories and the core of the F405, and no clock is involved in what the images do.
"""

import socket
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "tests/firmware"
PROGRAM = ROOT / "build/dev/tests/exceptions"
MACHINE = "netduinoplus2"
CFSR = 0xE000ED28  # HFSR follows

# Image, the chip that it is for, where it is looked at, and how often it comes there.
CASES = [
    ("frames_stm32f405", "stm32f405rg",
     ["SVC_Handler", "PendSV_Handler", "outer", "inner", "finished"], 16),
    ("undefinstr_stm32f405", "stm32f405rg", ["Default_Handler"], 1),
    ("divbyzero_stm32f405", "stm32f405rg", ["Default_Handler"], 1),
    ("preciserr_stm32f446", "stm32f446re", ["Default_Handler"], 1),
    ("recovers_stm32f446", "stm32f446re", ["UsageFault_Handler"], 6),
    ("nested_stm32f746", "stm32f746zg",
     ["low", "middle", "high", "also_high", "PendSV_Handler", "SVC_Handler"], 10),
    ("lockup_stm32f746", "stm32f746zg", ["HardFault_Handler"], 1),
]


class Gdb:
    """The remote protocol, as far as this needs it."""

    def __init__(self, port: int):
        deadline = time.monotonic() + 20
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
                break
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self.stream = self.socket.makefile("rb")

    def ask(self, text: str) -> str:
        data = text.encode()
        self.socket.sendall(b"$" + data + b"#%02x" % (sum(data) % 256))
        while (byte := self.stream.read(1)) != b"$":
            assert byte, "QEMU has closed the connection"
        answer = b""
        while (byte := self.stream.read(1)) != b"#":
            answer += byte
        self.stream.read(2)
        self.socket.sendall(b"+")
        return answer.decode()

    def words(self, address: int, count: int) -> list[int]:
        data = bytes.fromhex(self.ask(f"m{address:x},{4 * count:x}"))
        return [int.from_bytes(data[4 * i:4 * i + 4], "little") for i in range(count)]

    def register(self, number: int) -> int:
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}"))[:4], "little")


def symbols(image: str) -> dict[str, int]:
    rows = (line.split() for line in (FIRMWARE / f"{image}.sym").read_text().splitlines())
    return {row[2]: int(row[0], 16) & ~1 for row in rows if len(row) == 3}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


XPSR = 25  # org.gnu.gdb.arm.m-profile
FRAME = 19  # where a stop has the frame's address, before its words


def flash_of(image: str) -> bytes:
    """What an Intel HEX file has from the start of flash on."""
    records = [bytes.fromhex(line[1:]) for line in (FIRMWARE / f"{image}.hex").read_text().split()]
    data = bytearray()
    for record in records:
        if record[3] == 0:
            at = int.from_bytes(record[1:3], "big")
            data[len(data):] = b"\xff" * (at - len(data)) + record[4:4 + record[0]]
    return bytes(data)


def stops_in_qemu(folder: Path, image: str, addresses: list[int],
                  frames: list[int]) -> list[list[int]]:
    """QEMU does not tell PSP: the frame is looked for where ours is."""
    port = free_port()
    (folder / "flash.bin").write_bytes(flash_of(image))
    qemu = subprocess.Popen(
        ["qemu-system-arm", "-M", MACHINE, "-S", "-gdb", f"tcp:127.0.0.1:{port}",
         "-display", "none", "-serial", "none", "-monitor", "none",
         "-kernel", folder / "flash.bin"], stderr=subprocess.DEVNULL)
    try:
        gdb = Gdb(port)
        # It tells single registers only to who has asked what they are.
        gdb.ask("qXfer:features:read:target.xml:0,ffb")
        for address in addresses:
            assert gdb.ask(f"Z0,{address:x},2") == "OK"
        found = []
        for frame in frames:
            if found:  # one step, not to stop at the same breakpoint again
                assert gdb.ask("s").startswith("T05")
            assert gdb.ask("c").startswith("T05")
            registers = [gdb.register(number) for number in range(16)]
            found.append([*registers, gdb.register(XPSR), *gdb.words(CFSR, 2), frame,
                          *gdb.words(frame, 8)])
        return found
    finally:
        qemu.kill()
        qemu.wait()


def stops_here(image: str, model: str, addresses: list[int], count: int) -> list[list[int]]:
    run = subprocess.run(
        [PROGRAM, ROOT / "models", model, FIRMWARE / f"{image}.hex", str(count),
         *(f"{address:x}" for address in addresses)],
        capture_output=True, text=True, timeout=60, check=True)
    return [[int(word, 16) for word in line.split()] for line in run.stdout.splitlines()]


@pytest.mark.parametrize("image, model, names, count", CASES)
def test_an_exception_is_as_in_qemu(tmp_path, image, model, names, count):
    known = symbols(image)
    addresses = [known[name] for name in names]
    ours = stops_here(image, model, addresses, count)
    assert len(ours) == count
    theirs = stops_in_qemu(tmp_path, image, addresses, [stop[FRAME] for stop in ours])
    labels = [*(f"r{i}" for i in range(16)), "xPSR", "CFSR", "HFSR", "frame at",
              *(f"frame[{i}]" for i in range(8))]
    differences = [f"stop {i}: {label} {a:#010x}, in QEMU {b:#010x}"
                   for i, (our, their) in enumerate(zip(ours, theirs))
                   for label, a, b in zip(labels, our, their) if a != b]
    assert "\n".join(differences) == ""
