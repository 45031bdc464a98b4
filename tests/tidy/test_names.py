"""Names say what a thing is, and the project speaks of itself alone."""

import re

import pytest
from tree import ROOT, emulator_sources, faults, files

EMPTY_NAMES = re.compile(
    r"\b(?:class|struct)\s+(\w*(?:Manager|Handler|Helper|Utils?|Base|Impl))\b")
FOREIGN = re.compile(r"\.\./shared\b|(?<![\w/])/work/|/root/")


def empty_names(path: str, text: str):
    for name in EMPTY_NAMES.findall(text):
        yield f"{name} says nothing: name what it does"


def foreign_places(path: str, text: str):
    for match in FOREIGN.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield f"line {line} names {match.group()!r}, a place outside the project"


def test_no_type_has_an_empty_name():
    assert faults(empty_names, emulator_sources()) == ""


def test_nothing_names_places_outside_the_project():
    pairs = files(".cc", ".h", ".c", ".s", ".py", ".md", ".json", ".txt", "quickstart", "test",
                  "run", "build", "install_packages")
    pairs = [(p, t) for p, t in pairs if p != "tests/tidy/test_names.py"]
    assert faults(foreign_places, pairs) == ""


def test_every_unit_test_stands_beside_what_it_tests():
    missing = [p for p, _ in files("_test.cc")
               if not list((ROOT / "emulator").glob(
                   p.removeprefix("tests/unit/").removesuffix("_test.cc") + ".*"))]
    assert missing == []


@pytest.mark.parametrize("text", ["class DeviceManager {", "struct TextHelper;", "class FlashImpl"])
def test_an_empty_name_is_caught(text):
    assert list(empty_names("x.h", text))


@pytest.mark.parametrize("text", ["see ../shared/facts", "cd /work/main", "/root/.cache"])
def test_a_foreign_place_is_caught(text):
    assert list(foreign_places("x.md", text))
