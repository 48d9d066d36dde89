"""Stub; grows."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder for what can be fetched or made again: `dunghan` under XDG_CACHE_HOME, else under ~/.cache."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if home else Path.home() / ".cache") / "dunghan"
