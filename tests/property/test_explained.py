"""What an explanation always keeps: it leaves out no event, agrees with the judgement, and can always be told."""

import json

from hypothesis import given
from hypothesis import strategies as st

from deploy.explain_as_json import as_json
from deploy.explain_in_words import as_text
from deploy.law_in_words import LANGUAGES
from streams.core.events import Event
from streams.core.judgement import judge
from streams.core.moments import Moment
from streams.explained import Heard, explained
from tests.property.histories import HOME, RULES, event, folded_in_order, histories, likely_moments, wild

KEY = f"{HOME}/000123"


@given(histories(), likely_moments)
def test_an_explanation_agrees_with_the_judgement_and_leaves_out_no_event(events: list[Event], now: Moment) -> None:
    told = explained(KEY, Heard(tuple(events)), at=now, rules=RULES)
    if told is None:
        assert not events
        return
    dossier = folded_in_order(events)
    assert told.standing == judge(dossier, now=now, rules=RULES)
    assert tuple(line.event for line in told.history) == dossier.events
    assert sum(line.copies for line in told.history) == len(events)


@given(histories(), likely_moments)
def test_what_was_counted_adds_up_to_both_due_moments(events: list[Event], now: Moment) -> None:
    told = explained(KEY, Heard(tuple(events)), at=now, rules=RULES)
    if told is None:
        return
    recomputed, appointed = told.reckoned.recomputed, told.reckoned.appointed
    assert (None if recomputed is None else recomputed.due.due_at) == told.standing.recomputed_due_at
    if appointed is not None:
        assert appointed.moved_to == told.standing.ranking_due_at
        counted = sum(end - start for start, end in appointed.intervals)
        assert counted == RULES.calendar_for(None).between(appointed.named_at, appointed.due_at)


@given(wild, likely_moments, st.sampled_from(LANGUAGES))
def test_every_history_can_be_told_in_words_and_in_json(events: list[Event], now: Moment, lang: str) -> None:
    told = explained(KEY, Heard((event(events[0].body, at=now), *events) if events else ()), at=now, rules=RULES)
    if told is None:
        return
    text = as_text(told, [], lang)
    assert all(line.event.id in text for line in told.history)
    assert len(json.loads(json.dumps(as_json(told, None)))["history"]) == len(told.history)
