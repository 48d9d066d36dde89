"""Four eyes: what one person proposes is done only with another's consent to just that, in time, and once."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from deploy.consenting.people import People, PeopleUnusable, people_in
from deploy.consenting.rules import (
    Case,
    Refusal,
    Refused,
    Stand,
    cases,
    consented,
    hash_of,
    id_of,
    paper_of,
    same,
    why_not_sign,
)
from deploy.consenting.watching import Needed, without_consent
from deploy.signing import PrivateKey, make_keys, private_key
from streams.wire.acts import AnyAct, Consented, PassedOver, Proposed, RecordsSkipped, ReportFrozen, content_of

TOPIC = "office.acts"
NOW, UNTIL = 1_000, 5_000
ACT = ReportFrozen(at=NOW, who="lan", why="kỳ I", period="2026-Q3", as_of=9, sha256="00", report="{}")
SKIP = RecordsSkipped(at=NOW, who="lan", why="hỏng", records=(PassedOver(1, 2, "aa"),))


class Office:
    """Three people with keys, and a stranger with one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = {name: self._key(folder, name) for name in ("lan", "minh", "an", "stranger")}
        file = folder / "people.toml"
        lines = [f'{name} = "{(folder / name).read_text().splitlines()[1]}"\n' for name in ("lan", "minh", "an")]
        file.write_text("[people]\n" + "".join(lines))
        self.people = people_in(file)

    def _key(self, folder: Path, name: str) -> PrivateKey:
        make_keys(folder / f"{name}.pem", folder / name)
        return private_key(folder / f"{name}.pem")

    def proposed(self, act: AnyAct = ACT, *, by: str = "lan", key: str = "", topic: str = TOPIC) -> Proposed:
        signer, content = self.keys[key or by], content_of(act)
        bare = Proposed(at=NOW, who=by, why="kỳ I", content=content, sha256=hash_of(content), until=UNTIL,
                        key=signer.public.name, signature="")  # fmt: skip
        return msgspec.structs.replace(bare, signature=signer.sign(paper_of(topic, bare)).hex())

    def seconded(self, to: Proposed, *, by: str = "minh", key: str = "", at: int = NOW + 9) -> Consented:
        signer = self.keys[key or by]
        bare = Consented(at=at, who=by, why="đã xem", proposal=id_of(TOPIC, to), sha256=to.sha256,
                         key=signer.public.name, signature="")  # fmt: skip
        return msgspec.structs.replace(bare, signature=signer.sign(paper_of(TOPIC, bare)).hex())

    def case(self, *acts: AnyAct, now: int = NOW + 10, people: People | None = None) -> Case:
        return cases(acts, people or self.people, topic=TOPIC, now=now)[0]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("people"))


def test_a_proposal_waits_until_another_consents_and_then_names_both_and_their_keys(office: Office) -> None:
    proposal = office.proposed()
    assert office.case(proposal).stand is Stand.WAITING
    case = office.case(proposal, office.seconded(proposal))
    assert (case.stand, case.act) == (Stand.CONSENTED, ACT)
    assert case.agreed is not None
    assert (case.agreed.proposed_by, case.agreed.consented_by) == ("lan", "minh")
    assert case.agreed.proposed_key == office.keys["lan"].public.name
    assert case.agreed.consented_key == office.keys["minh"].public.name
    assert case.agreed.sha256 == hash_of(content_of(ACT))


@pytest.mark.parametrize(
    "consent",
    [
        pytest.param(lambda office, to: office.seconded(to, by="lan"), id="the same person"),
        pytest.param(lambda office, to: office.seconded(to, by="minh", key="lan"), id="another name, the same key"),
        pytest.param(lambda office, to: office.seconded(to, by="minh", key="an"), id="the key of a third"),
        pytest.param(lambda office, to: office.seconded(to, by="minh", key="stranger"), id="a key nobody knows"),
        pytest.param(lambda office, to: office.seconded(to, at=UNTIL), id="signed after it expired"),
        pytest.param(
            lambda office, to: msgspec.structs.replace(office.seconded(to), sha256="ff"), id="for another hash"
        ),
        pytest.param(lambda office, to: msgspec.structs.replace(office.seconded(to), why="khác"), id="changed"),
        pytest.param(lambda office, _: office.seconded(office.proposed(SKIP)), id="for another proposal"),
    ],
)
def test_a_consent_that_does_not_count(office: Office, consent: Callable[[Office, Proposed], Consented]) -> None:
    proposal = office.proposed()
    assert office.case(proposal, consent(office, proposal)).stand is Stand.WAITING


@pytest.mark.parametrize(
    "proposal",
    [
        pytest.param(lambda office: office.proposed(by="minh", key="lan"), id="signed with the key of somebody else"),
        pytest.param(lambda office: office.proposed(by="stranger"), id="by nobody who is known"),
        pytest.param(lambda office: office.proposed(topic="other.office.acts"), id="signed for another pipeline"),
        pytest.param(
            lambda office: msgspec.structs.replace(office.proposed(), content=content_of(SKIP)), id="other content"
        ),
        pytest.param(lambda office: office.proposed(office.proposed()), id="of what cannot be proposed"),
    ],
)
def test_a_proposal_that_is_forged(office: Office, proposal: Callable[[Office], Proposed]) -> None:
    found = proposal(office)
    assert office.case(found, office.seconded(found, by="an")).stand is Stand.FORGED


def test_nobody_consents_to_their_own_nor_twice_nor_to_what_is_done_or_too_old(office: Office) -> None:
    proposal, lan, minh = office.proposed(), office.keys["lan"].public.name, office.keys["minh"].public.name
    second = office.seconded(proposal)
    agreed = office.case(proposal, second).agreed
    done = msgspec.structs.replace(ACT, agreed=agreed)
    waiting = office.case(proposal)
    assert why_not_sign(waiting, who="minh", key=minh) is None
    assert why_not_sign(waiting, who="lan", key=minh) is Refusal.SAME_PERSON
    assert why_not_sign(waiting, who="minh", key=lan) is Refusal.SAME_KEY
    assert why_not_sign(office.case(proposal, second), who="an", key="an") is Refusal.CONSENTED
    assert why_not_sign(office.case(proposal, second, done), who="an", key="an") is Refusal.DONE
    assert why_not_sign(office.case(proposal, now=UNTIL), who="minh", key=minh) is Refusal.EXPIRED


@pytest.mark.parametrize(
    ("more", "now", "fits", "reason"),
    [
        pytest.param((), NOW + 10, True, Refusal.NOT_CONSENTED, id="nobody consented yet"),
        pytest.param(("consent",), UNTIL, True, Refusal.EXPIRED, id="consented to, and expired since"),
        pytest.param(("consent", "done"), NOW + 20, True, Refusal.DONE, id="used already"),
        pytest.param(("consent",), NOW + 20, False, Refusal.OTHER_CONTENT, id="consented to something else"),
    ],
)
def test_nothing_is_done_without_a_consent_to_just_that(
    office: Office, more: tuple[str, ...], now: int, fits: bool, reason: Refusal
) -> None:
    proposal = office.proposed()
    second = office.seconded(proposal)
    done = msgspec.structs.replace(ACT, agreed=office.case(proposal, second).agreed)
    named: dict[str, AnyAct] = {"consent": second, "done": done}
    acts: tuple[AnyAct, ...] = (proposal, *(named[one] for one in more))
    with pytest.raises(Refused) as refused:
        consented([office.case(*acts, now=now)], ReportFrozen, lambda _: fits)
    assert refused.value.reason is reason


def test_what_nobody_proposed_is_not_done(office: Office) -> None:
    with pytest.raises(Refused, match="not_proposed"):
        consented([office.case(office.proposed())], RecordsSkipped, lambda _: True)


def test_looking_back_an_act_without_the_consent_it_needs_is_found(office: Office) -> None:
    proposal = office.proposed()
    second = office.seconded(proposal)
    done = msgspec.structs.replace(ACT, at=NOW + 20, agreed=office.case(proposal, second).agreed)
    other = msgspec.structs.replace(done, sha256="11")

    def found(*acts: AnyAct, needed: tuple[str, ...] = ("freeze",)) -> list[int]:
        return [one.number for one in without_consent(acts, office.people, topic=TOPIC, needed=Needed(needed))]

    assert found(proposal, second, done) == []
    assert found(proposal, second, done, done) == [3], "used twice"
    assert found(proposal, done) == [1], "before anybody consented"
    assert found(proposal, second, msgspec.structs.replace(done, at=UNTIL)) == [2], "too late"
    assert found(proposal, second, other) == [2], "something else"
    assert found(ACT, SKIP) == [0], "by one person alone"
    assert found(ACT, SKIP, needed=()) == []


def test_before_the_office_began_to_ask_nobody_needed_consent_and_a_moment_set_back_helps_nobody(
    office: Office,
) -> None:
    before, after = (msgspec.structs.replace(ACT, at=at) for at in (NOW, NOW + 100))

    def found(*acts: AnyAct, first: int = 0) -> list[int]:
        needed = Needed({"freeze"}, since=NOW + 50)
        return [one.number for one in without_consent(acts, office.people, topic=TOPIC, needed=needed, first=first)]

    assert found(before, before) == []
    assert found(before, after, before) == [1, 2], "it stands after an act of a later moment"
    assert found(before, after, before, first=2) == [2], "those before were asked about already"


def test_what_was_proposed_last_for_a_period_takes_the_place_of_what_was_consented_to_before(office: Office) -> None:
    wrong = office.proposed()
    right = office.proposed(msgspec.structs.replace(ACT, sha256="11", report='{"right":1}'))
    acts: list[AnyAct] = [wrong, office.seconded(wrong), right]
    with pytest.raises(Refused, match="not_consented"):
        consented(cases(acts, office.people, topic=TOPIC, now=NOW + 10), ReportFrozen, lambda _: True, newest=True)
    acts.append(office.seconded(right))
    found = cases(acts, office.people, topic=TOPIC, now=NOW + 10)
    assert consented(found, ReportFrozen, lambda _: True, newest=True).proposal == right


def test_a_proposal_that_was_done_long_ago_is_no_other_content(office: Office) -> None:
    proposal = office.proposed()
    second = office.seconded(proposal)
    done = msgspec.structs.replace(ACT, agreed=office.case(proposal, second).agreed)
    with pytest.raises(Refused, match="not_proposed"):
        consented([office.case(proposal, second, done)], ReportFrozen, lambda _: False)


def test_who_has_a_new_key_keeps_the_old_one_which_proves_what_it_signed_and_stays_one_person(
    office: Office, tmp_path: Path
) -> None:
    make_keys(tmp_path / "new.pem", tmp_path / "new.pub")
    new = private_key(tmp_path / "new.pem").public.name
    lines = {name: (office.folder / name).read_text().splitlines()[1] for name in ("lan", "minh")}
    file = tmp_path / "people.toml"
    added = (tmp_path / "new.pub").read_text().splitlines()[1]
    file.write_text(f'[people]\nlan = ["{lines["lan"]}", "{added}"]\nminh = "{lines["minh"]}"\n')
    people = people_in(file)
    case = office.case(office.proposed(), people=people)
    assert case.stand is Stand.WAITING
    assert people.names[new] == "lan"
    assert why_not_sign(case, who="lan", key=new) is Refusal.SAME_PERSON


def test_acts_do_the_same_whoever_does_them_and_when() -> None:
    assert same(ACT, msgspec.structs.replace(ACT, who="an", at=5, why="khác"))
    assert not same(ACT, msgspec.structs.replace(ACT, sha256="01"))
    assert same(SKIP, msgspec.structs.replace(SKIP, who="an"))
    assert not same(SKIP, ACT)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("[people]\nlan = 'MCow'\n", "lan: ", id="no key"),
        pytest.param("people = 1\n", "Expected", id="no table"),
        pytest.param("[people]\nlan = '{key}'\nan = '{key}'\n", "an has the key of lan", id="one key for two"),
    ],
)
def test_a_file_of_people_that_cannot_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    make_keys(tmp_path / "secret.pem", tmp_path / "public.pem")
    file = tmp_path / "people.toml"
    file.write_text(text.replace("{key}", (tmp_path / "public.pem").read_text().splitlines()[1]))
    with pytest.raises(PeopleUnusable, match=told):
        people_in(file)
