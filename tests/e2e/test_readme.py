"""What the README shows is what the program prints."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shown() -> list[tuple[list[str], list[str]]]:
    """Arguments of dfurig, and the lines below; "…" stands for lines that are left out."""
    found = []
    block: list[str] | None = None
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("    $ build/release/dfurig "):
            block = []
            found.append((line.split()[2:], block))
        elif not line or line.startswith("    "):
            if block is not None and line.strip() not in ("", "…"):
                block.append(line[4:])
        else:
            block = None
    return found


# serve goes on until it is stopped.
ENDING = [case for case in shown() if case[0][0] != "serve"]


@pytest.mark.parametrize("arguments, lines", ENDING, ids=[" ".join(it[0]) for it in ENDING])
def test_the_output_shown_is_the_real_one(run, arguments, lines):
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    printed = iter(done.stdout.splitlines())
    missing = [line for line in lines if not any(line == it for it in printed)]
    assert lines and missing == []
