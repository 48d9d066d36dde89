"""Where an officer finds a dossier in the system that keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """The page of a dossier, by the home that keeps it.

    `by_home` has each home's page with `{code}` in it; `otherwise` is that of every other home, with `{dossier}`
    (home and code), or empty where there is none.
    """

    by_home: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""

    def of(self, dossier: str) -> str:
        """Return the address of the dossier's page, empty where nobody said where that is."""
        home, _, code = dossier.partition("/")
        # Not str.format: a system's address may have braces of its own.
        if (page := self.by_home.get(home)) is not None:
            return page.replace("{code}", quote(code, safe=""))
        return self.otherwise.replace("{dossier}", quote(dossier))
