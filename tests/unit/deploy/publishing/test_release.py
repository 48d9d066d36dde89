"""A folder becomes a release: what changed, together, from one moment; and it is refused with every reason."""

import shutil
from pathlib import Path

import msgspec
import pytest

from deploy.publishing.folder import Faulty, documents_in
from deploy.publishing.release import Asked, Published, Release, release_of
from deploy.rulebook import SHIPPED, files_in, load_rulebook

FILES = files_in(None)
NOW = 1_700_000_000
FIRST = Published(load_rulebook(), FILES)
CALENDAR = "calendar/2026.toml"
HOLIDAY = "days_off = [\n  { day = 2026-11-24, name = 'nghỉ' },"


def asked(now: int = NOW, counts_from: int | None = None) -> Asked:
    return Asked(now, counts_from)


def then(published: Published, release: Release) -> Published:
    records = tuple((published.end + n, msgspec.json.encode(one)) for n, one in enumerate(release.documents))
    return published._replace(records=published.records + records, end=published.end + len(records))


def changed(version: str, *, off: bool = True) -> dict[str, str]:
    text = FILES[CALENDAR].replace("2026-v1", version).partition("\nunsettled")[0]
    return FILES | {CALENDAR: text.replace("days_off = [", HOLIDAY) if off else text}


ONCE = then(FIRST, release_of(FILES, FIRST, asked(counts_from=0)))


def test_the_first_release_is_the_whole_folder_and_may_count_from_the_beginning() -> None:
    release = release_of(FILES, FIRST, asked(counts_from=0))
    assert {one.file for one in release.documents} == set(FILES)
    assert [one.part for one in release.documents] == list(range(1, len(FILES) + 1))
    assert {(one.parts, one.counts_from) for one in release.documents} == {(len(FILES), 0)}


def test_what_is_published_already_is_not_published_again() -> None:
    assert release_of(FILES, ONCE, asked()).documents == ()


def test_only_what_changed_is_published_from_a_full_minute_at_least_sixty_seconds_ahead() -> None:
    release = release_of(changed("2026-v2"), ONCE, asked())
    assert release.names == ("calendar/2026/2026-v2",)
    assert release.counts_from % 60 == 0
    assert NOW + 60 <= release.counts_from < NOW + 120
    assert release.before.at(release.counts_from).rules.version != release.after.at(release.counts_from).rules.version


def test_a_moment_before_sixty_seconds_ahead_is_refused_once_anything_is_published() -> None:
    with pytest.raises(Faulty, match="too early"):
        release_of(changed("2026-v2"), ONCE, asked(counts_from=NOW + 59))
    assert release_of(changed("2026-v2"), ONCE, asked(counts_from=NOW + 60)).documents


@pytest.mark.parametrize("published", [FIRST, ONCE], ids=["only the settings' folder counts", "published"])
def test_the_same_version_with_other_content_is_refused_by_name(published: Published) -> None:
    with pytest.raises(Faulty, match=r"calendar/2026\.toml: version 2026-v1 has other content already"):
        release_of(changed("2026-v1"), published, asked(counts_from=NOW + 600))


def test_what_was_to_count_later_is_taken_back_by_what_counts_before() -> None:
    later = then(ONCE, release_of(changed("2026-v2"), ONCE, asked(counts_from=NOW + 9_000)))
    release = release_of(FILES, later, asked(counts_from=NOW + 600))
    assert release.names == ("calendar/2026/2026-v1",)
    assert release.after.at(NOW + 9_000).rules.version == FIRST.first.version


def test_a_document_that_is_missing_from_the_folder_is_taken_away() -> None:
    fewer = {file: text for file, text in FILES.items() if file != "procedures.csv"}
    release = release_of(fewer, ONCE, asked())
    assert [(one.file, one.gone) for one in release.documents] == [("procedures.csv", True)]
    assert release_of(fewer, then(ONCE, release), asked(NOW + 600)).documents == ()


def test_every_fault_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(SHIPPED, folder)
    calendar, policy = folder / "calendar" / "2026.toml", folder / "policy.toml"
    calendar.write_text(calendar.read_text("utf-8").replace("year = 2026", 'year = "x"'), "utf-8")
    policy.write_text('version = "p"\ndue_soon_working_days = "two"\n', "utf-8")
    (folder / "holidays.csv").write_text("a,b\n", "utf-8")
    with pytest.raises(Faulty) as found:
        documents_in(folder, now=NOW)
    assert [fault.split(":")[0].split(",")[0] for fault in sorted(found.value.faults)] == [
        "calendar/2026.toml",
        "holidays.csv",
        "policy.toml",
    ]


def test_a_document_without_a_source_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text('version = "p"\n', "utf-8")
    with pytest.raises(Faulty, match=r"policy\.toml: source is missing"):
        documents_in(tmp_path, now=NOW)


def test_a_shadow_is_published_as_a_document_and_must_be_another_policy_than_the_one_that_counts(
    tmp_path: Path,
) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "reference"))
    shadow = folder / "shadow.toml"
    shadow.write_text(FILES["policy.toml"], "utf-8")
    with pytest.raises(Faulty, match=r"shadow\.toml: it has the version of policy\.toml"):
        documents_in(folder, now=NOW)
    shadow.write_text(FILES["policy.toml"].replace('version = "', 'version = "quy tắc ', 1), "utf-8")
    with pytest.raises(Faulty, match=r"shadow\.toml: version: .* has a space in it"):
        documents_in(folder, now=NOW)
    shadow.write_text(FILES["policy.toml"].replace('version = "', 'version = "shadow-', 1), "utf-8")
    release = release_of(documents_in(folder, now=NOW), ONCE, asked())
    assert [one.file for one in release.documents] == ["shadow.toml"]
    before, after = ([one.rules.version for one in table.editions] for table in (release.before, release.after))
    assert before == after, "nothing changes for anybody else"


def test_a_version_says_one_thing_whether_of_a_policy_or_of_a_shadow() -> None:
    old = FILES["policy.toml"]
    new = FILES | {"policy.toml": old.replace('"policy-2"', '"policy-3"')}
    release = release_of(new | {"shadow.toml": old}, ONCE, asked())
    assert [one.file for one in release.documents] == ["policy.toml", "shadow.toml"], "what counted goes on as a shadow"
    changed = old.replace("due_soon_working_days = 2", "due_soon_working_days = 1")
    with pytest.raises(Faulty, match=r"shadow\.toml: version policy-2 has other content already"):
        release_of(new | {"shadow.toml": changed}, ONCE, asked())
