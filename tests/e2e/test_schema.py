"""The published schemas and the loader agree: in keys, choices, limits, and what must be there.

Each is broken once, in a shipped file that has it, and what `dfurig validate` says is held against
the schema: of an unknown key or choice it lists those it knows.
"""

import copy
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import jsonschema
import pytest

from every_word import SCENARIO, TABLE

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
FOLDERS = {"chip": "chips", "core": "cores", "peripheral": "peripherals",
           "bootloader": "bootloaders",
           "usbd_dfu": "bootloaders"}
SOURCE_KEYS = {"mark", "source", "note", "disputed"}
UNKNOWN = "qqqqqqqqqqqqqqqq"

FAULTS = [name for kind in json.loads((MODELS / "schema/scenario.json").read_text())
          ["definitions"]["injected"]["anyOf"] for name in kind["properties"]["fault"]["enum"]]

# What the loader lists together and the schemas keep apart, case by case.
TOLD_APART = [{"main flash", "system memory", "SRAM", "banks", "address", "dual boot"},
              {"block_size", "locks_at", "unit"}, {"rom", "usbd-dfu"},
              {"run", "reset", "write", "drive", "run_firmware", "control", "faults", "expect",
               "window", "device"},
              set(FAULTS)]

# Keys, by what the schema says of the object around them, that must not be there always, or whose
# absence the loader takes for something else.
CONDITIONAL = {
    "CONTRIBUTING.md tells how to add one. bootloader": "there is no_usb_dfu",
    "Main flash. sectors": "there are layouts",
    "What executes firmware. architecture": "it is not executed, then",
    "What executes firmware. cpuid": "it is not executed, then",
    "What executes firmware. priority_bits": "it is not executed, then",
    "What executes firmware. interrupts": "it is not executed, then",
    "A block. base": "the peripheral's size is 0",
    "Read protection; every other value is level 1. level0_5_with": "there is no level0_5",
    "Units that are written as a whole. unit": "blocks with a lock byte each, then",
    "ST's USB Device Library in main flash. models/README.md tells more. kind": "a ROM, then",
    "What a group does. do": "another kind of action, then",
    "A file's. file": "another kind of content, then",
    "These. bytes": "another kind of content, then",
    "scenarios/README.md tells how to write one. model": "the rows of a table have it, then",
    "One scenario. model": "the file has it, then",
    "A pattern. pattern": "another kind of content, then",
    "Bytes with a DFU suffix. content": "bytes without one, then",
    "Bytes with a DFU suffix. suffix": "bytes without one, then",
    "ST's .dfu format. targets": "another kind of file, then",
    "Intel HEX. elements": "another kind of file, then",
    "A DFU request. request": "any request, then",
    "DFU_GETSTATUS again and again while it says dfuDNBUSY. poll": "another request, then",
    "Steps of another file. use": "another kind of step, then",
    "A real tool runs and sees the device. run": "another kind of step, then",
    "The chip is reset. reset": "another kind of step, then",
    "A Windows program is driven by its windows. window": "another kind of step, then",
    **{f"{what} {verb}": "something else is done, then" for what, verb in (
        ("It is started in Wine, and stays open.", "start"), ("A button is pressed.", "press"),
        ("Something is chosen in a combo box, list box, list view or tabs.", "choose"),
        ("A check box is set.", "check"), ("A check box is cleared.", "uncheck"),
        ("Text is put into an edit.", "type"), ("The program ends.", "end"),
        ("A message box, or another window, is answered.", "answer"),
        ("A dialog that asks for a file gets one.", "open_file"),
        ("A picture of the screen is written.", "screenshot"))},
    "A function is called. symbol": "another thing to wait for, then",
}

# What neither a shipped file has nor the scenario below.
UNUSED = {
    "The value for each pin. ODR": "no source tells of a pin that a bootloader drives",
    "models/README.md tells about marks and sources. kind": "a ROM's file needs none",
}

# Files, and those they extend

def loaded(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def merged(base: object, changes: object) -> object:
    """RFC 7396; a value with its source is replaced as a whole (emulator/model/reader.h)."""
    if not isinstance(changes, dict) or "value" in changes:
        return changes
    if not isinstance(base, dict) or "value" in base:
        base = {}
    together = {**base, **{key: merged(base.get(key), value) for key, value in changes.items()}}
    return {key: value for key, value in together.items() if value is not None}


def whole(path: Path) -> dict:
    own = loaded(path)
    extended = own.pop("extends", None)
    if extended is None:
        return merged({}, own)
    folder = MODELS / "families" if path.parent.name == "chips" else path.parent
    return merged(whole(folder / f"{extended}.json"), own)


def blocks(chip: dict) -> dict[str, dict]:
    return {name: block for name, block in chip["peripherals"].items() if name not in SOURCE_KEYS}


def core_file(title: str) -> str:
    return title.lower().replace("+", "plus")


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, dict]]:
    """kind -> file -> what can be loaded: chips, all they name, and scenarios."""
    found = {kind: {} for kind in FOLDERS}
    for path in sorted((MODELS / "chips").glob("*.json")):
        chip = found["chip"][path.stem] = whole(path)
        core = core_file(chip["core"])
        found["core"][core] = whole(MODELS / f"cores/{core}.json")
        for block in blocks(chip).values():
            name = block["kind"]
            found["peripheral"][name] = whole(MODELS / f"peripherals/{name}.json")
        rom = [chip["bootloader"]] if "bootloader" in chip else []
        for name in [*rom, *chip.get("flash_bootloaders", [])]:
            bootloader = whole(MODELS / f"bootloaders/{name}.json")
            kind = "usbd_dfu" if bootloader.get("kind") == "usbd-dfu" else "bootloader"
            found[kind][name] = bootloader
    found["scenario"] = {str(path.relative_to(ROOT)): loaded(path)
                         for path in sorted((ROOT / "scenarios").rglob("*.json"))
                         if not path.name.endswith(".steps.json")}
    found["scenario"]["scenarios/leave/none.json"] = SCENARIO
    found["scenario"]["scenarios/leave/table.json"] = TABLE
    return found


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    folder = tmp_path_factory.mktemp("schema")
    subprocess.run([MODELS / "schema/generate", "--merged", folder], check=True)
    return {path.stem: loaded(path) for path in folder.iterdir()}


# Every value, with what its schema says

class Place(NamedTuple):
    kind: str
    file: str
    pointer: tuple
    value: object
    node: dict  # the schema of it
    role: tuple  # the schema around it, and what it is in there


TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}


def options(root: dict, schema: dict) -> list[dict]:
    """What a value may be; schemas in other files are left out."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        return options(root, root["definitions"][name]) if name in root["definitions"] else []
    return [one for way in schema["anyOf"] for one in options(root, way)] if "anyOf" in schema \
        else [schema]


def has_source(node: dict) -> bool:
    """A schema of { "value", "mark", "source" }."""
    return "allOf" in node and "type" not in node


def fits(node: dict, value: object) -> bool:
    """Whether this option is meant, by the value's shape."""
    if has_source(node):
        return isinstance(value, dict) and "value" in value
    if "enum" in node:
        return value in node["enum"]
    if isinstance(value, dict) and node["type"] == "object":
        return set(node.get("required", [])) <= value.keys() <= node["properties"].keys() and all(
            value[key] in one["enum"] for key, one in node["properties"].items()
            if "enum" in one and key in value)
    return TYPES[type(value)] in node["type"]


def known(node: dict) -> dict[str, dict]:
    """The keys an object may have besides its source."""
    return {key: schema for key, schema in node.get("properties", {}).items()
            if key not in SOURCE_KEYS or schema != {"$ref": f"#/definitions/{key}"}}


def called(node: dict, key: str) -> str:
    return f"{node.get('description')} {key}"


def walk(root: dict, place: Place) -> Iterator[Place]:
    """A value and all below it; of `place`, `node` is any way to write its schema."""
    found = options(root, place.node)
    node = next((node for node in found if len(found) == 1 or fits(node, place.value)), None)
    if node is None:
        return
    if has_source(node):
        yield from walk(root, place._replace(
            node=node["allOf"][1]["properties"]["value"], value=place.value["value"],
            pointer=(*place.pointer, "value")))
        return
    yield place._replace(node=node)
    below = []
    if isinstance(place.value, dict):
        other = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")][0]
        for key in place.value:
            if key in known(node):
                below.append((key, known(node)[key], key))
            elif other and key not in node.get("properties", {}):
                below.append((key, other, "*"))
    if isinstance(place.value, list):
        below = [(index, node["items"], "[]") for index in range(len(place.value))]
    for step, schema, name in below:
        yield from walk(root, place._replace(
            node=schema, value=place.value[step], pointer=(*place.pointer, step),
            role=(id(node), name)))


@pytest.fixture(scope="module")
def places(documents: dict, schemas: dict) -> list[Place]:
    return [place for kind, files in documents.items() for file, document in files.items()
            for place in walk(schemas[kind], Place(kind, file, (), document, schemas[kind], ()))]


def objects(schema: object) -> Iterator[dict]:
    """Every object in a schema that has keys of its own."""
    if isinstance(schema, dict) and schema.get("additionalProperties") is False:
        yield schema
    if isinstance(schema, (dict, list)):
        for one in schema.values() if isinstance(schema, dict) else schema:
            yield from objects(one)


# What is broken, and what the loader says then

class Break(NamedTuple):
    place: Place
    what: str
    by_schema: object

    def is_conditional(self) -> bool:
        return called(self.place.node, self.what.removeprefix("missing ")) in CONDITIONAL

    def document(self, documents: dict) -> dict:
        document = copy.deepcopy(documents[self.place.kind][self.place.file])
        holders = [document]
        for step in self.place.pointer:
            holders.append(holders[-1][step])
        if self.what == "keys":
            holders[-1][UNKNOWN] = 1
        elif self.what.startswith("missing "):
            del holders[-1][self.what.removeprefix("missing ")]
        else:
            holders[-2][self.place.pointer[-1]] = UNKNOWN if self.what == "choices" else -1
        return document

    def by_loader(self, said: str) -> object:
        if self.what.startswith("missing "):
            return said.endswith(f'missing "{self.what.removeprefix("missing ")}"')
        patterns = {"keys": r"known here: (.*)", "choices": r"expected one of (.*), found",
                    "limit": r"expected a number from 0 to (\w+), found"}
        match = re.search(patterns[self.what], said)
        if match is None:
            return said
        return int(match[1], 0) if self.what == "limit" else set(match[1].split(", "))

    def agrees(self, said: str) -> bool:
        found = self.by_loader(said)
        if self.what == "limit" and self.by_schema == 0xFFFFFFFF:  # may depend on the rest
            return isinstance(found, int)
        return found == self.by_schema or (found in TOLD_APART and self.by_schema < found)


def breaks(places: list[Place]) -> Iterator[Break]:
    """Each key, choice and limit of the schemas once."""
    seen = set()
    for place in places:
        node = place.node
        found = []
        if "enum" in node:
            found = [(place.role, "choices", set(node["enum"]))]
        elif "integer" in node["type"]:
            found = [(place.role, "limit", node["maximum"])]
        elif node.get("additionalProperties") is False and "patternProperties" not in node:
            there = (known(node).keys() & place.value.keys()) - {"$schema"}
            found = [(id(node), "keys", set(known(node))),
                     *((id(node), f"missing {key}", key in node.get("required", []))
                       for key in sorted(there))]
        for where, what, by_schema in found:
            if (where, what) not in seen:
                seen.add((where, what))
                yield Break(place, what, by_schema)


def chip_with(kind: str, file: str, name: str, documents: dict) -> dict:
    """A chip that has the file, under another name."""
    for chip in documents["chip"].values():
        if kind == "bootloader" and chip.get("bootloader") == file:
            return {**chip, "name": name, "bootloader": name}
        if kind == "usbd_dfu" and file in chip.get("flash_bootloaders", []):
            return {**chip, "name": name, "flash_bootloaders": [name]}
        if kind == "core" and core_file(chip["core"]) == file:
            return {**chip, "name": name, "core": name}
        for block, content in blocks(chip).items():
            if kind == "peripheral" and content["kind"] == file:
                return {**chip, "name": name, "peripherals": {
                    **chip["peripherals"], block: {**content, "kind": name}}}
    raise AssertionError(f"no chip has {file}")


def write(folder: Path, name: str, broken: Break, documents: dict) -> None:
    kind, file = broken.place.kind, broken.place.file
    document = broken.document(documents)
    if kind == "scenario":  # beside the one it was, for the files it names
        written = {Path(file).with_name(f"{name}.json"): document}
    else:
        key = "title" if kind == "core" else "name"
        own_name = {key: name} if key in document else {}
        written = {Path(FOLDERS[kind], f"{name}.json"): {**document, **own_name}}
        if kind != "chip":
            written[Path("chips", f"{name}.json")] = chip_with(kind, file, name, documents)
    for path, content in written.items():
        (folder / path).write_text(json.dumps(content), encoding="utf-8")


# What is held against what

def test_whole_files_satisfy_the_schemas_of_whole_files(documents, schemas):
    faults = [f"{kind} {file}: {list(error.absolute_path)}: {error.message[:200]}"
              for kind in FOLDERS for file, document in documents[kind].items()
              for error in jsonschema.Draft7Validator(schemas[kind]).iter_errors(document)]
    assert "\n".join(faults) == ""


def test_shipped_files_have_every_key_of_the_schemas(places, schemas):
    met = {called(place.node, key) for place in places if isinstance(place.value, dict)
           for key in place.value}
    every = {called(node, key) for name, root in schemas.items() if name != "steps"
             for node in objects(root)
             for key in known(node) if key not in ("value", "extends")}
    assert every - met - UNUSED.keys() == set()


def test_the_loader_says_what_the_schemas_say(dfurig, documents, places, tmp_path):
    for folder in ("models/bootloaders", "models/cores", "models/peripherals", "scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder.removeprefix("models/"))
    for folder in ("chips", "families"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    cases = {f"case_{i}": broken for i, broken in enumerate(breaks(places))}
    assert len(cases) > 400
    for name, broken in cases.items():
        write(tmp_path, name, broken, documents)
    run = subprocess.run([dfurig, "validate", tmp_path, tmp_path / "scenarios"], cwd=ROOT,
                         capture_output=True, text=True, timeout=300)
    said = {match[1]: message.strip() for message in run.stderr.split("dfurig: ")
            if (match := re.search(r"(case_\d+)\.json", message))}
    faults = [f"{broken.what} at {broken.place.file} {broken.place.pointer}: by the schema "
              f"{broken.by_schema}, by the loader {broken.by_loader(said.get(name, 'sound'))}"
              for name, broken in cases.items()
              if not (broken.is_conditional() or broken.agrees(said.get(name, "sound")))]
    assert "\n".join(faults) == ""
