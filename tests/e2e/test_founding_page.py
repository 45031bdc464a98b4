"""scenarios/founding/README.md shows what the scenarios beside it give."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import PATIENCE_S, ROOT

PAGE = ROOT / "scenarios/founding/README.md"
DFUSE = ROOT / "tests/clients/dfuse"


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


def shown_box(case: str) -> list[str]:
    """The lines of the box in a block of the page."""
    block = re.search(f"update_founding_page case {case} -->.*?<!-- end -->",
                      PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    said = block.partition("DfuSeDemo says\n")[2].partition("on the wire")[0]
    return [line.strip() for line in said.strip().splitlines()]


@pytest.mark.parametrize("row, case", [
    ("H2 no readable sector", "l475_h2_no_readable_sector"),
    ("H3 fails slowly", "l475_h3_reply_lost 1"),
    ("H4 never unplugs", "l475_h4_never_unplugs"),
    ("H6 stuck in dfuDNBUSY", "l475_h6_stuck_in_dnbusy"),
])
def test_the_replay_says_what_the_real_program_has_to_say(row, case):
    """Line by line what tests/clients/dfuse expects of ST's DfuSeDemo, for whoever has it."""
    rows = json.loads((DFUSE / "leave_dfu_mode.json").read_text())["for_each"]
    steps = next(it["steps"] for it in rows if it["name"] == row)
    values = next(it["with"] for it in steps if it.get("use") == "error_box.steps.json")
    box = json.loads((DFUSE / "error_box.steps.json").read_text())["steps"][0]["window"]["shows"]
    expected = [re.sub(r"\$\{(\w+)\}", lambda it: values[it[1]], line).strip() for line in box]
    assert shown_box(case) == expected
