"""The firmware kept in the repository is what its sources say, and can start."""

import struct
import subprocess
from pathlib import Path

import pytest
from dfuse_file import dfuse_file

FIRMWARE = Path(__file__).resolve().parents[1] / "firmware"
KEPT = sorted(p for p in FIRMWARE.iterdir() if p.suffix in (".hex", ".sym", ".bin"))
HEX = [p for p in KEPT if p.suffix == ".hex"]


def listed() -> set[str]:
    lines = [line.split() for line in (FIRMWARE / "images").read_text().splitlines()
             if not line.startswith("#")]
    names = set()
    for name, chip, kept, *_ in lines:
        names |= {f"{name}_{chip}{suffix}" for suffix in (".hex", ".sym", f".{kept}")}
    return names


def content(path: Path) -> bytes:
    """The bytes of a .hex from 0x08000000 on: records of data that follow one another."""
    data = b""
    for line in path.read_text().split():
        record = bytes.fromhex(line[1:])
        assert sum(record) % 256 == 0
        if record[3] == 0:
            data += record[4:-1]
    return data


def symbols(image: str) -> dict[str, int]:
    rows = [line.split() for line in (FIRMWARE / f"{image}.sym").read_text().splitlines()]
    return {name: int(address, 16) for address, _, name in rows}


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("firmware")
    subprocess.run([FIRMWARE / "build", folder], check=True, capture_output=True)
    return folder


def test_what_is_kept_is_what_is_listed():
    assert {path.name for path in KEPT} == listed()


@pytest.mark.parametrize("name", [p.name for p in KEPT])
def test_a_rebuild_gives_the_same_bytes(rebuilt, name):
    assert (rebuilt / name).read_bytes() == (FIRMWARE / name).read_bytes()


@pytest.mark.parametrize("name", [p.name for p in HEX])
def test_an_image_starts_with_a_vector_table(name):
    data = content(FIRMWARE / name)
    sp, reset, nmi, hard_fault = struct.unpack("<4I", data[:16])
    assert sp == 0x20002000
    assert reset == symbols(name.removesuffix(".hex"))["Reset_Handler"] | 1
    for vector in (reset, nmi, hard_fault):
        assert vector & 1 and 0x08000040 <= vector < 0x08000000 + len(data)


@pytest.mark.parametrize("name", [p.name for p in HEX])
def test_an_image_ends_on_a_double_word(name):
    assert len(content(FIRMWARE / name)) % 8 == 0, "an L4 programs double words"


def test_the_dfu_file_of_a_scenario_holds_the_firmware():
    image = (FIRMWARE / "systick_large_stm32f405.bin").read_bytes()
    kept = FIRMWARE.parents[1] / "scenarios/firmware/two_chunks.dfu"
    assert kept.read_bytes() == dfuse_file({0: [(0x08000000, image)]})
