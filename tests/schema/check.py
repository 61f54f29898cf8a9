"""Holds the schemas of `policies/` against an independent validator.

The schemas are valid, every key in them is explained, and the two mean the same by a territory. Every policy file names
its schema and is accepted by it; so are the examples of the README. Of cases.toml the right ones are accepted, and the
wrong ones refused at the place and for the keyword that stand there. One line for each failure and one with the counts;
exit code 1 if any failed.
"""

import datetime
import json
import pathlib
import sys

import jsonschema

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
POLICIES = ROOT / "policies"
SCHEMAS = {name: json.loads((POLICIES / f"{name}.schema.json").read_text("utf-8")) for name in ("policy", "groups")}
DIRECTIVE = "#:schema "
FEWEST_WRONG_CASES = 40

failures = []


def fail(where, what):
    failures.append(f"{where}: {what}")


def as_editors_see_it(value):
    """Editors hand dates to the schema as texts."""
    if isinstance(value, dict):
        return {key: as_editors_see_it(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_editors_see_it(member) for member in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def refusals(schema_name, text):
    """Each refusal as a JSON pointer and the keyword that refused."""
    validator = jsonschema.Draft7Validator(SCHEMAS[schema_name])
    errors = validator.iter_errors(as_editors_see_it(tomllib.loads(text)))
    return {("".join(f"/{step}" for step in error.absolute_path), error.validator) for error in errors}


def check_schemas():
    for name, schema in SCHEMAS.items():
        file = f"policies/{name}.schema.json"
        try:
            jsonschema.Draft7Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            fail(file, f"is no JSON Schema of draft 7: {error.message} at {error.json_path}")
        for path, properties in tables(schema):
            for key, value in properties.items():
                if "description" not in value and "$ref" not in value:
                    fail(file, f"`{key}` in {path or 'the top'} has no description")
    for name in set(SCHEMAS["policy"]["definitions"]) & set(SCHEMAS["groups"]["definitions"]):
        if SCHEMAS["policy"]["definitions"][name] != SCHEMAS["groups"]["definitions"][name]:
            fail("policies", f"the two schemas differ in their definition of `{name}`")


def tables(schema, path=""):
    """Every `properties` of a schema; each must be closed."""
    if isinstance(schema, dict):
        if "properties" in schema:
            if schema.get("additionalProperties") is not False:
                fail(path or "the top of a schema", "takes keys that are not named")
            yield path, schema["properties"]
        for key, value in schema.items():
            yield from tables(value, f"{path}/{key}")


def check_examples():
    files = sorted(file for file in POLICIES.rglob("*.toml") if not file.name.startswith("."))
    for file in files:
        name, text = file.relative_to(ROOT).as_posix(), file.read_text("utf-8")
        kind = "groups" if file == POLICIES / "groups.toml" else "policy"
        first = text.split("\n", 1)[0]
        named = (file.parent / first.removeprefix(DIRECTIVE)).resolve() if first.startswith(DIRECTIVE) else None
        if named != POLICIES / f"{kind}.schema.json":
            fail(name, f"its first line does not lead editors to {kind}.schema.json")
        for pointer, keyword in sorted(refusals(kind, text)):
            fail(name, f"is refused at `{pointer}` by `{keyword}`")
    if len(files) < 2:
        fail("policies", "has no examples")
    return len(files)


def check_readme():
    blocks = (POLICIES / "README.md").read_text("utf-8").split("\n```toml\n")[1:]
    for number, block in enumerate(blocks, 1):
        text = block.split("\n```", 1)[0]
        whole = text if text.startswith("schema") else f'schema = 1\nagreement = "a"\n{text}'
        for pointer, keyword in sorted(refusals("policy", whole)):
            fail(f"policies/README.md, toml example {number}", f"is refused at `{pointer}` by `{keyword}`")
    if not blocks:
        fail("policies/README.md", "has no examples")
    return len(blocks)


def check_cases():
    cases = tomllib.loads((HERE / "cases.toml").read_text("utf-8"))
    for case in cases["right"]:
        for pointer, keyword in sorted(refusals(case.get("schema", "policy"), case["text"])):
            fail(case["what"], f"is refused at `{pointer}` by `{keyword}`")
    for case in cases["wrong"]:
        found = refusals(case.get("schema", "policy"), case["text"])
        if not found:
            fail(case["what"], "is accepted")
        elif {pointer for pointer, _ in found} != {case["at"]} or (case["at"], case["by"]) not in found:
            fail(case["what"], f"is not refused at `{case['at']}` by `{case['by']}`, but: {sorted(found)}")
    names = [case["what"] for case in cases["right"] + cases["wrong"]]
    for name in sorted({name for name in names if names.count(name) > 1}):
        fail(name, "stands twice in cases.toml")
    if len(cases["wrong"]) < FEWEST_WRONG_CASES:
        fail("cases.toml", f"has only {len(cases['wrong'])} wrong cases")
    return len(cases["right"]), len(cases["wrong"])


check_schemas()
examples = check_examples()
shown = check_readme()
right, wrong = check_cases()
for failure in failures:
    print(failure, file=sys.stderr)
print(f"schema-check: {examples} policy files, {shown} in the README, {right} right and {wrong} wrong cases; {len(failures)} failed")
sys.exit(1 if failures else 0)
