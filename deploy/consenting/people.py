"""Who may propose and consent: names and public keys from a file.

[people]
lan = "MCowBQYDK2VwAyEA…"                            # the line between the first and the last of lan's public.pem
minh = ["MCowBQYDK2VwAyEB…", "MCowBQYDK2VwAyEC…"]    # a key of before, and the one since
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from deploy.signing import KeyUnusable, PublicKey, public_key_of


class PeopleUnusable(Exception):
    """The file of people cannot be used; a line for each fault."""


class People(NamedTuple):
    """Names by key: `names` the name of a key's holder, `keys` the key, both by the name of the key."""

    names: Mapping[str, str]
    keys: Mapping[str, PublicKey]

    def holds(self, who: str, key: str) -> bool:
        """Return whether this is a key of that person."""
        return key in self.keys and self.names[key] == who

    def signed(self, key: str, content: bytes, signature: str) -> bool:
        """Return whether the holder of the key signed this content; `signature` is hexadecimal."""
        try:
            return key in self.keys and self.keys[key].signed(content, bytes.fromhex(signature))
        except ValueError:
            return False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    people: dict[str, str | list[str]]


def people_in(file: Path) -> People:
    """Read the file; raises PeopleUnusable."""
    try:
        listed = msgspec.toml.decode(file.read_bytes(), type=_File).people
    except (OSError, msgspec.MsgspecError) as error:
        raise PeopleUnusable(f"{file}: {error}") from error
    names: dict[str, str] = {}
    keys: dict[str, PublicKey] = {}
    faults = []
    given = [(name, line) for name, its in listed.items() for line in ((its,) if isinstance(its, str) else its)]
    for name, line in given:
        try:
            key = public_key_of(line)
        except KeyUnusable as error:
            faults.append(f"{file}: {name}: {error}")
            continue
        if key.name in names:
            faults.append(f"{file}: {name} has the key of {names[key.name]}")
        names[key.name], keys[key.name] = name, key
    if faults:
        raise PeopleUnusable("\n".join(faults))
    return People(names, keys)
