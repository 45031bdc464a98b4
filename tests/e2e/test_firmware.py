"""The firmware kept in the repository is what its sources say."""

import subprocess
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).resolve().parents[1] / "firmware"


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("firmware")
    subprocess.run([FIRMWARE / "build", folder], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("name", sorted(p.name for p in FIRMWARE.glob("*.[bh][ie][nx]")))
def test_a_rebuild_gives_the_same_bytes(rebuilt, name):
    assert (rebuilt / name).read_bytes() == (FIRMWARE / name).read_bytes()


def test_an_l4_image_ends_on_a_double_word():
    assert len((FIRMWARE / "blink_stm32l476.bin").read_bytes()) % 8 == 0
