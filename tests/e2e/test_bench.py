"""Lines on the standard input of `serve`: what a person at the bench does."""

import subprocess

import pytest
from conftest import PATIENCE_S, ROOT

BLINK = "tests/firmware/blink_stm32f405.bin"


def test_a_reset_after_leave_decides_by_the_boot_pins(bench):
    board = bench("stm32f405rg")
    assert board.dfu_util("-a", "0", "-s", "0x08000000:leave", "-D", BLINK).returncode == 0
    assert board.alternates() == 0
    assert board("reset") == "1-1: USB: attached"
    assert board.alternates() == 4
    assert board("pin BOOT0=0") == "1-1: BOOT0=0 at the next reset"
    assert board("reset").startswith("1-1: application at 0x08000000 starts")
    assert board.alternates() == 0
    board("pin 1-1 BOOT0=1")
    assert board("power 1-1") == "1-1: USB: attached"
    assert board.alternates() == 4


def test_a_busid_says_which_of_several(bench):
    board = bench("stm32f405rg", "stm32l476rg")
    assert board.alternates() == 7
    board("pin 1-2 BOOT0=0")
    board("reset 1-2")  # there is no application: it comes back as it decides, main flash
    assert board.alternates() == 4
    assert board("reset").startswith('no device ""; reset [BUSID] presses reset')


@pytest.mark.parametrize("line, answer", [
    ("help", "reset [BUSID] presses reset, power [BUSID] switches off and on, pin [BUSID] BOOT0=0 "
             "sets a boot pin for the next reset"),
    ("pin BOOT0", "pin BOOT0: expected NAME=0 or NAME=1, such as BOOT0=1"),
    ("reset 1-7", 'no device "1-7"; reset [BUSID] presses reset, power [BUSID] switches off and '
                  "on, pin [BUSID] BOOT0=0 sets a boot pin for the next reset"),
])
def test_a_line_it_cannot_do_is_answered_with_what_it_can(bench, line, answer):
    assert bench("stm32f405rg")(line) == answer


def test_a_pin_the_chip_lacks_is_named_with_those_it_has(bench):
    board = bench("stm32f405rg")
    assert board("pin BOOT7=1") == 'stm32f405rg: no boot pin "BOOT7"'
    assert board.answer() == "  did you mean BOOT0 or BOOT1?"


def test_a_machine_that_cannot_attach_is_told_what_to_do_instead(dfurig):
    without_root = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", dfurig]
    result = subprocess.run(
        [*without_root, "serve", "--attach", "--model", "stm32f405rg", "--listen", "127.0.0.1:0"],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == ("dfurig: --attach: attaching needs root\n"
                             "  without it: dfurig exec --connect HOST:PORT -- TOOL\n")
