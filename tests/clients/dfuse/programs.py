"""ST's programs, which the user brings: where they are, and whether they run here.

DFURIG_DFUSE names a folder; the programs may be anywhere in it.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DFURIG = os.environ.get("DFURIG", str(ROOT / "build/release/dfurig"))
PREFIX = Path(os.environ.get("DFURIG_WINE", ROOT / "build/clients/dfuse/wine"))
NAMES = ["DfuSeCommand.exe", "DfuSeDemo.exe"]
BESIDE = ["STDFU.dll", "STDFUPRT.dll", "STDFUFiles.dll"]
HOW = ("  set it to the folder with your DfuSe (STSW-STM32080 from st.com, as installed):\n"
       "  DFURIG_DFUSE=~/DfuSe tests/clients/dfuse/run")


class Refusal(Exception):
    """What cannot be done, and what to do."""


def folder() -> Path:
    named = os.environ.get("DFURIG_DFUSE", "")
    if not named:
        raise Refusal(f"DFURIG_DFUSE is not set: ST's programs are not ours to ship\n{HOW}")
    path = Path(named).expanduser()
    if not path.is_dir():
        raise Refusal(f"DFURIG_DFUSE={named}: there is no such folder\n{HOW}")
    return path


def find(name: str) -> Path:
    """A program in the folder or below it. Windows' names are the same in any case."""
    found = sorted(it for it in folder().rglob("*")
                   if it.name.lower() == name.lower() and it.is_file())
    if not found:
        raise Refusal(f"{folder()}: no {name} in it or below\n{HOW}")
    if len(found) > 1:
        raise Refusal(f"{folder()}: {name} is there {len(found)} times: "
                      f"{', '.join(str(it.relative_to(folder())) for it in found)}\n"
                      "  set DFURIG_DFUSE to the folder of one version")
    beside = {it.name.lower() for it in found[0].parent.iterdir()}
    missing = [it for it in BESIDE if it.lower() not in beside]
    if missing:
        raise Refusal(f"{found[0]}: {', '.join(missing)} must stand beside it, of its version\n"
                      "  copy it there from the folder that the program came from")
    return found[0]


def check_it_runs(program: Path) -> None:
    """What `dfurig exec` refuses, such as a Wine without its 32-bit half, it says itself."""
    PREFIX.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([DFURIG, "exec", "--model", "stm32f405rg", "--wine", str(PREFIX), "--",
                           str(program), "-c", "--de", "0", "--al", "0", "-d", "--fn", "none.dfu"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        raise Refusal(done.stderr.rstrip().removeprefix("dfurig: "))
    if "1 Device(s) found" not in done.stdout:
        raise Refusal(f"{program}: found no device; exit status {done.returncode}\n"
                      f"{done.stdout}{done.stderr}  run it by hand: dfurig exec --model "
                      f"stm32f405rg --wine {PREFIX} --log log.txt -- '{program}' -c …")


def check() -> None:
    if not Path(DFURIG).is_file():
        raise Refusal(f"{DFURIG}: is not built\n  cmake --preset release && "
                      "cmake --build --preset release")
    found = [find(name) for name in NAMES]
    check_it_runs(found[0])


if __name__ == "__main__":
    try:
        check()
    except Refusal as refusal:
        print(f"tests/clients/dfuse: {refusal}", file=sys.stderr)
        sys.exit(2)
