"""What is held, told, withdrawn and passed on, for each person."""

from msgspec.structs import replace

from alerts.core.book import Book
from alerts.core.composing import Gathered, gather, hold_over, reserve
from alerts.core.entries import AnyEntry, Held, Open, Page, PassedOn, Progress, Told, key_of
from alerts.core.ledger import Lapsed, NotSent, Reason, Restored, Returned
from alerts.core.outbox import Bounce, Reached, Recall, Restore, Tell
from alerts.core.policy import Policy
from alerts.core.taking import take
from streams.core.moments import Moment
from streams.core.stages import Stage
from tests.unit.alerts.samples import at, notice, recall, tell

POLICY = Policy()
MORNING = at("2020-07-10 08:00")
NEXT_MORNING = at("2020-07-13 08:00")


def book_with(*records: Tell | Recall | Reached) -> Book:
    book = Book()
    for record in records:
        take(book, record, POLICY)
    return book


def due(book: Book, now: Moment, *, merge: bool = True) -> list[Gathered]:
    return list(gather(book, now, merge=merge))


def told(book: Book, id: str, recipient: str = "anh") -> None:
    book.put(
        Told(recipient=recipient, notice=id, dossier="x/1", stage=Stage.DUE_TODAY, digest="d", at=MORNING),
    )


def opened(book: Book, *notices: str) -> Open:
    for gathered in gather(book, MORNING, merge=True):
        reserve(book, gathered, "d1")
    mail = Open(
        recipient="anh",
        digest="d1",
        stage=Stage.DUE_TODAY,
        notices=notices,
        sha256="",
        message_id="",
        at=MORNING,
        place=0,
        first_at=MORNING,
        next_at=MORNING,
    )
    book.put(mail)
    return mail


class TestHolding:
    def test_a_notice_is_held_until_the_next_digest(self) -> None:
        book = book_with(tell(notice()))
        assert due(book, MORNING - 1) == []
        [gathered] = due(book, MORNING)
        assert (gathered.recipient, [entry.notice for entry in gathered.held]) == ("anh", ["n1"])

    def test_a_repeat_is_not_held_twice_and_the_line_says_so(self) -> None:
        book = book_with(tell(notice()))
        [line] = take(book, tell(notice()), POLICY)
        assert isinstance(line, NotSent)
        assert line.reason is Reason.ALREADY_HELD

    def test_what_was_told_is_not_told_again(self) -> None:
        book = Book()
        told(book, "n1")
        [line] = take(book, tell(notice()), POLICY)
        assert isinstance(line, NotSent)
        assert line.reason is Reason.ALREADY_TOLD

    def test_what_was_passed_on_stays_with_the_next_person(self) -> None:
        book = Book()
        book.put(PassedOn(recipient="anh", notice="n1", to="binh"))
        [line] = take(book, tell(notice()), POLICY)
        assert isinstance(line, NotSent)
        assert line.reason is Reason.PASSED_ON

    def test_what_is_decided_after_the_days_digest_waits_for_the_next_days(self) -> None:
        book = book_with(tell(notice("n1")))
        reserve(book, due(book, MORNING)[0], "d1")
        take(book, tell(notice("n2", decided="2020-07-10 08:01")), POLICY)
        assert due(book, NEXT_MORNING - 1) == []
        assert [entry.notice for entry in due(book, NEXT_MORNING)[0].held] == ["n2"]

    def test_what_comes_too_late_for_its_digest_follows_after_the_gap_all_at_once(self) -> None:
        book = book_with(tell(notice("n1")))
        reserve(book, due(book, MORNING)[0], "d1")
        for id in ("late", "later"):
            take(book, tell(notice(id, decided="2020-07-10 07:59")), POLICY)
        assert due(book, MORNING + POLICY.gap - 1) == []
        assert [entry.notice for entry in due(book, MORNING + POLICY.gap)[0].held] == ["late", "later"]

    def test_what_anothers_server_refused_does_not_wait_for_the_next_day(self) -> None:
        book = book_with(tell(notice("n1"), "binh"))
        reserve(book, due(book, MORNING)[0], "d1")
        take(book, tell(notice("n2"), "binh", refused=("anh",)), POLICY)
        assert [entry.notice for entry in due(book, MORNING + 60)[0].held] == ["n2"]

    def test_what_anothers_server_refused_waits_for_the_company_of_more_of_it(self) -> None:
        book = book_with(tell(notice("n1"), "binh", refused=("anh",)))
        reserve(book, due(book, MORNING)[0], "d1")
        for id in ("n2", "n3"):
            take(book, tell(notice(id), "binh", refused=("anh",)), POLICY)
        assert due(book, MORNING + POLICY.window - 1) == []
        assert [entry.notice for entry in due(book, MORNING + POLICY.window)[0].held] == ["n2", "n3"]

    def test_a_notice_for_the_day_after_stays_when_todays_digest_goes(self) -> None:
        book = book_with(tell(notice("n1")), tell(notice("n2", decided="2020-07-10 09:00")))
        [gathered] = due(book, MORNING)
        reserve(book, gathered, "d1")
        assert [entry.notice for entry in gathered.held] == ["n1"]
        assert due(book, MORNING) == []
        assert [entry.notice for entry in due(book, NEXT_MORNING)[0].held] == ["n2"]


class TestTime:
    def test_after_an_outage_all_that_was_missed_is_one_digest_that_speaks_of_now(self) -> None:
        book = book_with(tell(notice("n1")), tell(notice("n2", decided="2020-07-10 09:00")))
        now = at("2020-07-13 11:00")
        [gathered] = due(book, now, merge=True)
        assert (gathered.at, len(gathered.held)) == (now, 2)

    def test_a_replay_brings_the_digests_of_the_real_days_however_fast_it_runs(self) -> None:
        book = book_with(tell(notice("n1")), tell(notice("n2", decided="2020-07-10 09:00")))
        days = []
        for _ in range(2):
            [gathered] = due(book, at("2020-08-01 00:00"), merge=False)
            reserve(book, gathered, "d")
            days.append((gathered.at, [entry.notice for entry in gathered.held]))
        assert days == [(MORNING, ["n1"]), (NEXT_MORNING, ["n2"])]

    def test_in_a_replay_a_withdrawal_after_the_digest_does_not_reach_back(self) -> None:
        book = book_with(tell(notice()), recall(notice(), decided="2020-07-10 10:00"))
        [gathered] = due(book, at("2020-08-01 00:00"), merge=False)
        assert (len(gathered.held), gathered.dropped) == (1, ())

    def test_a_replay_is_as_far_as_the_last_of_the_partitions(self) -> None:
        book = book_with(Reached(partition=0, now=50))
        assert book.replayed_to([0, 1]) is None
        take(book, Reached(partition=1, now=40), POLICY)
        assert book.replayed_to([0, 1]) == 40
        assert Book().replayed_to([]) is None

    def test_a_book_is_settled_when_nothing_is_due_and_every_mail_is_answered(self) -> None:
        book = book_with(tell(notice()))
        assert book.settled_to(MORNING - 1) == MORNING - 1
        assert book.settled_to(MORNING) is None
        mail = opened(book, "n1")
        assert book.settled_to(MORNING) is None
        book.strike(mail)
        assert book.settled_to(MORNING) == MORNING


class TestWithdrawal:
    def test_before_the_digest_nothing_is_sent_and_the_line_says_why(self) -> None:
        book = book_with(tell(notice()))
        [line] = take(book, recall(notice(), decided="2020-07-09 17:00"), POLICY)
        assert isinstance(line, NotSent)
        assert line.reason is Reason.WITHDRAWN
        assert due(book, MORNING) == []

    def test_read_after_the_digest_was_due_and_before_it_was_composed_it_still_counts(self) -> None:
        book = book_with(tell(notice("n1")), tell(notice("n2")), recall(notice("n1"), decided="2020-07-10 08:01"))
        [gathered] = due(book, MORNING + 3600)
        assert [entry.notice for entry in gathered.held] == ["n2"]
        assert [line.reason for line in gathered.dropped] == [Reason.WITHDRAWN]

    def test_by_a_clock_that_is_ahead_of_ours_it_counts_all_the_same(self) -> None:
        book = book_with(tell(notice()), recall(notice(), decided="2020-07-10 08:01"))
        [gathered] = due(book, MORNING)
        assert (gathered.held, [line.reason for line in gathered.dropped]) == ((), [Reason.WITHDRAWN])

    def test_withdrawn_and_told_again_it_holds(self) -> None:
        book = book_with(
            tell(notice()), recall(notice(), decided="2020-07-10 08:01"), tell(notice(decided="2020-07-10 08:02"))
        )
        assert due(book, MORNING + 3600) == []
        [gathered] = due(book, NEXT_MORNING)
        assert len(gathered.held) == 1

    def test_of_what_was_told_is_a_line_that_it_lapsed(self) -> None:
        book = Book()
        told(book, "n1")
        [line] = take(book, recall(notice(), decided="2020-07-11 10:00"), POLICY)
        assert isinstance(line, Lapsed)
        assert book.standing("anh", "n1") is None

    def test_while_the_mail_is_on_its_way_waits_for_the_answer(self) -> None:
        book = book_with(tell(notice()))
        opened(book, "n1")
        assert take(book, recall(notice(), decided="2020-07-09 17:00"), POLICY) == ()
        entry = book.standing("anh", "n1")
        assert isinstance(entry, Held)
        assert entry.recalled_at == at("2020-07-09 17:00")

    def test_follows_its_notice_to_the_next_person(self) -> None:
        book = Book()
        book.put(PassedOn(recipient="anh", notice="n1", to="binh"))
        [onward] = take(book, recall(notice(), decided="2020-07-11 10:00"), POLICY)
        assert isinstance(onward, Recall)
        assert onward.recipient == "binh"

    def test_of_what_this_person_never_heard_of_is_said(self) -> None:
        [line] = take(Book(), recall(notice(), decided="2020-07-11 10:00"), POLICY)
        assert isinstance(line, NotSent)
        assert line.reason is Reason.NEVER_HELD


class TestRestoring:
    def test_a_book_restored_from_its_changes_is_the_same_book(self) -> None:
        kept: dict[str, AnyEntry] = {}
        book = Book()
        told(book, "old")
        book.put(PassedOn(recipient="anh", notice="gone", to="binh"))
        take(book, tell(notice("n1")), POLICY)
        take(book, tell(notice("n2"), "binh"), POLICY)
        take(book, Reached(partition=0, now=7), POLICY)
        mail = opened(book, "n1")
        for key, entry in book.changes().items():
            assert entry is not None
            assert key_of(entry) == key
            kept[key] = entry
        assert book.changes() == {}

        restored = Book()
        for entry in kept.values():
            restored.put(entry)
        assert list(restored.open_mails()) == [mail]
        assert restored.page("anh") == Page(recipient="anh", last_at=MORNING, mails=1)
        assert restored.replayed_to([0]) == 7
        for recipient, id in (("anh", "old"), ("anh", "gone"), ("anh", "n1"), ("binh", "n2")):
            assert restored.standing(recipient, id) == book.standing(recipient, id)
        assert Progress(recipient="", marks={0: 7}) in kept.values()

    def test_what_is_struck_is_a_change_to_nothing(self) -> None:
        book = book_with(tell(notice()))
        book.changes()
        take(book, recall(notice(), decided="2020-07-09 17:00"), POLICY)
        assert book.changes() == {"anh/notice/n1": None}

    def test_a_mail_is_tried_again_only_when_its_time_has_come(self) -> None:
        book = book_with(tell(notice()))
        mail = opened(book, "n1")
        later = replace(mail, next_at=MORNING + 60)
        book.put(later)
        assert list(book.open_mails(MORNING + 59)) == []
        assert list(book.open_mails(MORNING + 60)) == [later]


class TestWaiting:
    def test_what_is_due_and_not_sent_ages_what_is_held_for_later_does_not(self) -> None:
        book = book_with(tell(notice()))
        assert book.unsent_for(MORNING - 1) == 0
        assert book.unsent_for(MORNING + 600) == 600

    def test_what_was_withdrawn_before_its_digest_does_not_age(self) -> None:
        book = book_with(tell(notice()), recall(notice(), decided="2020-07-09 17:00"))
        assert book.unsent_for(MORNING + 600) == 0

    def test_what_is_held_over_the_weekend_does_not_age_meanwhile(self) -> None:
        book = book_with(tell(notice()))
        evening = at("2020-07-10 22:00")
        hold_over(book, due(book, evening)[0], POLICY)
        assert book.unsent_for(evening + 3600) == 0
        assert book.unsent_for(NEXT_MORNING + 60) == 60

    def test_an_open_mail_ages_from_its_first_attempt(self) -> None:
        book = book_with(tell(notice()))
        opened(book, "n1")
        assert book.unsent_for(MORNING + 60) == 60


class TestPolicy:
    def hurried(self) -> Policy:
        return Policy(break_through=frozenset({Stage.OVERDUE}), window=60)

    def held_until(self, book: Book, policy: Policy, id: str, decided: str, stage: Stage = Stage.OVERDUE) -> Moment:
        take(book, tell(notice(id, decided=decided, stage=stage)), policy)
        entry = book.standing("anh", id)
        assert isinstance(entry, Held)
        return entry.due_at

    def test_what_may_break_through_waits_only_for_company(self) -> None:
        assert self.held_until(Book(), self.hurried(), "a", "2020-07-09 15:00") == at("2020-07-09 15:01")
        assert self.held_until(Book(), self.hurried(), "a", "2020-07-09 15:00", Stage.DUE_SOON) == MORNING
        assert self.held_until(Book(), Policy(), "a", "2020-07-09 15:00") == MORNING

    def test_it_breaks_through_the_night_once(self) -> None:
        book = Book()
        assert self.held_until(book, self.hurried(), "a", "2020-07-09 22:00") == at("2020-07-09 22:01")
        [gathered] = due(book, at("2020-07-09 22:01"))
        reserve(book, gathered, "d1")
        assert self.held_until(book, self.hurried(), "b", "2020-07-09 23:00") == MORNING

    def test_what_comes_late_in_the_evening_waits_for_the_morning(self) -> None:
        book = Book()
        book.put(Page(recipient="anh", last_at=at("2020-07-10 17:00")))
        assert self.held_until(book, Policy(), "late", "2020-07-10 07:00") == NEXT_MORNING

    def test_after_the_most_of_a_day_all_that_comes_is_one_digest(self) -> None:
        book = Book()
        book.put(Page(recipient="anh", last_at=at("2020-07-10 09:00"), mails=4))
        for id in ("a", "b"):
            assert self.held_until(book, Policy(), id, "2020-07-10 07:00") == NEXT_MORNING
        [gathered] = due(book, NEXT_MORNING)
        assert len(gathered.held) == 2

    def test_the_mails_of_a_day_are_counted_and_begin_anew_with_the_next(self) -> None:
        book = book_with(tell(notice("n1")), tell(notice("n2", decided="2020-07-10 09:00")))
        book.put(Page(recipient="anh", last_at=at("2020-07-10 07:00"), mails=2))
        reserve(book, due(book, MORNING)[0], "d1")
        assert book.page("anh") == Page(recipient="anh", last_at=MORNING, mails=3)
        reserve(book, due(book, NEXT_MORNING)[0], "d2")
        assert book.page("anh") == Page(recipient="anh", last_at=NEXT_MORNING, mails=1)

    def test_the_worst_is_told_first(self) -> None:
        book = book_with(tell(notice("a", stage=Stage.DUE_SOON), "anh"), tell(notice("b", stage=Stage.OVERDUE), "binh"))
        assert [gathered.recipient for gathered in due(book, MORNING)] == ["binh", "anh"]


class TestWithdrawnSince:
    def test_the_next_digest_says_what_need_not_be_done_any_more_once(self) -> None:
        book = book_with(tell(notice("n2")), tell(notice("n3", decided="2020-07-10 10:00")))
        told(book, "n1")
        take(book, replace(recall(notice("n1"), decided="2020-07-09 17:00"), why="closed"), POLICY)
        [first] = due(book, MORNING)
        assert [(lost.dossier, lost.why) for lost in first.lost] == [("x/1", "closed")]
        reserve(book, first, "d1")
        [second] = due(book, NEXT_MORNING)
        assert second.lost == ()

    def test_a_replay_does_not_say_it_before_it_was_so(self) -> None:
        book = book_with(tell(notice("n2")))
        told(book, "n1")
        take(book, recall(notice("n1"), decided="2020-07-10 09:00"), POLICY)
        [gathered] = due(book, at("2020-08-01 00:00"), merge=False)
        assert gathered.lost == ()


class TestBouncing:
    def test_who_bounced_is_known_until_they_are_restored(self) -> None:
        book = Book()
        [line] = take(book, Bounce(recipient="anh", at=MORNING, status="5.1.1"), POLICY)
        assert isinstance(line, Returned)
        assert book.bounced("anh") is not None
        [line] = take(book, Restore(recipient="anh", at=NEXT_MORNING), POLICY)
        assert isinstance(line, Restored)
        assert book.bounced("anh") is None
        assert len(take(book, Restore(recipient="anh", at=NEXT_MORNING), POLICY)) == 1


def test_what_an_outage_delayed_into_the_night_is_held_for_the_next_working_morning() -> None:
    book, night = book_with(tell(notice("n1"))), at("2020-07-10 22:00")
    [gathered] = due(book, night)
    assert hold_over(book, gathered, POLICY).held == ()
    assert due(book, night) == []
    [gathered] = due(book, NEXT_MORNING)
    assert [entry.notice for entry in hold_over(book, gathered, POLICY).held] == ["n1"]


def test_what_breaks_through_goes_out_in_the_night_all_the_same() -> None:
    loud = Policy(break_through=frozenset({Stage.DUE_TODAY}))
    book = book_with(tell(notice("n1")), tell(notice("n2", stage=Stage.DUE_SOON)))
    [gathered] = due(book, at("2020-07-10 22:00"))
    assert [entry.notice for entry in hold_over(book, gathered, loud).held] == ["n1"]
