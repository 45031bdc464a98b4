"""The README's table of clients, from the JUnit file of a run: table.py RESULTS [--check]."""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]
from clients import CLIENTS  # noqa: E402

README = ROOT / "README.md"
BEGIN, END = "<!-- made by: tests/clients/run -->\n", "<!-- end -->\n"
JOBS = {"test_list": "list", "test_download_and_leave": "download, *Leave*",
        "test_upload_and_compare": "upload, compare"}
CASE = re.compile(r"(\w+)\[(.+)-(stm32\w+)\]")


def passed(results: str) -> dict[tuple[str, str], list[str]]:
    """(job, client) -> the models it was done with."""
    done: dict[tuple[str, str], list[str]] = {}
    for case in ElementTree.parse(results).iter("testcase"):
        match = CASE.fullmatch(case.get("name", ""))
        if match and not len(case):
            done.setdefault((match[1], match[2]), []).append(match[3].removeprefix("stm32"))
    return done


def table(done: dict[tuple[str, str], list[str]]) -> str:
    lines = ["| client | version | is | " + " | ".join(JOBS.values()) + " |",
             "|---|---|---|" + "---|" * len(JOBS)]
    for key, make in CLIENTS.items():
        client = make()
        cells = [", ".join(done.get((job, key), ["–"])) for job in JOBS]
        lines.append(f"| {client.name} | {client.version()} | {client.how} | "
                     + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def without_versions(text: str) -> str:
    return re.sub(r"^(\| [^|]+ \|)[^|]*\|", r"\1", text, flags=re.MULTILINE)


def main(results: str, *options: str) -> None:
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    old, after = rest.split(END, 1)
    new = table(passed(results))
    if "--check" not in options:
        README.write_text(before + BEGIN + new + END + after, encoding="utf-8")
    elif without_versions(old) != without_versions(new):
        sys.exit("README.md: the table of clients is not what this run saw: run tests/clients/run\n"
                 + new)


if __name__ == "__main__":
    main(*sys.argv[1:])
