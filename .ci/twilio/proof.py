"""Breaks a good answer in every way that its schema forbids, one at a time, to prove that the validator is strict."""

# One value of each JSON type.
OF_KIND = {"null": None, "boolean": True, "integer": 7, "string": "?", "array": [[]], "object": {"?": {}}}


def spoilt(schema, value, path="$"):
    """Yields place, keyword and bad value. Each bad value breaks one rule of the schema."""
    kinds = schema.get("type")
    if kinds is None:
        return
    kinds = [kinds] if isinstance(kinds, str) else kinds
    for kind, other in OF_KIND.items():
        if kind not in kinds and not (kind == "integer" and "number" in kinds):
            yield path, "type", other
    if "enum" in schema:
        yield path, "enum", "no-such-value"
    if "pattern" in schema:
        yield path, "pattern", "ZZ" + "0" * 32
    if "maxLength" in schema:
        yield path, "maxLength", "A" * (schema["maxLength"] + 1)
    if "minLength" in schema:
        yield path, "minLength", "A" * (schema["minLength"] - 1)
    if "format" in schema:
        yield path, "format", 2**31 if "integer" in kinds else "yesterday"
    if "array" in kinds and "items" in schema:
        first, *others = value or [None]
        for place, keyword, bad in spoilt(schema["items"], first, f"{path}[0]"):
            yield place, keyword, [bad, *others]
    if "object" in kinds:
        yield from spoilt_members(schema, value or {}, path)


def spoilt_members(schema, value, path):
    shapes = schema.get("properties", {})
    keyed = schema.get("additionalProperties")
    if keyed is not None:
        yield path, "additionalProperties", value | {"no_such_member": 7}
    for name in schema.get("required", []):
        yield path, "required", {key: item for key, item in value.items() if key != name}
    for name in shapes.keys() | (value.keys() if isinstance(keyed, dict) else set()):
        for place, keyword, bad in spoilt(shapes.get(name, keyed), value.get(name), f"{path}.{name}"):
            yield place, keyword, value | {name: bad}


def silent(schema, path):
    """Returns the places that neither Twilio's schema nor its examples describe."""
    if "type" not in schema:
        yield path
    for name, shape in schema.get("properties", {}).items():
        yield from silent(shape, f"{path}.{name}")
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from silent(inner, f"{path}[]")


def fullest(examples):
    """Merges the examples: the first one, with its empty parts filled from the others."""
    first, *others = [example for example in examples if example is not None] or [None]
    if isinstance(first, dict):
        alike = [example for example in (first, *others) if isinstance(example, dict)]
        names = {name: [one[name] for one in alike if name in one] for one in alike for name in one}
        return {name: fullest(values) for name, values in names.items()}
    if isinstance(first, list):
        return next((one for one in (first, *others) if one), first)
    return first
