"""A disk so small that it can be filled: a file system in memory, mounted for one storm; root alone may do that."""

import errno
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class Unavailable(Exception):
    """This machine does not let us; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """The disk, by the folder it is mounted on."""

    folder: Path

    def fill(self) -> None:
        """Leave not a byte free."""
        with self._filler.open("ab", buffering=0) as filler:
            # Others write meanwhile: what is asked for has to fit at the moment at which it is.
            size = 1 << 20
            while size:
                try:
                    filler.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    size //= 4

    def clear(self) -> None:
        """Free what `fill` took."""
        self._filler.unlink(missing_ok=True)

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Give a disk of this size; Unavailable where we may not mount one."""
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        folder.rmdir()
        raise Unavailable(f"a disk that can be filled needs the right to mount one: {error}") from error
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
