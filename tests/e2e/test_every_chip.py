"""Every chip under the real dfu-util: list, download, upload, Leave. What a chip must say and do is
written here and in tests/wire/alternates.txt from public sources, not read from its model."""

import os
import random
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
FLASH = 0x08000000
SRAM = 0x20000000
EX_IOERR = 74  # sysexits.h, as dfu-util ends when a request fails

CHIPS = sorted(path.stem for path in (ROOT / "models/chips").glob("*.json"))

# AN2606, table 3, and what can be put into the flash instead; nothing where there is no USB.
NO_USB = ", and the chip has no USB device peripheral"
F103 = "USART only (STM32F103: the chip has USB, the ROM does not use it)"
NO_USB_DFU = {
    "stm32c031c6": ("USART, I2C and SPI only" + NO_USB, None),
    "stm32f030r8": ("USART only" + NO_USB, None),
    "stm32f100rb": ("USART only" + NO_USB, None),
    "stm32f103c8": (F103, "cubemx-f103"),
    "stm32f103ze": (F103, "cubemx-f103"),
    "stm32f410rb": ("USART, I2C and SPI only" + NO_USB, None),
    "stm32g030f6": ("USART, I2C and SPI only" + NO_USB, None),
    "stm32g071rb": ("USART, I2C and SPI only" + NO_USB, None),
    "stm32l011k4": ("USART and SPI only" + NO_USB, None),
    "stm32l052k8": ("USART and SPI only", "cubemx-l0"),
    "stm32l053r8": ("USART and SPI only", "cubemx-l0"),
    "stm32l152rb": ("USART only (L1xxx6/8/B); the chip has USB", None),
}
WITH_USB_DFU = [chip for chip in CHIPS if chip not in NO_USB_DFU]

# The newer ROMs ("DFU in FS Mode"): the device is gone before it answers the request that makes it
# leave. klipper PR#5596, monome/crow#128, bristlemouth/bm_serial circuitpython/README.md.
NEWER = ("stm32c", "stm32g", "stm32h", "stm32l5", "stm32u", "stm32wb")
# bcdDevice: 2200 and 0200 in every public log but these.
VERSIONS = {"stm32u0": "0220",   # dm5tt/SolarLoRaBox EVALUATION-v001.md
            "stm32h56": "0300"}  # chcbaram/stm32h563-core firmware/docs/28-web.md
# Serials that are the same on every part, and those of the individuals in models/families: the sum
# of the UID's first and third word, and the upper half of the second (ODrive main.cpp).
SERIALS = {"stm32f105": "STM32", "stm32f107": "STM32",  # keirf/flashfloppy issue #462
           "stm32f070": "FFFFFFFEFFFF",                 # ROMs that read a blank UID
           "stm32f446": "STM32FxSTM32",                 # FYSETC/FYSETC-SPIDER bootloader/README.md
           "stm32f72": "STM32FxSTM32",                  # dfu-util -l of F722 boards
           "stm32h74": "200364500000", "stm32h75": "200364500000",  # Daisy boards
           "stm32f2": "386232733136", "stm32f4": "386232733136", "stm32": "206E30975034"}
# A length whose every byte is written. AN2606, table 7: alignment of writes; a G0 programs double
# words (RM0444), though that table says 4.
ALIGNMENT = {"stm32f7": 8, "stm32f": 4, "stm32l5": 16, "stm32u5": 16, "stm32h5": 16, "stm32c5": 16,
             "stm32": 8}


def by_family(table: dict, chip: str, otherwise=None):
    """The value of the longest beginning of the chip's name."""
    begins = [begin for begin in table if chip.startswith(begin)]
    return table[max(begins, key=len)] if begins else otherwise


def load_alternates() -> dict[str, list[str]]:
    """tests/wire/alternates.txt; its README says how it is written."""
    table: dict[str, list[str]] = {}
    chips: list[str] = []
    for row in (ROOT / "tests/wire/alternates.txt").read_text().splitlines():
        if row.startswith(" "):
            for chip in chips:
                table.setdefault(chip, []).append(row.split(None, 1)[1])
        elif row and not row.startswith("#"):
            chips = row.split()
    return table


ALTERNATES = load_alternates()


def sram_size(dfurig: str, chip: str) -> int:
    told = subprocess.run([dfurig, "describe", chip], cwd=ROOT, capture_output=True, text=True,
                          timeout=PATIENCE_S).stdout
    return int(re.search(rf"^  {SRAM:#010x} +.*, (\d+) bytes$", told, re.M).group(1))


def image_for(chip: str, sram: int) -> bytes:
    """Starts as an application of that chip does; ends within a sector and within a block."""
    stack, reset_handler = SRAM + sram - 64, FLASH + 0x200 + 1
    vectors = stack.to_bytes(4, "little") + reset_handler.to_bytes(4, "little")
    size = 5 * 1024 + by_family(ALIGNMENT, chip)
    return vectors + random.Random(chip).randbytes(size - len(vectors))


@dataclass
class Step:
    """One run of dfu-util."""
    status: int
    output: str


@dataclass
class Visit:
    """One device's life: what each run of dfu-util said, what was sent and what came back."""
    steps: dict[str, Step]
    sent: bytes
    back: bytes


def visit(dfurig: str, folder: Path, chip: str) -> Visit:
    folder.mkdir()
    sent, back = folder / "sent.bin", folder / "back.bin"
    sent.write_bytes(image_for(chip, sram_size(dfurig, chip)))
    flash = f"dfu-util -a 0 -s {FLASH:#010x}"
    runs = {"list": "dfu-util -l", "download": f"{flash} -D {sent}",
            "upload": f"{flash}:{sent.stat().st_size} -U {back}",
            "leave": f"{flash}:leave -D {sent}", "list after Leave": "dfu-util -l"}
    script = "\n".join(f"{run} >'{folder}/{name}' 2>&1; echo $? >'{folder}/{name}.status'"
                       for name, run in runs.items())
    done = subprocess.run([dfurig, "exec", "--model", chip, "--time-scale", "0", "--", "sh", "-c",
                           script], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (0, "")
    steps = {name: Step(int((folder / f"{name}.status").read_text()), (folder / name).read_text())
             for name in runs}
    return Visit(steps, sent.read_bytes(), back.read_bytes() if back.exists() else b"")


@pytest.fixture(scope="module")
def visits(request, dfurig, tmp_path_factory) -> Iterator[dict[str, Future]]:
    """A visit to every chip that a test asks for, as many at once as there are processors."""
    folder = tmp_path_factory.mktemp("chips")
    chips = {item.callspec.params["chip"]: None for item in request.session.items
             if "visits" in item.fixturenames}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {chip: pool.submit(visit, dfurig, folder / chip, chip) for chip in chips}
        pool.shutdown(cancel_futures=True)


def test_every_chip_is_listed(run):
    listed = [line.split()[0] for line in run("models").stdout.splitlines()[1:]]
    assert listed == CHIPS


@pytest.mark.parametrize("chip", WITH_USB_DFU)
def test_dfu_util_lists_the_roms_strings(visits, chip):
    step = visits[chip].result().steps["list"]
    version = by_family(VERSIONS, chip, "0200" if chip.startswith(NEWER) else "2200")
    assert step.status == 0, step.output
    expected = [f'[0483:df11] ver={version}, devnum=2, cfg=1, intf=0, path="1-1", alt={i}, '
                f'name="{name}", serial="{by_family(SERIALS, chip)}"'
                for i, name in enumerate(ALTERNATES[chip])]
    # dfu-util lists the last alternate setting first.
    assert re.findall("^Found DFU: (.*)$", step.output, re.M) == expected[::-1]


@pytest.mark.parametrize("chip", WITH_USB_DFU)
def test_what_is_downloaded_comes_back(visits, chip):
    visited = visits[chip].result()
    for name, said in (("download", "File downloaded successfully"), ("upload", "Upload done.")):
        step = visited.steps[name]
        assert (step.status, said in step.output) == (0, True), step.output
    assert visited.back.hex(" ", 4) == visited.sent.hex(" ", 4)


@pytest.mark.parametrize("chip", WITH_USB_DFU)
def test_leave_ends_as_seen_and_the_device_is_gone(visits, chip):
    steps = visits[chip].result().steps
    leave = steps["leave"]
    assert "File downloaded successfully\nSubmitting leave request...\n" in leave.output
    if chip.startswith(NEWER):
        assert leave.output.endswith("dfu-util: Error during download get_status\n"), leave.output
        assert leave.status == EX_IOERR
    else:
        assert "Transitioning to dfuMANIFEST state\n" in leave.output, leave.output
        assert leave.status == 0
    assert steps["list after Leave"].status == 0
    assert "Found DFU" not in steps["list after Leave"].output


@pytest.mark.parametrize("command", [("serve", "--model"), ("exec", "--model")])
@pytest.mark.parametrize("chip", NO_USB_DFU)
def test_a_chip_without_usb_dfu_is_refused_with_what_can_be_put_in(run, command, chip):
    tool = ("--", "true") if command[0] == "exec" else ()
    done = run(*command, chip, *tool)
    speaks, bootloader = NO_USB_DFU[chip]
    advice = f"  put one into its flash: --bootloader {bootloader}\n" if bootloader else ""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"dfurig: {chip}: its ROM bootloader speaks {speaks}\n{advice}"
