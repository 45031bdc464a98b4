"""The files of the project, as the rules see them: (path, text) pairs."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def files(*suffixes: str) -> list[tuple[str, str]]:
    """Tracked and new files with these endings, paths relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    found = []
    for name in sorted(set(listed)):
        path = ROOT / name
        if name.endswith(suffixes) and path.is_file():
            found.append((name, path.read_text(encoding="utf-8")))
    assert found, f"no files end with {suffixes}: the rule would check nothing"
    return found


def emulator_sources() -> list[tuple[str, str]]:
    return [(p, t) for p, t in files(".cc", ".h") if p.startswith("emulator/")]


def faults(rule, pairs: list[tuple[str, str]]) -> str:
    """Everything a rule finds, one line each."""
    return "\n".join(f"{path}: {fault}" for path, text in pairs for fault in rule(path, text))
