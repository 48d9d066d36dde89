"""A TOML document into one frozen value, with every fault of it told at once and the line it stands on."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from streams.wire.calendars import line_of

S = TypeVar("S", bound=msgspec.Struct)


class Fault(NamedTuple):
    """One thing that is wrong: the document, the field, what is wrong with it, and its line where it has one."""

    document: str
    field: str
    problem: str
    line: int | None = None

    def __str__(self) -> str:
        """Return the fault as one line for a clerk."""
        return f"{self.document}{f':{self.line}' if self.line else ''}: {self.field}: {self.problem}"


class BadDocuments(Exception):
    """Documents that cannot be used; `faults` are all that was found, and the message has a line for each."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_document(name: str, text: str, shape: type[S]) -> S:
    """Return the document as the shape says; raises BadDocuments with every fault."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise BadDocuments((Fault(name, "document", str(wrong)),)) from wrong
    found = list(_faults(given, shape, ""))
    if found:
        raise BadDocuments(
            tuple(Fault(name, field or "document", problem, line_of(text, field)) for field, problem in found)
        )
    return msgspec.convert(given, shape)


def _faults(given: Mapping[str, Any], shape: type[msgspec.Struct], place: str) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(shape, include_extras=True)
    known = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    for name in given.keys() - known.keys():
        yield f"{place}{name}", "unknown; the fields are " + ", ".join(known)
    for name, field in known.items():
        if name in given:
            yield from _faults_of_value(given[name], hints[field.name], f"{place}{name}")
        elif field.required:
            yield f"{place}{name}", "is missing"


def _faults_of_value(value: Any, hint: Any, place: str) -> Iterator[tuple[str, str]]:
    """Go down where a value has parts, so that one wrong part does not hide the next."""
    arguments = get_args(hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct) and isinstance(value, dict):
        yield from _faults(value, hint, f"{place}.")
    elif get_origin(hint) is tuple and isinstance(value, list):
        for number, one in enumerate(value):
            yield from _faults_of_value(one, arguments[0], f"{place}[{number}]")
    elif get_origin(hint) is dict and isinstance(value, dict):
        for key, one in value.items():
            yield from _converted(key, arguments[0], f"{place}.{key}")
            yield from _faults_of_value(one, arguments[1], f"{place}.{key}")
    else:
        yield from _converted(value, hint, place)


def _converted(value: Any, hint: Any, place: str) -> Iterator[tuple[str, str]]:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as wrong:
        yield place, str(wrong)
