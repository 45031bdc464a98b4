"""Models and scenarios are written one way, so that a diff shows a change and nothing else."""

import json
import subprocess

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
    folders = ("models/", "scenarios/", "tests/clients/", "tests/wine/")
    return [(p, t) for p, t in files(".json") if p.startswith(folders)]


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
    others = jsonschema.RefResolver((folder / name).as_uri(), schema)
    for error in jsonschema.Draft7Validator(schema, resolver=others).iter_errors(value):
        yield f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def test_every_file_satisfies_its_published_schema():
    pairs = [(p, t) for p, t in our_json() if "/schema/" not in p]
    assert faults(schema_faults, pairs) == ""


def test_the_published_schemas_are_the_generated_ones(tmp_path):
    subprocess.run([ROOT / "models/schema/generate", tmp_path], check=True)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    published = {p.split("/")[-1]: t for p, t in our_json() if p.startswith("models/schema/")}
    assert written == published, "models/schema/generate writes them anew"


ACTIONS = {"mark": "inferred", "source": "x", "value": [{"why": "x", "clocks_on": ["GPIOA"]}]}


@pytest.mark.parametrize("name, value", [
    ("chip", {"flash": {"base": "0x08000000", "size": None}}),
    ("chip", {"flash": {"base": {"value": 1, "mark": "observed", "source": "x", "note": "y"}}}),
    ("chip", {"memories": {"mark": "observed", "source": "x", "OTP": None}}),
    ("bootloader", {"alternates": ["@A/0x0/1*1g", {"name": "@A", "flash_layout": {
        "count_digits": 1, "size_digits": 1, "type": "g"}}]}),
    ("bootloader", {"groups": {"a": ACTIONS}}),
    ("scenario", {"title": "x", "model": "y", "steps": [{"reset": "system"}],
                  "override": {"chip": {"flash": {"base": 1}}}}),
])
def test_a_schema_accepts_what_may_be_written(name, value):
    assert list(schema_faults(*beside(name, value))) == []


@pytest.mark.parametrize("name, value", [
    *((name, {"surprise": 1}) for name in
      ("chip", "peripheral", "bootloader", "usbd_dfu", "scenario")),
    ("chip", {"flash": {"base": {"value": 1, "mark": "observed"}}}),
    ("chip", {"flash": {"mark": "observed"}}),
    ("chip", {"flash": {"source": "x"}}),
    ("chip", {"flash": {"base": {"value": 1, "mark": "rumoured", "source": "x"}}}),
    ("chip", {"flash": {"base": "0x"}}),
    ("chip", {"flash": {"sectors": [{"count": 1}]}}),
    ("chip", {"flash": {"sectors": [None]}}),
    ("chip", {"extends": None}),
    ("chip", {"memories": {"OTP": {"contents": {"start": "AA"}}}}),
    ("bootloader", {"groups": {"a": [{"why": "x", "clocks_on": [], "clocks_off": []}]}}),
    ("bootloader", {"groups": {"a": [{"do": "b", "why": "x"}]}}),
    ("scenario", {"title": "x", "model": "y", "steps": [{"reset": "system"}],
                  "override": {"chip": {"flash": {"base": -1}}}}),
    ("scenario", {"title": "x", "model": "y"}),
])
def test_a_schema_refuses_what_is_wrong(name, value):
    assert list(schema_faults(*beside(name, value)))


def beside(name: str, value: dict) -> tuple[str, str]:
    """A file next to the schema it names."""
    jsonschema.Draft7Validator.check_schema(json.loads((ROOT / f"models/schema/{name}.json")
                                                       .read_text(encoding="utf-8")))
    return "models/schema/x.json", json.dumps({"$schema": f"{name}.json", **value})


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
