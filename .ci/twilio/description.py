"""Twilio's OpenAPI description of Verify v2: its operations, and its schemas as strict JSON Schema.

OpenAPI 3.0 is not JSON Schema: validators ignore `nullable`, a schema with `nullable` and no `type` allows everything,
and formats are not asserted by default. If a schema says nothing about a property, Twilio's examples decide: the JSON
types and members that they show.
"""

import json

from jsonschema.validators import Draft202012Validator

from formats import CHECKER

METHODS = ("get", "post", "put", "patch", "delete")
UNDERSTOOD = {"type", "nullable", "properties", "items", "enum", "pattern", "minLength", "maxLength", "format"}
SAYS_NOTHING = {"description", "x-twilio", "title", "default"}
# Properties whose members the caller chooses.
FREE = {"metadata", "hidden_details"}
# Properties whose keys are data, with values of one schema.
KEYED = {"translations"}

# Enums that the description defines but no schema uses. Their names tell which members they are for.
MEMBERS = {
    "channel_data": {
        "status": "verification_attempt_enum_attempt_status",
        "message_status": "verification_attempt_enum_message_status",
        "call_status": "verification_attempt_enum_call_status",
    }
}


class Operation:
    def __init__(self, method, path, node):
        self.id, self.method, self.path = node["operationId"], method.upper(), path
        self.parameters = node.get("parameters", [])
        forms = node.get("requestBody", {}).get("content", {}).values()
        self.form = {name: schema for body in forms for name, schema in body["schema"].get("properties", {}).items()}
        self.contents = {
            int(status): answer.get("content", {}).get("application/json") for status, answer in node["responses"].items()
        }

    def matches(self, path):
        """Returns the number of literal segments that match, or None."""
        mine, asked = self.path.split("/"), path.split("/")
        if len(mine) != len(asked):
            return None
        if any(not segment.startswith("{") and segment != other for segment, other in zip(mine, asked)):
            return None
        return sum(not segment.startswith("{") for segment in mine)


class Description:
    def __init__(self, path):
        with open(path) as file:
            self.document = json.load(file)
        self.operations = {}
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = Operation(method, path, item[method])
                    self.operations[operation.id] = operation
        self.samples = {}
        for operation in self.operations.values():
            for content in filter(None, operation.contents.values()):
                for example in content.get("examples", {}).values():
                    self.sample(content["schema"], example["value"])

    def find(self, method, path):
        """Returns the operation of a request."""
        fitting = [(operation.matches(path), operation) for operation in self.operations.values()]
        fitting = [one for one in fitting if one[0] is not None and one[1].method == method]
        return max(fitting, key=lambda one: one[0])[1] if fitting else None

    def sample(self, schema, value):
        """Stores an example's value with its named schema, recursively."""
        if "$ref" in schema:
            self.samples.setdefault(schema["$ref"], []).append(value)
            schema = self.resolve(schema["$ref"])
        if isinstance(value, dict):
            for name in value.keys() & schema.get("properties", {}).keys():
                self.sample(schema["properties"][name], value[name])
        if isinstance(value, list):
            for item in value:
                self.sample(schema.get("items", {}), item)

    def resolve(self, reference):
        """Returns the schema that a `$ref` names."""
        return self.document["components"]["schemas"][reference.removeprefix("#/components/schemas/")]

    def examples(self, operation, status):
        return [example["value"] for example in (operation.contents[status] or {}).get("examples", {}).values()]

    def json_schema(self, operation, status):
        return self.convert(operation.contents[status]["schema"], self.examples(operation, status))

    def convert(self, schema, values, name=None):
        """Returns JSON Schema 2020-12 for a schema with the examples `values`."""
        if "$ref" in schema:
            values = self.samples.get(schema["$ref"], [])
            return self.convert(self.resolve(schema["$ref"]), values, name)
        unknown = schema.keys() - UNDERSTOOD - SAYS_NOTHING
        if unknown:
            raise SystemExit(f"Twilio's description has keywords that this does not understand: {unknown}")
        if "type" not in schema:
            if schema.keys() & (UNDERSTOOD - {"nullable"}):
                raise SystemExit(f"a schema without a type says more than nullable: {schema}")
            found = infer(values, name)
            for member, enum in MEMBERS.get(name, {}).items():
                found["properties"][member] = nullable(self.convert(self.resolve(enum), []), schema)
            return found
        kind = schema["type"]
        # An empty list or object does not show its members. The examples may.
        if kind == "array" and not schema["items"] or kind == "object" and schema.keys() <= {"type"} | SAYS_NOTHING:
            return nullable(infer(values, name, kind), schema)
        found = {"type": kind} | {key: schema[key] for key in ("pattern", "minLength", "maxLength", "enum") if key in schema}
        objects = [value for value in values if isinstance(value, dict)]
        if kind == "array":
            found["items"] = self.convert(schema["items"], [item for value in values for item in value or []])
        elif schema.get("format") == "uri-map":
            uri = {"type": "string", "format": "uri"}
            links = {key: uri for value in objects for key in value}
            found |= closed(links, objects) if links else {"additionalProperties": uri}
        elif kind == "object":
            properties = {
                key: self.convert(node, [value[key] for value in objects if key in value], key)
                for key, node in schema["properties"].items()
            }
            found |= closed(properties, objects)
        elif "format" in schema:
            if schema["format"] not in CHECKER.checkers:
                raise SystemExit(f"no validator checks the format {schema['format']}")
            found["format"] = schema["format"]
        return nullable(found, schema)


def stated(description, schema, path="$"):
    """Returns pairs of place and keyword: the rules in Twilio's schema itself."""
    if "$ref" in schema:
        schema = description.resolve(schema["$ref"])
    mapped = schema.get("format") == "uri-map"
    for keyword in ("type", "enum", "pattern", "format"):
        if keyword in schema:
            yield path, "additionalProperties" if mapped and keyword == "format" else keyword
    for name, shape in schema.get("properties", {}).items():
        yield from stated(description, shape, f"{path}.{name}")
    if schema.get("items"):
        yield from stated(description, schema["items"], f"{path}[0]")


def closed(properties, examples):
    """Requires the members that all examples have, and allows only known ones."""
    required = [name for name in properties if examples and all(name in example for example in examples)]
    return {"properties": properties, "required": required, "additionalProperties": False}


def nullable(found, schema):
    if schema.get("nullable") and "type" in found:
        kinds = found["type"] if isinstance(found["type"], list) else [found["type"]]
        found["type"] = [*kinds, *({"null"} - set(kinds))]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def infer(values, name=None, kind=None):
    """Returns a schema for what examples show: their JSON types or null, and their members."""
    values = [value for value in values if value is not None]
    kinds = sorted({kind_of(value) for value in values} | ({kind} if kind else set()))
    if not kinds:
        return {}
    found = {"type": [*kinds, "null"]}
    objects = [value for value in values if isinstance(value, dict)]
    members = {key: [value[key] for value in objects if key in value] for value in objects for key in value}
    if name in KEYED:
        found["additionalProperties"] = infer([item for items in members.values() for item in items])
    elif members and name not in FREE:
        found["properties"] = {key: infer(items, key) for key, items in members.items()}
        found["additionalProperties"] = False
    items = [item for value in values if isinstance(value, list) for item in value]
    if items:
        found["items"] = infer(items)
    return found


def kind_of(value):
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array"}
    return kinds.get(type(value), "null")


def validator(schema):
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=CHECKER)


def complaints(schema, value):
    """Returns the complaints about a value, one per line. Values are shortened."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(schema).iter_errors(value)]
