"""A folder is a layer; includes go one way (emulator/CMakeLists.txt has the same table)."""

import re

import pytest
from tree import emulator_sources, faults

BELOW = {
    "support": set(),
    "usb": {"support"},
    "stm32": {"support"},
    "usbip": {"usb", "support"},
    "dfu": {"usb", "stm32", "support"},
    "cpu": {"stm32", "support"},
    "fault": {"dfu", "usbip", "usb", "stm32", "support"},
    "model": {"dfu", "cpu", "stm32", "usb", "support"},
    "board": {"dfu", "cpu", "model", "stm32", "usb", "support"},
    "attach": {"usbip", "usb", "support"},
    "wine": {"attach", "usbip", "usb", "support"},
    "windows": {"dfu", "usbip", "usb", "support"},
    "scenario": {"wine", "attach", "board", "fault", "model", "dfu", "cpu", "usbip", "stm32", "usb",
                 "support"},
}
BELOW["cli"] = set(BELOW)

QUOTED = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
ANGLED = re.compile(r"^\s*#\s*include\s+<([^>]+)>", re.MULTILINE)


def upward_includes(path: str, text: str):
    layer = path.split("/")[1]
    if layer not in BELOW:
        yield f"folder {layer} is not in the table of layers"
        return
    for target in QUOTED.findall(text):
        folder = target.split("/")[0]
        if target.startswith(".") or "/" not in target:
            yield f'include "{target}" is not written from emulator/'
        elif folder != layer and folder not in BELOW[layer]:
            yield f'include "{target}" goes up'


def foreign_libraries(path: str, text: str):
    for header in ANGLED.findall(text):
        is_asio = header.startswith("boost/asio")
        if is_asio and not path.startswith(("emulator/usbip/server.", "emulator/cli/")):
            yield f"<{header}>: only usbip/server and cli use Asio"
        if header.startswith("nlohmann/") and path.split("/")[1] not in ("model", "scenario"):
            yield f"<{header}>: only model and scenario use the JSON library"


@pytest.mark.parametrize("rule", [upward_includes, foreign_libraries])
def test_the_emulator_keeps_the_rule(rule):
    assert faults(rule, emulator_sources()) == ""


@pytest.mark.parametrize("path, text, fault", [
    ("emulator/usb/x.h", '#include "dfu/dfu.h"', "goes up"),
    ("emulator/dfu/x.h", '#include "dfu.h"', "not written from emulator/"),
    ("emulator/dfu/x.h", '#include "../usb/device.h"', "not written from emulator/"),
    ("emulator/misc/x.h", "", "not in the table"),
])
def test_an_include_that_goes_up_is_caught(path, text, fault):
    assert fault in "".join(upward_includes(path, text))


@pytest.mark.parametrize("path, text", [
    ("emulator/usbip/session.cc", "#include <boost/asio.hpp>"),
    ("emulator/board/board.cc", "#include <nlohmann/json.hpp>"),
])
def test_a_library_in_the_wrong_layer_is_caught(path, text):
    assert list(foreign_libraries(path, text))
