"""Models and scenarios are written one way, so that a diff shows a change and nothing else."""

import json

import jsonschema
import pytest
from tree import ROOT, faults, files


def unformatted(path: str, text: str):
    def unique(pairs):
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"key {key!r} twice in one object")
        return dict(pairs)
    try:
        value = json.loads(text, object_pairs_hook=unique)
    except ValueError as error:
        yield str(error)
        return
    if text != json.dumps(value, indent=2, ensure_ascii=False) + "\n":
        yield "not formatted: python3 -m json.tool --indent 2 --no-ensure-ascii"


def our_json() -> list[tuple[str, str]]:
    return [(p, t) for p, t in files(".json") if p.startswith(("models/", "scenarios/"))]


def test_every_json_file_is_formatted():
    assert faults(unformatted, our_json()) == ""


@pytest.mark.parametrize("text", ['{"a":1}\n', '{\n  "a": 1\n}', '{"a": 1, "a": 2}', "{"])
def test_an_unformatted_file_is_caught(text):
    assert list(unformatted("x.json", text))


def schema_faults(path: str, text: str):
    value = json.loads(text)
    name = value.get("$schema", "")
    folder = (ROOT / path).parent
    if not (folder / name).is_file():
        yield f"$schema {name!r} names no file"
        return
    schema = json.loads((folder / name).read_text(encoding="utf-8"))
    for error in jsonschema.Draft7Validator(schema).iter_errors(value):
        yield f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def test_every_file_satisfies_its_published_schema():
    pairs = [(p, t) for p, t in our_json() if "/schema/" not in p]
    assert faults(schema_faults, pairs) == ""


@pytest.mark.parametrize("name", ["chip", "peripheral", "bootloader", "usbd_dfu", "scenario"])
def test_a_schema_refuses_an_unknown_key(name):
    schema = json.loads((ROOT / f"models/schema/{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    assert any("unexpected" in e.message for e in
               jsonschema.Draft7Validator(schema).iter_errors({"surprise": 1}))


def names_in(value) -> set[str]:
    """Every text in it that could be the name of a file."""
    if isinstance(value, str):
        return {value}
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return set().union(*(names_in(item) for item in items))


def test_every_model_file_is_used_by_another():
    parsed = {p: json.loads(t) for p, t in files(".json") if p.startswith("models/")}
    used = set().union(*(names_in({k: v for k, v in value.items() if k != "name"})
                         for value in parsed.values()))
    unused = [p for p in parsed if p.split("/")[1] in ("families", "peripherals", "bootloaders")
              and p.split("/")[-1].removesuffix(".json") not in used]
    assert unused == []
