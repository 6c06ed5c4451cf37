"""Holds what the API said against what its description says it says.

Reads a file of JSON: {"description": …, "exchanges": [{"method", "path", "status", "media_type", "headers", "asked",
"said"}]} and writes each difference on a line. It leaves with 1 when there is one.

The description lets clients meet fields that they do not know yet; here every field must be known, so that none is
forgotten in it. Bodies that were taken are held against the description as it is: what a client is told to send must be
what can be sent.
"""

import json
import re
import sys

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

HERE = "urn:description"
AS_TOLD = "urn:as-told"


def merged(schema, whole):
    """One object in place of an `allOf` of objects."""
    properties, required = {}, []
    for part in schema["allOf"]:
        if "$ref" in part:
            part = whole["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]]
        if "allOf" in part:
            part = merged(part, whole)
        properties.update(part.get("properties", {}))
        required.extend(part.get("required", []))
    return {"type": "object", "properties": properties, "required": required}


def strict(node, whole):
    """The same with no room for other fields."""
    if isinstance(node, list):
        return [strict(one, whole) for one in node]
    if not isinstance(node, dict):
        return node
    if "allOf" in node:
        node = merged(node, whole)
    node = {name: strict(value, whole) for name, value in node.items()}
    if isinstance(node.get("properties"), dict) and "additionalProperties" not in node:
        node["additionalProperties"] = False
    return node


def call_of(description, method, path):
    """The call that answers this path: one with fewer names in braces goes first."""
    for pattern in sorted(description["paths"], key=lambda one: one.count("{")):
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", pattern), path) and method in description["paths"][pattern]:
            return pattern, description["paths"][pattern][method]
    return None, None


def pointer(*parts):
    return "#/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)


def main(file):
    with open(file, encoding="utf-8") as text:
        told = json.load(text)
    description = told["description"]
    whole = strict(description, description)
    registry = Registry().with_resources(
        (name, Resource.from_contents(contents, default_specification=DRAFT202012))
        for name, contents in ((HERE, whole), (AS_TOLD, description))
    )
    wrong, seen, sent = [], set(), set()

    def check(where, place, value, document=HERE):
        validator = Draft202012Validator({"$ref": document + place}, registry=registry, format_checker=FormatChecker())
        for error in validator.iter_errors(value):
            wrong.append(f"{where} at {error.json_path}: {error.message[:300]}")

    for one in told["exchanges"]:
        method, status = one["method"].lower(), str(one["status"])
        where = f"{one['method']} {one['path']} {status}"
        pattern, call = call_of(description, method, one["path"])
        if call is None:
            wrong.append(f"{where}: no such call is described")
            continue
        seen.add((method, pattern, status))
        answer = call["responses"].get(status)
        if answer is None:
            wrong.append(f"{where}: this status is not described")
            continue
        content = answer.get("content", {})
        if one["said"] is None:
            if "application/json" in content:
                wrong.append(f"{where}: there is no body")
        elif one["media_type"] not in content:
            wrong.append(f"{where}: {one['media_type']} is not described")
        elif one["media_type"].endswith("json"):
            place = pointer("paths", pattern, method, "responses", status, "content", one["media_type"], "schema")
            check(where, place, one["said"])
        if status.startswith("2") and one["asked"] is not None and "requestBody" in call:
            place = pointer("paths", pattern, method, "requestBody", "content", "application/json", "schema")
            check(f"{where}, what was asked,", place, one["asked"], AS_TOLD)
            sent.add((method, pattern))
        told_headers = {name.lower(): header for name, header in answer.get("headers", {}).items()}
        for name in one["headers"]:
            if name not in told_headers:
                wrong.append(f"{where}: the header {name} is not described")
        for name, header in told_headers.items():
            header = description["components"]["headers"][header["$ref"].rsplit("/", 1)[1]]
            needed = header["required"] or (name == "retry-after" and status == "429")
            if needed and name not in one["headers"]:
                wrong.append(f"{where}: the header {name} is not there")
    for pattern, calls in description["paths"].items():
        for method, call in calls.items():
            for status in call["responses"]:
                if status.startswith("2") and (method, pattern, status) not in seen:
                    wrong.append(f"{method.upper()} {pattern} was not seen to answer {status}")
            if "requestBody" in call and (method, pattern) not in sent:
                wrong.append(f"{method.upper()} {pattern} was not seen to take a body")
            if not any(seen_as[:2] == (method, pattern) and seen_as[2].startswith("4") for seen_as in seen):
                wrong.append(f"{method.upper()} {pattern} was not seen to refuse anything")
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main(sys.argv[1]))
