"""Who is at work, of what the library tells of a group."""

from typing import Any

import pytest
from kafka.errors import CoordinatorLoadInProgressError, GroupAuthorizationFailedError, KafkaError

from deploy.backup.groups import with_members


def test_a_group_that_has_members_is_at_work_and_one_without_or_unheard_of_is_not() -> None:
    told: dict[str, dict[str, Any]] = {
        "worker": {"error": None, "members": [{"member_id": "a"}]},
        "route": {"error": None, "members": []},
        "send": {"error": "[Error 69] GroupIdNotFoundError: Group send not found.", "members": []},
    }
    assert with_members(told) == ("worker",)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("[Error 30] GroupAuthorizationFailedError", GroupAuthorizationFailedError),
        ("[Error 14] CoordinatorLoadInProgressError: loading", CoordinatorLoadInProgressError),
        ("something", KafkaError),
    ],
)
def test_a_group_that_could_not_be_seen_is_not_taken_for_one_without_members(
    error: str, kind: type[KafkaError]
) -> None:
    with pytest.raises(kind, match="worker"):
        with_members({"worker": {"error": error, "members": []}})
