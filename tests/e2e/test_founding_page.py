"""scenarios/founding/README.md shows what the scenarios beside it give."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT

PAGE = ROOT / "scenarios/founding/README.md"


@pytest.fixture
def check(dfurig):
    def run(page: Path) -> subprocess.CompletedProcess:
        return subprocess.run([ROOT / "scripts/update_founding_page", "--check", page], text=True,
                              env={**os.environ, "DFURIG": dfurig}, capture_output=True,
                              timeout=5 * PATIENCE_S)
    return run


def test_the_page_is_what_its_scenarios_give(check):
    done = check(PAGE)
    assert done.returncode == 0, done.stderr


def test_every_scenario_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    names = [it.name for it in PAGE.parent.glob("*.json")]
    assert names and [it for it in names if f"({it})" not in text] == []


def test_a_page_that_says_otherwise_is_caught(check, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- made by: scripts/update_founding_page case l475_h1_no_will_detach -->\n"
                    "\n    DfuSeDemo says\n      Successfully left DFU mode !\n\n<!-- end -->\n")
    done = check(page)
    assert done.returncode == 1
    assert "+      This feature is not supported by this firmware." in done.stderr
