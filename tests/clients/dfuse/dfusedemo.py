"""The real DfuSeDemo, by its buttons: the scenarios beside this. Needs DFURIG_DFUSE (README.md)."""

import json
import os
import re
import subprocess
from pathlib import Path

import programs
import pytest
from conftest import ROOT

FOLDER = "tests/clients/dfuse"
SCREENSHOTS = ROOT / "build/clients/dfuse/screenshots"
# STDFUPRT.dll 3.0.6 waits 200 s for a removal.
PATIENCE_S = 600


def rows() -> list[str]:
    found = []
    for path in sorted((ROOT / FOLDER).glob("*.json")):
        scenario = json.loads(path.read_text(encoding="utf-8"))
        if not path.name.endswith(".steps.json"):
            found += [f"{FOLDER}/{path.name}[{it['name']}]" for it in scenario["for_each"]]
    assert found
    return found


@pytest.mark.parametrize("scenario", rows())
def test_dfusedemo(scenario, dfurig):
    folder = programs.find("DfuSeDemo.exe").parent
    done = subprocess.run(
        [dfurig, "run", scenario, "--wine", str(programs.PREFIX), "--screenshots",
         str(SCREENSHOTS), "--timeout", str(PATIENCE_S), "--all-must-run"], cwd=ROOT,
        env={**os.environ, "DFURIG_DFUSE": str(folder)}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=2 * PATIENCE_S)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    pictures = re.findall(r"screenshot: (.*\.png)", done.stdout)
    assert pictures and all(Path(it).read_bytes().startswith(b"\x89PNG") for it in pictures)
