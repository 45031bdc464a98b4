"""The words schemas are written in, and what they become in a model file and in a scenario.

A schema says what a plain value is. In a model file each may also be written { "value", "mark",
"source" }, be null, or be left to the file that is extended: `ModelFile` adds that, as
emulator/model/reader.h reads it. The values of a `ScenarioFile` stay plain.
"""

DIGITS = {"0[xX]": "0-9A-Fa-f", "0[bB]": "01", "": "0-9"}
NUMBER = "^(" + "|".join(f"{prefix}[{digit}]([{digit}_]*[{digit}])?"
                         for prefix, digit in DIGITS.items()) + ")$"
VARIABLE = r"^\$\{\w+\}$"

SOURCES = {
    "mark": {"description": "How well a value is known: stated in a vendor's document, seen by "
                            "somebody, concluded, or known by nobody (the value is then the "
                            "emulator's choice).",
             "enum": ["documented", "observed", "inferred", "unknown"]},
    "source": {"description": "The public document or report; goes with a mark.",
               "type": "string", "minLength": 1},
    "note": {"description": "What else is to be said about the value.", "type": "string"},
    "disputed": {"description": "What another source says against the value.", "type": "string"},
}


# Words

def shared(name, schema, about):
    """What stands once in a file, as the definition `name`."""
    return {"description": about, "shared": name, "schema": schema}


def number(about, most=0xFFFFFFFF):
    return shared("number" if most == 0xFFFFFFFF else f"number_to_{most}",
                  {"description": 'A JSON number, or text such as "0x1C" or "0b101".',
                   "type": ["integer", "string"], "minimum": 0, "maximum": most,
                   "pattern": NUMBER}, about)


def real(about, most):
    return {"description": about, "type": "number", "minimum": 0, "maximum": most}


def text(about):
    return shared("text", {"type": "string"}, about)


def octets(about):
    return shared("bytes", {"description": 'Bytes such as "AA 55 FF".', "type": "string",
                            "pattern": "^([0-9A-Fa-f]{2}( [0-9A-Fa-f]{2})*)?$"}, about)


def flag(about):
    return shared("flag", {"type": "boolean"}, about)


def choice(about, *options):
    return {"description": about, "enum": list(options)}


def kind(about, *options):
    """A choice that tells what the rest of the object is: no variable stands for it."""
    return {**choice(about, *options), "is_fixed": True}


def pattern(about, regex):
    return {"description": about, "type": "string", "pattern": regex}


def array(about, item, least=0):
    limits = {"minItems": least} if least else {}
    return {"description": about, "type": "array", **limits, "items": item}


def numbers(about, most=0xFFFFFFFF):
    item = number("One of them.", most)
    return shared(item["shared"].replace("number", "numbers"), array("In order.", item), about)


def texts(about):
    return shared("texts", array("In order.", text("One of them.")), about)


def keys(about, members, exactly_one=()):
    """An object with these keys and no others; those that end with "?" may be missing."""
    schema = {"description": about, "type": "object", "additionalProperties": False,
              "properties": {key.removesuffix("?"): value for key, value in members.items()}}
    required = [key for key in members if not key.endswith("?")]
    if required:
        schema["required"] = required
    if exactly_one:
        schema["oneOf"] = [{"required": [key]} for key in exactly_one]
    return schema


def names(about, member, regex=None):
    """An object whose keys are names the file gives, or match `regex`."""
    if regex is None:
        return {"description": about, "type": "object", "additionalProperties": member}
    return {"description": about, "type": "object", "additionalProperties": False,
            "patternProperties": {regex: member}}


def either(about, *alternatives):
    return {"description": about, "anyOf": list(alternatives)}


# Files

def reference(name):
    return {"$ref": f"#/definitions/{name}"}


def is_object(schema):
    return schema.get("schema", schema).get("type") == "object"


class File:
    """A schema and what it refers to."""

    def __init__(self):
        self.definitions = {}

    def define(self, name, schema):
        assert self.definitions.setdefault(name, schema) == schema, f"two meanings of {name}"
        return reference(name)

    def whole(self, title, schema):
        return {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, **schema,
                "definitions": dict(sorted(self.definitions.items()))}


class ScenarioFile(File):
    """A file that stands for itself."""

    def write(self, title, schema):
        return self.whole(title, self.plain(schema))

    def plain(self, schema):
        if isinstance(schema, list):
            return [self.plain(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if "shared" in schema:
            return {"description": schema["description"],
                    **self.define(schema["shared"], self.plain(schema["schema"]))}
        plain = {key: self.plain(value) for key, value in schema.items() if key != "is_fixed"}
        if plain.get("type") == ["integer", "string"]:  # or a variable that stands for one
            plain["pattern"] = f"{NUMBER}|{VARIABLE}"
        elif "is_fixed" not in schema and self.is_strict(plain):
            return {"description": plain.pop("description", "A value."),
                    "anyOf": [plain, self.define("variable", {
                        "description": "What a row of for_each or a shared step's with says.",
                        "type": "string", "pattern": VARIABLE})]}
        return plain

    @staticmethod
    def is_strict(schema):
        """Of text that must look some way; a map of properties may have these names, too."""
        return isinstance(schema.get("enum"), list) or schema.get("type") == "boolean" or \
            isinstance(schema.get("pattern"), str)


class ModelFile(File):
    """A file that may extend another, so that nothing must be there; or, `is_merged`, what such
    files are together. What stands in an array is not merged, and always complete."""

    OWN_KEYS = {
        "$schema": {"description": "Where this schema is, for editors.", "type": "string"},
        "extends": {"description": "The file this one completes or changes: objects are merged "
                                   "member by member, everything else is replaced, null deletes.",
                    "type": "string"},
    }

    def __init__(self, is_merged):
        super().__init__()
        self.is_merged = is_merged
        self.source_keys = {key: self.define(key, schema) for key, schema in SOURCES.items()}
        self.define("marked", {"dependencies": {"mark": ["source"], "source": ["mark"]}})
        self.define("sourced", {
            "description": "A value with where it comes from.", "type": "object",
            "required": ["value", "mark", "source"], "additionalProperties": False,
            "properties": {"value": True, **self.source_keys}})

    def write(self, title, schema):
        root = self.object(schema, self.is_merged)
        return self.whole(title, {**root, "properties": {**self.OWN_KEYS, **root["properties"]}})

    def object(self, schema, is_complete):
        """With its source, for which one with a "value" of its own has no room."""
        schema = dict(schema)
        properties = {key: self.member(value, is_complete)
                      for key, value in schema.get("properties", {}).items()}
        schema["properties"] = {**properties, **self.source_keys}
        if "value" in properties:
            del schema["properties"]["mark"], schema["properties"]["source"]
        else:
            schema["allOf"] = [reference("marked")]
        if not is_complete:
            schema.pop("required", None)
        for regex, value in schema.get("patternProperties", {}).items():
            schema["patternProperties"] = {regex: self.member(value, is_complete)}
        if schema["additionalProperties"]:
            schema["additionalProperties"] = self.member(schema["additionalProperties"],
                                                         is_complete)
        return schema

    def member(self, schema, is_complete):
        """A member of an object: null deletes it."""
        about = {"description": schema["description"]}
        if is_object(schema) and "shared" in schema:
            return {**about, **self.define(schema["shared"],
                                           self.member(schema["schema"], self.is_merged))}
        if is_object(schema):
            return {**self.object(schema, is_complete), "type": ["object", "null"]}
        ways = {"anyOf": [*self.ways(schema, is_complete), {"type": "null"}]}
        return {**about, **(self.define(f"a_{schema['shared']}", ways) if "shared" in schema
                            else ways)}

    def ways(self, schema, is_complete):
        """A value alone, or with its source; an object has room for that itself."""
        if "anyOf" in schema:
            return [way for one in schema["anyOf"] for way in self.ways(one, is_complete)]
        if is_object(schema):
            return [self.object(schema, is_complete)]
        value = self.value(schema)
        return [value, {"allOf": [reference("sourced"), {"properties": {"value": value}}]}]

    def value(self, schema):
        if "shared" in schema:
            return self.define(schema["shared"], self.value(schema["schema"]))
        schema = {key: value for key, value in schema.items() if key != "description"}
        if schema.get("type") == "array":
            ways = self.ways(schema["items"], is_complete=True)
            schema["items"] = ways[0] if len(ways) == 1 else {"anyOf": ways}
        return schema
