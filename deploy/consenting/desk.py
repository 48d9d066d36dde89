"""Proposes, consents, and says by which consent something may be done; what is signed stands in `office.acts`."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from deploy.acts import Provided, read_acts, record_act
from deploy.consenting.people import People, PeopleUnusable, people_in
from deploy.consenting.rules import (
    Case,
    Governed,
    Refusal,
    Refused,
    Stand,
    case_named,
    cases,
    consented,
    hash_of,
    id_of,
    paper_of,
    why_not_sign,
)
from deploy.reading import Log
from deploy.settings import Settings
from deploy.signing import KeyUnusable, PrivateKey, private_key
from streams.core.moments import Moment, moment_of
from streams.topics import ACTS, prefixed
from streams.wire.acts import AnyAct, Consented, Proposed, content_of

What = Literal["freeze", "apply", "skip"]
HOUR = 3600


class NoPeople(Exception):
    """The settings do not name the file of people, or the key, that this needs."""


class Desk:
    """One person's place in the office, by the settings.

    Every method raises NoPeople, PeopleUnusable, KeyUnusable, LogUnreadable or BrokenChain where it cannot do its work.
    """

    def __init__(self, settings: Settings) -> None:
        """Prepare; nothing is read."""
        self._kafka, self._how = settings.kafka, settings.consent
        self.topic = prefixed(settings.kafka.prefix, ACTS)

    def needs(self, what: What, *, at: Moment | None = None) -> bool:
        """Return whether this needs a second person's consent; with `at`, whether it did at that moment."""
        began = self._how.since is None or at is None or at >= moment_of(self._how.since)
        return began and what in self._how.needed

    def acts(self) -> tuple[AnyAct, ...]:
        """Return every act."""
        with Log(self._kafka.cluster, prefix=self._kafka.prefix) as log:
            return read_acts(log)[0]

    def cases(self, *, now: Moment) -> tuple[Case, ...]:
        """Return every proposal, and how it stands."""
        return cases(self.acts(), self._people(), topic=self.topic, now=now)

    def propose(self, act: Governed, *, now: Moment) -> Case:
        """Sign the act as a proposal, in the name of the key's holder; raises Refused where nobody holds the key."""
        key, who = self._signer()
        content = content_of(msgspec.structs.replace(act, at=now, who=who))
        until = now + self._how.hours * HOUR
        bare = Proposed(at=now, who=who, why=act.why, content=content, sha256=hash_of(content), until=until,
                        key=key.public.name, signature="")  # fmt: skip
        signed = msgspec.structs.replace(bare, signature=key.sign(paper_of(self.topic, bare)).hex())
        self._record(signed)
        return Case(id_of(self.topic, signed), signed, act, None, Stand.WAITING)

    def consent(self, name: str, *, why: str, now: Moment, dry_run: bool = False) -> Case:
        """Consent to the proposal of this id; raises Refused. With `dry_run` nothing is signed."""
        key, who = self._signer()

        def allowed(acts: Sequence[AnyAct]) -> None:
            case = self._named(acts, name, now=now)
            if (refusal := why_not_sign(case, who=who, key=key.public.name)) is not None:
                raise Refused(refusal, f"proposal {name} of {case.proposal.who}")

        acts = self.acts()
        allowed(acts)
        case = self._named(acts, name, now=now)
        bare = Consented(at=now, who=who, why=why, proposal=name, sha256=case.proposal.sha256, key=key.public.name,
                         signature="")  # fmt: skip
        signed = msgspec.structs.replace(bare, signature=key.sign(paper_of(self.topic, bare)).hex())
        if not dry_run:
            self._record(signed, allowed)
        return case._replace(consent=signed, stand=Stand.CONSENTED)

    def named(self, name: str, *, now: Moment) -> Case:
        """Return the proposal of this id; raises Refused."""
        return self._named(self.acts(), name, now=now)

    def consented(
        self, kind: type[AnyAct], fits: Callable[[AnyAct], bool], *, now: Moment, newest: bool = False
    ) -> Case:
        """Return the case by which an act of this kind that fits may be done now (rules.consented); raises Refused."""
        return consented(self.cases(now=now), kind, fits, newest=newest)

    def provided(self, case: Case, *, now: Moment) -> Provided:
        """Return what to ask once more while nobody else can write: is it still consented to, and not done?"""

        def unused(acts: Sequence[AnyAct]) -> None:
            stand = self._named(acts, case.id, now=now).stand
            if stand is not Stand.CONSENTED:
                reason = Refusal.DONE if stand is Stand.DONE else Refusal.NOT_CONSENTED
                raise Refused(reason, f"proposal {case.id}")

        return unused

    def _named(self, acts: Sequence[AnyAct], name: str, *, now: Moment) -> Case:
        case = case_named(name, acts, self._people(), topic=self.topic, now=now)
        if case is None:
            raise Refused(Refusal.UNKNOWN_PROPOSAL, name)
        return case

    def _people(self) -> People:
        if self._how.people_file is None:
            raise NoPeople("consent.people_file is needed: who may propose and consent (docs/consent.md)")
        return people_in(self._how.people_file)

    def _signer(self) -> tuple[PrivateKey, str]:
        if self._how.key_file is None:
            raise NoPeople("consent.key_file is needed: the private key of who signs (docs/consent.md)")
        key = private_key(self._how.key_file)
        name = key.public.name
        who = self._people().names.get(name)
        if who is None:
            raise Refused(Refusal.UNKNOWN_KEY, f"{self._how.people_file} names nobody with the key {name}")
        return key, who

    def _record(self, act: AnyAct, provided: Provided | None = None) -> None:
        record_act(self._kafka.cluster, act, prefix=self._kafka.prefix, provided=provided)


FAILURES = (Refused, NoPeople, PeopleUnusable, KeyUnusable)
"""Why a command that asks this desk fails, the log apart."""
