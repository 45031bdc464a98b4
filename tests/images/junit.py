"""JUnit files of several shards are one result: their testcases put together."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

Result = tuple[str, str, str]  # the scenario's folder, its name, why it failed


def results(files: Iterable[Path]) -> list[Result]:
    found = []
    for file in files:
        root = ET.parse(file).getroot()
        cases = list(root.iter("testcase"))
        suite = root if root.tag == "testsuite" else root.find("testsuite")
        assert int(suite.get("tests")) == len(cases)
        failures = [case.find("failure") for case in cases]
        assert int(suite.get("failures")) == len([it for it in failures if it is not None])
        found += [(case.get("classname"), case.get("name"),
                   "" if it is None else it.get("message")) for case, it in zip(cases, failures)]
    return sorted(found)
