"""Every rule of the loader of models has a file in tests/bad_models that breaks it."""

import collections
import json
import re
from collections.abc import Iterator

import pytest
from tree import emulator_sources, files

# What these say is about a command line or a folder.
NOT_ABOUT_A_FILE = {"emulator/model/changes.cc", "emulator/model/model.cc"}
NOT_IN_A_MODEL = {
    "cannot be read": "its name was found in its folder",
    "expected a number, found *": "only scenarios have numbers with a fraction",
}

COMPLAINT = re.compile(r"(\bfail|\bfail_there|\bthrow InputError)\(")
TOKEN = re.compile(r'"((?:\\.|[^"\\])*)"|\S', re.DOTALL)


def rules(source: str) -> Iterator[str]:
    """What is said, with * for all that is no text; an InputError names the place first."""
    for call in COMPLAINT.finditer(source):
        arguments, depth = [""], 0
        for token in TOKEN.finditer(source, call.end()):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.group(), 0)
            if depth < 0:
                break
            if token.group() == "," and depth == 0:
                arguments.append("")
            elif token[1] is not None and depth == 0:
                arguments[-1] += token[1].replace('\\"', '"')
            elif not arguments[-1].endswith("*"):
                arguments[-1] += "*"
        said = arguments[1 if "InputError" in call[1] else 0]
        if re.search(r"\w", said):
            yield said


def says(message: str, rule: str) -> bool:
    pattern = ".*".join(re.escape(text) for text in rule.split("*"))
    return re.search(f": {pattern}$", message) is not None


def loader_rules() -> collections.Counter:
    """Each rule, and how many places have it."""
    return collections.Counter(
        rule for path, source in emulator_sources()
        if path.startswith("emulator/model/") and path not in NOT_ABOUT_A_FILE
        for rule in rules(source) if rule not in NOT_IN_A_MODEL)


def test_every_rule_has_a_bad_model():
    messages = [json.loads(text)["message"][0] for path, text in files(".json")
                if re.fullmatch(r"tests/bad_models/\w+\.json", path)]
    found = {rule: sum(says(message, rule) for message in messages) for rule in loader_rules()}
    missing = [f"{rule!r}: in {places} places, {found[rule]} bad models"
               for rule, places in loader_rules().items() if found[rule] < places]
    assert missing == []


@pytest.mark.parametrize("source, rule", [
    ('reader.fail("expected a size above 0, found 0");', "expected a size above 0, found 0"),
    ('fail("no field \\"" + f(a, "b") + "\\" here",\n     "advice");', 'no field "*" here'),
    ('throw InputError(place, "there is no " + name);', "there is no *"),
])
def test_a_rule_is_found(source, rule):
    assert list(rules(source)) == [rule]


def test_the_rules_are_all_there():
    assert loader_rules().total() > 80
    assert says('x.json: /a: no field "b" here', 'no field "*" here')
    assert not says("x.json: /a: expected a number, found 5", 'no field "*" here')
