"""A chip of one JSON file, by the five steps of CONTRIBUTING.md, "Adding a chip"."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
NAME = "stm32f409vd"  # there is no such part
SAID = "made up for a test"

CHIP = {
    "$schema": "../schema/chip.json",
    # Step 1: its line, its name, its title.
    "extends": "stm32f40x",
    "name": NAME,
    "title": "STM32F409VD",
    # Step 2: its flash, in sectors no F4 has, and its RAM.
    "flash": {"mark": "unknown", "source": SAID, "size": "0x60000",
              "sectors": [{"count": 8, "size": 32768}, {"count": 1, "size": 131072}]},
    "memories": {"SRAM": {"mark": "unknown", "source": SAID, "kind": "ram",
                          "base": "0x20000000", "size": "0x8000"}},
    # Step 3: a port less than its line has.
    "peripherals": {"GPIOI": None},
    # Step 4: its ROM.
    "bootloader": "rom-f405",
}


def steps() -> list[str]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split("## Adding a chip\n")[1].split("\n## ")[0]
    return re.findall(r"^(\d\. .*?)(?=^\d\. |\n\n|\Z)", section, re.MULTILINE | re.DOTALL)


@pytest.fixture
def models(tmp_path) -> Path:
    """The shipped models and one file more."""
    folder = Path(shutil.copytree(ROOT / "models", tmp_path / "models"))
    (folder / f"chips/{NAME}.json").write_text(json.dumps(CHIP, indent=2) + "\n")
    return folder


def test_there_are_five_steps():
    assert [step[:2] for step in steps()] == ["1.", "2.", "3.", "4.", "5."]


# Step 5: the commands as they are written there.
def test_the_commands_of_the_last_step_accept_it(dfurig, models):
    commands = re.findall(r"`build/release/dfurig (.*?)`", steps()[4], re.DOTALL)
    assert len(commands) == 3
    for command in commands:
        done = subprocess.run([dfurig, *command.replace("NAME", NAME).split()], cwd=models.parent,
                              env={**os.environ, "DFURIG_MODELS": str(models)},
                              capture_output=True, text=True, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_the_chip_that_was_described(run, models):
    told = run("describe", NAME, "--models", str(models)).stdout
    assert told.startswith("STM32F409VD  STM32F4, Cortex-M4F\nSTM32F405/407/415/417 ROM V9.1\n")
    for line in ("  alternate 0           @Internal Flash  /0x08000000/08*032Kg,01*128Kg\n",
                 "  0x08000000            flash, 8 sectors of 32768 bytes\n",
                 "  0x08040000            flash, 1 sectors of 131072 bytes\n",
                 "  0x20000000            SRAM, 32768 bytes\n",
                 f"  unknown    {NAME}/flash: {SAID}\n"):
        assert line in told


def test_dfu_util_lists_and_flashes_it(run, models, tmp_path):
    image = tmp_path / "app.bin"  # into its last sector; MSP and reset handler are the chip's
    image.write_bytes(bytes.fromhex("00 80 00 20 01 02 04 08") + bytes(range(256)) * 17)
    script = f"dfu-util -l && dfu-util -a 0 -s 0x08040000:leave -D {image} && dfu-util -l"
    done = run("exec", "--models", str(models), "--model", NAME, "--time-scale", "0", "--", "sh",
               "-c", script)
    assert done.returncode == 0, done.stdout + done.stderr
    before, after = done.stdout.split("Submitting leave request...")
    assert 'alt=0, name="@Internal Flash  /0x08000000/08*032Kg,01*128Kg"' in before
    assert "Found DFU" not in after


def test_a_port_it_lacks_is_not_there(run, models, tmp_path):
    scenario = {"title": "t", "model": NAME, "steps": [{"expect": {"registers": {"GPIOI.ODR": 0}}}]}
    (tmp_path / "s.json").write_text(json.dumps(scenario))
    done = run("run", str(tmp_path / "s.json"), "--models", str(models))
    assert done.returncode == 2
    assert 'no register or field "GPIOI.ODR" on this chip' in done.stderr
