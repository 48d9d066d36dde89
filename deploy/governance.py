"""The settings of what needs more than one person."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, FilePath, model_validator
from pydantic_settings import NoDecode

from deploy.sections import Section, split


class Consent(Section):
    """A second person's signed consent (docs/consent.md)."""

    needed: Annotated[tuple[Literal["freeze", "apply", "skip"], ...], NoDecode, BeforeValidator(split)] = ()
    """For what: `freeze` a report, `apply` a reference, `skip` records; in a variable comma-separated."""
    since: AwareDatetime | None = None
    """When the office began to ask for it: `verify` asks no consent of acts before that; without it, of all."""
    people_file: FilePath | None = None
    """TOML: who may propose and consent, each with the public key."""
    key_file: FilePath | None = None
    """The Ed25519 private key, PEM, of whoever runs this command."""
    hours: Annotated[int, Field(ge=1, le=720)] = 72
    """How long after it was proposed something may be done."""

    @model_validator(mode="after")
    def _people_are_known(self) -> "Consent":
        if self.needed and self.people_file is None:
            raise ValueError("what needs consent needs people_file")
        return self
