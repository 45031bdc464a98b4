"""What `models` and `describe` say about the chips there are, and the page made of it."""

import json
import re

import pytest
from conftest import ROOT

PAGE = ROOT / "models/README.md"
BEGIN = "<!-- made by: build/release/dfurig models --markdown -->\n"


def test_the_page_of_chips_is_what_the_program_prints(run):
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(BEGIN) == 1
    assert page.split(BEGIN)[1] == run("models", "--markdown").stdout, (
        "run scripts/update_models_page")


def test_the_page_has_every_chip():
    rows = re.findall(r"^\| (stm32\w+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == sorted(path.stem for path in (ROOT / "models/chips").glob("*.json"))


def test_models_are_found_by_all_words_in_capitals_or_not(run):
    found = run("models", "stm32L4", "v9.2").stdout.splitlines()[1:]
    assert [line.split()[0] for line in found] == [
        "stm32l452re", "stm32l475re", "stm32l475vg", "stm32l476rg"]
    assert all("STM32L4" in line and "V9.2" in line for line in found)


def test_words_no_chip_has_are_an_error(run):
    result = run("models", "stm32l4", "nonsense")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == ("dfurig: models: no chip's line contains all of these words\n"
                             "  dfurig models lists all\n")


@pytest.mark.parametrize("model, sections", [
    ("stm32h743zi", ["USB", "Other versions of its ROM (--bootloader)", "Memory",
                     "Option bytes: what is at the factory",
                     "After a reset: the first row that holds, else main flash",
                     "Entry policies: registers when the bootloader starts",
                     "Leave policies: registers when the application starts", "Disputed",
                     "Where the numbers come from"]),
    ("stm32f103ze", ["Bootloaders that can be put into its flash (--bootloader)", "Memory",
                     "Option bytes: what is at the factory",
                     "After a reset: the first row that holds, else main flash",
                     "Where the numbers come from"]),
])
def test_describe_has_these_sections(run, model, sections):
    lines = run("describe", model).stdout.splitlines()
    assert [line for line in lines[2:] if line and not line.startswith((" ", "*"))] == sections


def test_describe_tells_both_sides_of_every_dispute(run):
    text = run("describe", "stm32f405rg").stdout
    disputes = text.split("\nDisputed\n")[1].split("\nWhere the numbers come from\n")[0]
    subjects = re.findall(r"^  (\S+) \[\w+\]$", disputes, re.MULTILINE)
    for name in ("clrstatus_outside_error", "while_busy", "read_unprotect_when_unprotected",
                 "set_address_when_protected", "misaligned_write", "block_size"):
        assert f"rom/behaviour/{name}" in subjects
    assert disputes.count("taken here: ") == disputes.count("against it: ") == len(subjects)


@pytest.mark.parametrize("model, bootloader, layout", [
    ("stm32f405rg", "rom-f405-v3.1", "@OTP Memory /0x1FFF7800/01*512 g,01*016 g"),
    ("stm32h7a3zi", "rom-h7a3-v9.0", "@Internal Flash   /0x08000000/256*02Kg"),
])
def test_an_older_rom_can_be_taken(run, model, bootloader, layout):
    result = run("exec", "--model", model, "--bootloader", bootloader, "--", "dfu-util", "-l")
    assert f'name="{layout}"' in result.stdout


def test_validate_tells_every_fault_and_goes_on(run, tmp_path):
    good = ROOT / "scenarios/leave/gpio_default_after_leave.json"
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps({name: 1}))
    result = run("validate", str(tmp_path), str(good), str(ROOT / "models/chips/stm32f405rg.json"))
    assert result.returncode == 2
    assert result.stdout.count(": sound\n") == 2
    assert result.stderr.count("dfurig: ") == 2
