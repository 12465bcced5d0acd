"""The life of a wave: what is told of surveys on people as uploads come, come late, are undone and come again."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from keel import company, measure
from keel.errors import PrivacyError, QuestionError
from keel.settings import Settings
from keel.store import Store

PROUD, HEARD = "I am proud of my work (1-5)", "My manager listens to me (1-5)"
WORK = "How likely are you to recommend us as a place to work? (0-10)"
RECOMMEND = "How likely are you to recommend us? (0-10)"
COMMENT = "What should we do better?"
HALF = (5, 1)  # every other one is favourable
JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)
CLOSED = "select table_name from duckdb_tables() where starts_with(table_name, 'closed_') and not temporary"


def nothing_yet(store):
    pass


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The folder of a closed store in the state that a function makes of an empty one; made once, to be copied."""
    made = {}

    def give(state):
        if state not in made:
            made[state] = tmp_path_factory.mktemp(state.__name__)
            with Store(made[state] / "waves.duckdb", Settings()) as store:
                state(store)
        return made[state]

    return give


@pytest.fixture
def opened(prepared, tmp_path):
    """Opens the one store of the test, at first in the state asked for; with other settings than usual if asked."""

    def give(state=nothing_yet, **more):
        if not (tmp_path / "waves.duckdb").exists():
            shutil.copytree(prepared(state), tmp_path, dirs_exist_ok=True)
        return Store(tmp_path / "waves.duckdb", Settings(**more))

    return give


def day(text):
    """ "1-31" is 31 January 2024."""
    month, number = text.split("-")
    return date(2024, int(month), int(number))


def people(first, count):
    """Employee numbers: people(3, 2) are E3 and E4."""
    return [f"E{number}" for number in range(first, first + count)]


def said(when, who, *answers, department="Sales", site="Lyon"):
    """A row each: the day, the person, department and site, and the answers in turn (a tuple for each question)."""
    return [
        (day(when), one, department, site, *(given[place % len(given)] for given in answers))
        for place, one in enumerate(who)
    ]


def take(store, rows, at, *questions, survey="Pulse", head="Date,Employee ID,Department,Site", mapping=None, **more):
    """Take a survey in at noon of that day; returns its batch."""
    header = ",".join([head, *(questions or (PROUD,))])
    content = "\n".join([header, *(",".join(map(str, row)) for row in rows), ""]).encode()
    decided = {"kind": "survey", "survey": survey, **(mapping or {})}
    reading = company.preview(store, content, name="survey.csv", kind="survey", mapping=decided, today=day(at))
    assert "" == reading.refusal
    assert [] == list(reading.rejected)
    return store.append(
        replace(reading, **more) if more else reading, who="tester", at=datetime.combine(day(at), time(12))
    )


def take_other(store, at, content="date,order id,customer id,amount\n2024-01-01,1,C1,5\n", **more):
    """Take in a file that is no survey: time has gone on."""
    reading = company.preview(store, content.encode(), name="other.csv", today=day(at), **more)
    return store.append(reading, who="tester", at=datetime.combine(day(at), time(12)))


def told(store, metric="engagement", **asked):
    """(period, members) -> (favourable, answers); None where it is hidden."""
    found = measure.series(store, metric, **asked)
    return {
        (row["period"], *(row[name] for name in found.by)): None if row["hidden"] else (row["num"], row["den"])
        for row in found.frame.to_dict("records")
    }


def by_week(store, **more):
    return {period: numbers for (period,), numbers in told(store, grain="week", **more).items()}


def by_month(store, **more):
    return {period: numbers for (period,), numbers in told(store, **more).items()}


def of(store, name, month=JANUARY, by="department"):
    """(favourable, answers) of one member in one month; None where it is hidden."""
    return told(store, by=[by])[month, name]


def waves(store):
    """(survey, month) -> how many people, of the months that closed."""
    return {(row["survey"], row["wave_on"]): row["people"] for row in store.rows("told_waves")}


def kept(store):
    """Every row of the tables of closed waves, but for the uploads with which they closed."""
    found = rows_of(store)
    assert found["closed_wave"]
    return found


def rows_of(store):
    with store._connection.cursor() as cursor:
        return {
            table: sorted(map(repr, cursor.execute(f"select columns(c -> c <> 'batch') from {table}").fetchall()))
            for (table,) in cursor.execute(CLOSED).fetchall()
        }


def add_up(numbers):
    return tuple(sum(column) for column in zip(*numbers, strict=True))


# Closing


def test_a_month_closes_only_once_it_is_over(opened):
    with opened() as store:
        take(store, said("1-10", people(0, 10), HALF), "1-15")
        assert {} == waves(store)
        assert {} == told(store, by=["department"])
        take_other(store, "1-31")  # the 31st itself is not over yet
        assert {} == waves(store)
        take_other(store, "2-1")
        assert {("Pulse", JANUARY): 10} == waves(store)
        assert {(JANUARY, "Sales"): (5, 10)} == told(store, by=["department"])


def test_weeks_are_told_before_their_month_closes(opened):
    with opened() as store:
        take(store, said("1-3", people(0, 10), HALF), "1-7")
        assert {} == by_week(store)
        take(store, said("1-8", people(0, 6), (5, 5, 1)), "1-8")
        assert {JANUARY: (5, 10)} == by_week(store)
        take_other(store, "1-15")
        assert {JANUARY: (5, 10), date(2024, 1, 8): (4, 6)} == by_week(store)
        assert {} == waves(store)


def test_a_week_of_four_people_counts_with_the_next(opened):
    with opened() as store:
        take(store, said("1-3", people(0, 4), (5,)), "1-4")
        take(store, said("1-10", people(4, 6), (5, 1, 1)), "1-10")
        take_other(store, "1-15")
        assert {date(2024, 1, 8): (6, 10)} == {period: numbers for period, numbers in by_week(store).items() if numbers}
        # four of the one week and two of six of the other: the first week is not told by itself
        assert by_week(store).get(JANUARY) is None


def test_of_a_person_who_answers_twice_in_a_week_the_last_answer_counts(opened):
    with opened() as store:
        take(store, said("1-2", people(0, 6), (1,)) + said("1-5", people(0, 3), (5,)), "1-8")
        assert {JANUARY: (3, 6)} == by_week(store)


def test_who_is_in_a_department_is_as_the_last_answer_of_the_month_says(opened):
    with opened() as store:
        rows = said("1-3", people(0, 12), HALF) + said("1-3", people(20, 12), HALF, department="Tech")
        rows += said("1-10", people(0, 6), HALF, department="Tech") + said("1-10", people(6, 6), HALF)
        rows += said("1-10", people(20, 12), HALF, department="Tech")
        take(store, rows, "2-1")
        # E0 to E5 are in Tech at the end, with both of their answers: Sales 6 people, 12 answers; Tech 18 and 36
        assert {(JANUARY, "Sales"): (6, 12), (JANUARY, "Tech"): (18, 36)} == told(store, by=["department"])


def year_of_weeks():
    """Ten people every Wednesday of January to March, of whom 2, 3, 4, ... 8, 2, 3, ... are proud."""
    weeks = [(on, 2 + week % 7) for week in range(13) for on in [day("1-3") + timedelta(weeks=week)]]
    return [
        (on, *row[1:]) for on, proud in weeks for row in said("1-3", people(0, 10), (5,) * proud + (1,) * (10 - proud))
    ]


def test_the_weeks_of_the_company_add_up_to_the_month_and_to_the_year(opened):
    with opened() as store:
        take(store, year_of_weeks(), "4-1")
        weeks, months = by_week(store), by_month(store)
        # Wednesdays: 2 + 3 + 4 + 5 + 6 in January, 7 + 8 + 2 + 3 in February, 4 + 5 + 6 + 7 in March
        assert {JANUARY: (20, 50), FEBRUARY: (20, 40), date(2024, 3, 1): (22, 40)} == months
        assert (20, 50) == add_up(numbers for week, numbers in weeks.items() if week < FEBRUARY)
        assert (62, 130) == add_up(weeks.values()) == add_up(months.values())
        assert {JANUARY: (62, 130)} == by_month(store, grain="year")


def test_a_week_over_the_end_of_a_month_counts_in_both(opened):
    with opened() as store:
        take(store, said("1-30", people(0, 8), (5, 1)) + said("2-2", people(0, 6), (5, 5, 1)), "2-5")
        assert {date(2024, 1, 29): (4 + 4, 8 + 6)} == by_week(store)
        take_other(store, "3-1")
        assert {JANUARY: (4, 8), FEBRUARY: (4, 6)} == by_month(store)


def test_participation_is_of_the_weeks_that_closed(opened):
    head = "Date,Employee ID,Department,Site,Invited"
    with opened() as store:
        rows = [(*row[:4], 20, *row[4:]) for row in said("1-3", people(0, 10), HALF) + said("1-10", people(0, 4), HALF)]
        take(store, rows, "1-15", head=head)
        assert {(JANUARY,): (10, 20)} == {
            key: numbers for key, numbers in told(store, "participation", grain="week").items() if numbers
        }


def test_groups_are_not_told_by_week(opened):
    with opened() as store:
        take(store, said("1-3", people(0, 10), HALF), "2-1")
        with pytest.raises(QuestionError, match="groups are told by closed months"):
            measure.series(store, "engagement", grain="week", by=["department"])


# Late answers


def three_departments(store, at="1-4"):
    """Twelve of Sales, eight of Tech, seven of Legal in the first week of January; half are proud, of Legal 4 of 7."""
    rows = said("1-3", people(0, 12), HALF) + said("1-3", people(20, 8), HALF, department="Tech")
    return take(store, rows + said("1-3", people(40, 7), HALF, department="Legal"), at)


def three_closed(store):
    """The same, and January is over."""
    three_departments(store, "2-1")


OF_THREE = {(JANUARY, "Legal"): (4, 7), (JANUARY, "Sales"): (6, 12), (JANUARY, "Tech"): (4, 8)}


def test_late_answers_change_nothing_and_count_with_the_next_week(opened):
    with opened(three_closed) as store:
        before = kept(store)
        take(store, said("1-4", people(60, 3), (5,)), "2-2")
        assert OF_THREE == told(store, by=["department"])
        assert before == kept(store)
        take(store, said("2-7", people(0, 6), HALF), "2-12")
        # three of Sales who are late and three of six
        assert {JANUARY: (14, 27), date(2024, 2, 5): (6, 9)} == by_week(store)
        assert OF_THREE == told(store, by=["department"])
        take_other(store, "3-1")
        assert (6, 9) == of(store, "Sales", FEBRUARY)
        assert OF_THREE == {
            key: numbers for key, numbers in told(store, by=["department"]).items() if key[0] == JANUARY
        }


def test_one_more_answer_after_the_close_changes_no_number(opened):
    with opened(three_closed) as store:
        before = by_week(store), by_month(store), told(store, by=["department"]), told(store, by=["department", "site"])
        take(store, said("1-5", people(60, 1), (1,), department="Legal"), "2-2")
        assert before == (
            by_week(store), by_month(store), told(store, by=["department"]), told(store, by=["department", "site"])
        )  # fmt: skip


def test_older_history_that_comes_after_newer_closes_its_own_months(opened):
    with opened() as store:
        take(store, said("3-6", people(0, 10), HALF), "4-1")
        before = by_month(store)
        assert {date(2024, 3, 1): (5, 10)} == before
        take(store, said("1-10", people(0, 8), (5, 5, 5, 1)) + said("2-7", people(0, 6), (5, 1, 1)), "4-2")
        assert {JANUARY: (6, 8), FEBRUARY: (2, 6), **before} == by_month(store)
        assert [JANUARY, FEBRUARY, date(2024, 3, 1)] == [wave for _, wave in waves(store)]


# Undo, and the same again


def test_a_wave_of_which_every_response_is_undone_is_withdrawn(opened):
    with opened(three_closed) as store:
        take(store, said("2-7", people(0, 6), (5, 5, 1)), "3-1")
        assert {JANUARY: (14, 27), FEBRUARY: (4, 6)} == by_month(store)
        store.undo(1, who="tester")
        assert {("Pulse", FEBRUARY): 6} == waves(store)
        assert {(FEBRUARY, "Sales"): (4, 6)} == told(store, by=["department"])
        assert {date(2024, 2, 5): (4, 6)} == by_week(store)


def test_the_same_file_taken_in_again_tells_the_same(opened):
    with opened(three_closed) as store:
        before = by_week(store), told(store, by=["department"]), kept(store)
        store.undo(1, who="tester")
        three_departments(store, "2-3")
        assert {("Pulse", JANUARY): 27} == waves(store)
        assert before == (by_week(store), told(store, by=["department"]), kept(store))


def test_a_file_that_comes_again_with_one_row_changed_changes_nothing_that_was_told(opened):
    with opened(three_closed) as store:
        before = by_week(store), told(store, by=["department"])
        store.undo(1, who="tester")
        rows = said("1-3", people(0, 12), (5, 5, *HALF * 5)) + said("1-3", people(20, 8), HALF, department="Tech")
        take(store, rows + said("1-3", people(40, 7), HALF, department="Legal"), "2-3")
        assert before == (by_week(store), told(store, by=["department"]))
        # nor do its answers count anywhere else
        take(store, said("2-7", people(60, 6), HALF), "2-12")
        assert {JANUARY: (14, 27), date(2024, 2, 5): (3, 6)} == by_week(store)


def test_a_week_that_came_again_with_one_row_changed_is_told_as_before_when_its_month_closes(opened):
    """Else the week before less the week after would be the change of one person."""
    with opened() as store:
        batch = take(store, said("1-3", people(0, 10), HALF), "1-8")
        store.undo(batch, who="tester")
        take(store, said("1-3", people(0, 10), (5, 5, *HALF * 4)), "1-9")
        assert {JANUARY: (5, 10)} == by_week(store)
        take(store, said("1-30", people(0, 6), HALF), "2-1")
        assert {("Pulse", JANUARY): 10} == waves(store)
        assert {JANUARY: (5, 10), date(2024, 1, 29): (3, 6)} == by_week(store)


@pytest.mark.parametrize("who", ["Employee ID", "Response ID"])  # by an id of its own a response is the same, changed
def test_choices_and_comments_that_come_again_otherwise_are_not_told(opened, who):
    """One person chose and wrote otherwise and scored the same: the difference would be theirs."""
    where = "Where do you work most?"
    words = [f"I would like more of number {place} if you ask me" for place in range(11)]

    def file(chosen, written):
        choices = (chosen, "Home", *["Office", "Home"] * 5)
        return said("1-3", people(0, 12), choices, HALF, [written, *words])

    def found(store):
        (one,) = [one for one in measure.questions(store, "Pulse")[0]["questions"] if one["text"] == where]
        return one["counts"], comments(store)

    with opened() as store:
        asked, head = (where, PROUD, COMMENT), f"Date,{who},Department,Site"
        batch = take(store, file("Office", "I would like to have more of everything"), "2-1", *asked, head=head)
        before = found(store)
        assert ({"Home": 6, "Office": 6}, 12) == (before[0], len(before[1]))
        store.undo(batch, who="tester")
        take(store, file("Home", "I would like to have less of everything"), "2-2", *asked, head=head)
        assert before == found(store)


def test_two_people_of_two_sites_who_come_again_each_with_the_other_s_answer_change_nothing(opened):
    """In the department they share nothing differs; the sites before and after would tell what each of them said."""

    def file(lyon, oslo):
        rows = said("1-3", people(0, 10), (lyon, *HALF * 5)) + said(
            "1-3", people(20, 10), (oslo, *HALF * 5), site="Oslo"
        )
        return rows + said("1-3", people(40, 10), HALF, department="Tech")

    with opened() as store:
        batch = take(store, file(5, 1), "2-1", head="Date,Response ID,Department,Site")
        before = told(store, by=["department", "site"])
        assert ((6, 10), (5, 10)) == (before[JANUARY, "Sales", "Lyon"], before[JANUARY, "Sales", "Oslo"])
        store.undo(batch, who="tester")
        take(store, file(1, 5), "2-2", head="Date,Response ID,Department,Site")
        assert before == told(store, by=["department", "site"])


def test_files_of_a_withdrawn_wave_that_come_again_one_by_one_count_nobody_twice(opened):
    """Ten and three were told together; the three come again last, and do not count in February too."""
    ten, three = said("1-3", people(0, 10), HALF), said("1-4", people(10, 3), (5, 1, 1))
    with opened() as store:
        batches = take(store, ten, "1-4"), take(store, three, "2-1")
        assert {JANUARY: (6, 13)} == by_week(store)
        for batch in reversed(batches):
            store.undo(batch, who="tester")
        take(store, ten, "2-2")
        take(store, three, "2-2")
        take(store, said("2-7", people(0, 6), HALF), "2-12")
        assert {JANUARY: (6, 13), date(2024, 2, 5): (3, 6)} == by_week(store)


def test_an_export_that_is_undone_changes_nothing_while_a_later_one_holds_its_responses(opened):
    head = "Date,Response ID,Department,Site"
    with opened() as store:
        rows = [(row[0], f"R{row[1]}", *row[2:]) for row in said("1-3", people(0, 12), HALF)]
        first = take(store, rows[:10], "1-4", head=head)
        take(store, rows, "2-1", head=head)
        before = by_week(store), kept(store)
        assert {JANUARY: (6, 12)} == before[0]
        store.undo(first, who="tester")
        assert before == (by_week(store), kept(store))


def three_twelves(store):
    """Twelve of Sales, of Tech and of Legal, half of them proud; January is not over."""
    rows = [row for place, name in enumerate(("Legal", "Sales", "Tech"))
            for row in said("1-3", people(20 * place, 12), HALF, department=name)]  # fmt: skip
    take(store, rows, "1-4")


def test_a_file_that_is_undone_stays_in_what_was_told_whoever_was_in_it(opened):
    """All of Audit, one of Tech, three of Sales in one site and five in another: losses that could be set off."""
    with opened(three_twelves) as store:
        rows = said("1-4", people(100, 6), (5, 5, 1), department="Audit")
        rows += said("1-4", people(110, 1), (5,), department="Tech")
        rows += said("1-4", people(120, 3), (5,)) + said("1-4", people(130, 5), (5, 1, 1), site="Oslo")
        batch = take(store, rows, "2-1")
        assert {(JANUARY, "Audit"): (4, 6), (JANUARY, "Legal"): (6, 12), (JANUARY, "Sales"): (11, 20),
                (JANUARY, "Tech"): (7, 13)} == told(store, by=["department"])  # fmt: skip
        before = by_week(store), told(store, by=["department", "site"]), kept(store)
        store.undo(batch, who="tester")
        store.refresh()
        assert before == (by_week(store), told(store, by=["department", "site"]), kept(store))


def test_a_wave_of_which_fewer_than_five_people_are_left_stays_as_it_was_told(opened):
    """Ten of thirteen are undone: what is left is no wave, and that three of twenty answered is not told either."""
    head = "Date,Employee ID,Department,Site,Invited"

    def invited(rows):
        return [(*row[:4], 20, *row[4:]) for row in rows]

    with opened() as store:
        batch = take(store, invited(said("1-3", people(0, 10), HALF)), "1-4", head=head)
        take(store, invited(said("1-4", people(10, 3), (5, 1, 1))), "2-1", head=head)
        store.undo(batch, who="tester")
        assert {("Pulse", JANUARY): 13} == waves(store)
        assert {(JANUARY,): (13, 20)} == told(store, "participation")


def test_an_open_month_of_which_a_little_was_undone_goes_on_and_closes(opened):
    """Two of twelve are undone: the first week stays as told, the weeks after it and the month close like any other."""
    with opened() as store:
        take(store, said("1-3", people(0, 10), HALF), "1-4")
        batch = take(store, said("1-4", people(10, 2), (5,)), "1-5")
        take(store, said("1-10", people(0, 8), HALF), "1-15")
        store.undo(batch, who="tester")
        assert {JANUARY: (7, 12), date(2024, 1, 8): (4, 8)} == by_week(store)
        take(store, said("1-24", people(0, 6), (5, 1, 1)), "1-29")
        assert {JANUARY: (7, 12), date(2024, 1, 8): (4, 8), date(2024, 1, 22): (2, 6)} == by_week(store)
        take_other(store, "2-1")
        assert {JANUARY: (13, 26)} == by_month(store)
        assert [("Pulse", JANUARY)] == list(waves(store))


def test_the_answer_to_a_choice_of_the_one_who_is_undone_is_not_told(opened):
    """Of a person with no scored answer nothing else changes: their choice would be the difference."""
    where = "Where do you work most?"

    def chosen(store):
        (found,) = [one for one in measure.questions(store, "Pulse")[0]["questions"] if one["text"] == where]
        return found["counts"]

    with opened() as store:
        rows = said("1-3", people(0, 12), ("Home", "Office"), HALF)
        take(store, rows, "1-4", where, PROUD)
        batch = take(store, said("1-3", people(20, 1), ("Home",), ("",)), "2-1", where, PROUD)
        assert {"Home": 7, "Office": 6} == chosen(store)
        store.undo(batch, who="tester")
        assert {"Home": 7, "Office": 6} == chosen(store)


# Two surveys


def test_two_surveys_in_one_month_close_each_by_itself(opened):
    with opened() as store:
        take(store, said("1-3", people(0, 10), HALF), "1-4")
        other = take(store, said("1-4", people(0, 8), (5, 5, 5, 1)), "1-5", survey="Joiners")
        take(store, said("1-5", people(0, 4), (5,)), "2-1", survey="Leavers")
        assert {("Joiners", JANUARY): 8, ("Pulse", JANUARY): 10} == waves(store)
        assert {JANUARY: (5 + 6, 10 + 8)} == by_month(store) == by_week(store)
        store.undo(other, who="tester")
        assert {("Pulse", JANUARY): 10} == waves(store)
        assert {JANUARY: (5, 10)} == by_month(store)


def test_a_group_too_small_in_one_of_two_surveys_is_told_of_the_other_and_says_so(opened):
    with opened() as store:
        rows = said("1-3", people(0, 10), HALF) + said("1-3", people(10, 10), HALF, department="Tech")
        take(store, rows, "1-4")
        rows = said("1-4", people(0, 10), HALF) + said("1-4", people(10, 4), HALF, department="Tech")
        take(store, rows, "2-1", survey="Joiners")
        frame = measure.series(store, "engagement", by=["department"]).frame.set_index("department")
        assert (5, 10) == tuple(frame.loc["Tech", ["num", "den"]])
        assert frame["note"].str.startswith("told in 1 of 2 ").all()


# Small groups


def three_of_audit(store):
    """Twelve of Sales, seven of Legal, three of Audit; every other one is proud."""
    rows = said("1-3", people(0, 12), HALF) + said("1-3", people(20, 7), HALF, department="Legal")
    take(store, rows + said("1-3", people(40, 3), HALF, department="Audit"), "2-1")


def test_a_small_department_is_told_with_the_next_smallest_only(opened):
    with opened(three_of_audit) as store:
        assert {(JANUARY, "Audit"): None, (JANUARY, "Legal"): None, (JANUARY, "Sales"): (6, 12)} == told(
            store, by=["department"]
        )
        notes = measure.series(store, "engagement", by=["department"]).frame["note"].tolist()
        sentence = (
            "too few people to show this without revealing someone; the nearest group that can be shown is "
            "Audit and Legal together"
        )
        assert [sentence, sentence, ""] == notes


def test_a_filter_of_too_few_is_refused_with_the_nearest_group(opened):
    with opened(three_of_audit) as store:
        with pytest.raises(PrivacyError) as refused:
            measure.series(store, "engagement", only={"department": "Audit"})
        assert (
            "Engagement by department: too few people to show this without revealing someone; the nearest group that "
            "can be shown is Audit and Legal together."
        ) == str(refused.value)


def test_refused_views_are_counted_without_members(opened):
    with opened(three_of_audit) as store:
        told(store, by=["department"])
        told(store, by=["department"])
        for _ in range(3):
            with pytest.raises(PrivacyError):
                measure.series(store, "engagement", only={"department": "Audit"}, by=["site"])
        told(store)  # of the company nothing is refused
        assert (
            [
                {"metric": "engagement", "dimensions": "department", "times": 2},
                {"metric": "engagement", "dimensions": "site, department", "times": 3},
            ]
            == store.rows("refused")
            == measure.refusals(store)
        )
        assert "Audit" not in store.ask("refused").to_string()


def test_a_department_that_speaks_with_one_voice_is_told_with_another_only(opened):
    with opened() as store:
        rows = said("1-3", people(0, 12), HALF) + said("1-3", people(20, 8), (5,), department="Legal")
        take(store, rows + said("1-3", people(40, 20), HALF, department="Tech"), "2-1")
        # Legal, of whom all are proud, with the smaller of the two others
        assert {(JANUARY, "Legal"): None, (JANUARY, "Sales"): None, (JANUARY, "Tech"): (10, 20)} == told(
            store, by=["department"]
        )
        assert {JANUARY: (24, 40)} == by_month(store)


def test_a_question_that_fewer_than_five_answered_in_a_week_counts_nowhere(opened):
    """Four of ten answered the second question in the first week, all ten in the second."""
    with opened() as store:
        first = said("1-3", people(0, 10), HALF, (5, 5, 1, 5, "", "", "", "", "", ""))
        take(store, first + said("1-10", people(0, 10), HALF, (5, 5, 5, 1, 1)), "2-1", PROUD, HEARD)
        # 5 of 10, then 5 + 6 of 20
        assert {JANUARY: (5, 10), date(2024, 1, 8): (11, 20)} == by_week(store)
        assert {JANUARY: (16, 30)} == by_month(store)
        assert {(JANUARY, "Sales"): (16, 30)} == told(store, by=["department"])
        asked = {one["text"]: one["n"] for one in measure.questions(store, "Pulse")[0]["questions"]}
        # of the ten who answered it, whichever four: their mean lies within a point, so that is told by group only
        assert {PROUD: 20, HEARD: None} == asked


def test_a_question_that_too_few_of_a_department_answered_draws_the_cells_wider(opened):
    with opened() as store:
        rows = said("1-3", people(0, 12), HALF, HALF)
        rows += said("1-3", people(20, 9), HALF, (5, 1, 5, "", "", "", "", "", ""), department="Legal")
        rows += said("1-3", people(40, 20), HALF, HALF, department="Tech")
        take(store, rows, "2-1", PROUD, HEARD)
        # of Legal nine answered, but three the second question: 12 of Sales go with them
        assert {(JANUARY, "Legal"): None, (JANUARY, "Sales"): None, (JANUARY, "Tech"): (20, 40)} == told(
            store, by=["department"]
        )


def test_a_week_and_a_department_cannot_be_played_against_each_other(opened):
    """All of Sales answered in the first week and all of Legal in the second, but for one of Sales in the second."""
    with opened() as store:
        rows = said("1-3", people(0, 12), HALF) + said("1-10", people(12, 1), (5,))
        take(store, rows + said("1-10", people(20, 12), HALF, department="Legal"), "2-1")
        assert {JANUARY: (6, 12), date(2024, 1, 8): (7, 13)} == by_week(store)
        assert {(JANUARY, "Legal"): None, (JANUARY, "Sales"): None} == told(store, by=["department"])


# Settings


def five_sizes(store, at="2-1", when="1-3"):
    """Departments of 20, 12, 9, 6 and 5."""
    rows = [
        row
        for place, size in enumerate((20, 12, 9, 6, 5))
        for row in said(when, people(20 * place, size), HALF, department=f"D{size}")
    ]
    return take(store, rows, at)


EACH = {"D12": (6, 12), "D20": (10, 20), "D5": (3, 5), "D6": (3, 6), "D9": (5, 9)}


def departments(store, month=JANUARY):
    return {name: numbers for (period, name), numbers in told(store, by=["department"]).items() if period == month}


def test_a_raised_minimum_puts_groups_together_and_lowered_again_they_are_as_before(opened):
    with opened(five_sizes) as store:
        assert EACH == departments(store)
        before = kept(store)
    with opened(minimum_group=8) as store:
        # 6 and 5 are too few by now: they go together
        assert {**EACH, "D5": None, "D6": None} == departments(store)
        assert before == kept(store)
        note = measure.series(store, "engagement", by=["department"]).frame.set_index("department").loc["D5", "note"]
        assert note.endswith("the nearest group that can be shown is D5 and D6 together")
    with opened() as store:
        assert EACH == departments(store)
        assert before == kept(store)


def test_a_wave_that_closed_under_a_raised_minimum_keeps_its_wider_cells(opened):
    with opened(minimum_group=8) as store:
        five_sizes(store)
        assert {**EACH, "D5": None, "D6": None} == departments(store)
    with opened() as store:
        assert {**EACH, "D5": None, "D6": None} == departments(store)
        five_sizes(store, "3-1", "2-7")
        assert EACH == departments(store, FEBRUARY)
        assert {**EACH, "D5": None, "D6": None} == departments(store)


def test_a_month_that_comes_again_with_other_people_stays_as_it_was_told_and_says_so(opened):
    with opened(three_closed) as store:
        before = told(store, by=["department"])
        store.undo(1, who="tester")
        assert {} == told(store, by=["department"])
        # Legal is gone, everybody has another number
        take(store, said("1-3", people(200, 12), HALF) + said("1-3", people(220, 8), HALF, department="Tech"), "2-3")
        assert before == told(store, by=["department"])
        assert [True] == [row["is_kept"] for row in store.rows("told_waves")]


def test_the_same_answers_of_people_told_apart_otherwise_are_told_as_they_were(opened):
    """Another column says who answered: every response is new, and what they said is not."""
    with opened(three_closed) as store:
        before = told(store, by=["department"])
        people_before = waves(store)
        store.undo(1, who="tester")
        rows = said("1-3", people(200, 12), HALF) + said("1-3", people(220, 8), HALF, department="Tech")
        take(store, rows + said("1-3", people(240, 7), HALF, department="Legal"), "2-3")
        assert before == told(store, by=["department"])
        assert people_before == waves(store)


def test_under_another_name_of_the_survey_the_same_month_is_told_as_it_is(opened):
    """The way out for a file that was read wrong: a name is said, so it is somebody's decision."""
    with opened(three_closed) as store:
        store.undo(1, who="tester")
        rows = said("1-3", people(200, 12), HALF) + said("1-3", people(220, 8), HALF, department="Tech")
        take(store, rows, "2-3", survey="Pulse, read again")
        assert {(JANUARY, "Sales"): (6, 12), (JANUARY, "Tech"): (4, 8)} == told(store, by=["department"])


def test_a_question_read_the_other_way_round_is_told_so_of_the_same_answers(opened):
    """The answers are the same, what they are worth is not: a reversed item makes 2s and 4s of 4s and 2s."""
    with opened() as store:
        rows = said("1-3", people(0, 12), (4, 4, 2)) + said("1-3", people(20, 12), (4, 2, 2), department="Tech")
        batch = take(store, rows, "2-1")
        assert {(JANUARY, "Sales"): (8, 12), (JANUARY, "Tech"): (4, 12)} == told(store, by=["department"])
        store.undo(batch, who="tester")
        mapping = {"questions": {PROUD: {"role": "engagement", "reversed": True}}}
        take(store, rows, "2-2", mapping=mapping)
        assert {(JANUARY, "Sales"): (4, 12), (JANUARY, "Tech"): (8, 12)} == told(store, by=["department"])
        assert [False] == [row["is_kept"] for row in store.rows("told_waves")]


def two_orders(store):
    """Department B has 13 people and site Oslo 12 of them; A has 20 in Lyon."""
    rows = said("1-3", people(0, 20), HALF, department="A") + said("1-3", people(20, 1), (5,), department="B")
    take(store, rows + said("1-3", people(21, 12), HALF, department="B", site="Oslo"), "2-1")


def test_the_order_of_dimensions_that_the_company_declares_decides_what_is_told(opened):
    with opened(dimensions={"people": ["site", "department"]}) as store:
        two_orders(store)
        # 10 of 20 and the one of 1
        assert {(JANUARY, "Lyon"): (11, 21), (JANUARY, "Oslo"): (6, 12)} == told(store, by=["site"])
        assert {(JANUARY, "A"): None, (JANUARY, "B"): None} == told(store, by=["department"])
    with opened() as store:  # another order by now: what closed stays as it was drawn
        assert {(JANUARY, "A"): None, (JANUARY, "B"): None} == told(store, by=["department"])
        assert {(JANUARY, "Lyon"): (11, 21), (JANUARY, "Oslo"): (6, 12)} == told(store, by=["site"])


def test_of_two_splits_that_differ_by_one_person_only_the_first_is_told(opened):
    with opened() as store:
        two_orders(store)
        assert {(JANUARY, "A"): (10, 20), (JANUARY, "B"): (7, 13)} == told(store, by=["department"])
        assert {(JANUARY, "Lyon"): None, (JANUARY, "Oslo"): None} == told(store, by=["site"])


def test_a_week_below_a_raised_minimum_waits(opened):
    with opened(minimum_group=8) as store:
        take(store, said("1-3", people(0, 7), HALF), "1-8")
        assert {} == {period: numbers for period, numbers in by_week(store).items() if numbers}
        take(store, said("1-10", people(7, 1), (1,)), "1-15")
        assert {date(2024, 1, 8): (4, 8)} == {period: numbers for period, numbers in by_week(store).items() if numbers}


# Customers


def customers(store, *, anonymous):
    """Three customers of the North, nine of the South and twelve of the East: 10, 3 and 8 in turn."""
    regions = ["North"] * 3 + ["South"] * 9 + ["East"] * 12
    rows = [(day("1-3"), f"C{n}", region, (10, 3, 8)[n % 3]) for n, region in enumerate(regions)]
    header = f"Date,Customer ID,Region,{RECOMMEND}"
    content = "\n".join([header, *(",".join(map(str, row)) for row in rows), ""]).encode()
    mapping = {"kind": "survey", "survey": "Customers", **({"anonymous": "yes"} if anonymous else {})}
    reading = company.preview(store, content, name="customers.csv", mapping=mapping, today=day("2-1"))
    store.append(reading, who="tester", at=datetime.combine(day("2-1"), time(12)))


def test_a_survey_of_customers_by_name_is_told_by_region_whoever_they_are(opened):
    with opened() as store:
        customers(store, anonymous=False)
        # one promoter and one detractor in each three
        assert {(JANUARY, "North"): (0, 3), (JANUARY, "South"): (0, 9), (JANUARY, "East"): (0, 12)} == told(
            store, "nps", by=["region"]
        )
        assert {} == waves(store)


def test_a_survey_of_customers_that_was_anonymous_hides_a_small_region(opened):
    with opened() as store:
        customers(store, anonymous=True)
        assert {(JANUARY, "North"): None, (JANUARY, "South"): None, (JANUARY, "East"): (0, 12)} == told(
            store, "nps", by=["region"]
        )
        assert {(JANUARY,): (0, 24)} == told(store, "nps", grain="week")
        assert {("Customers", JANUARY): 24} == waves(store)
        assert {} == company.rebuild(store)


def test_a_group_is_compared_with_the_whole_year_before_though_only_a_part_of_that_is_in_view(opened):
    """Of each three there are two promoters and a detractor until March 2023, and one of each from September on."""
    given = dict.fromkeys(("2023-01-01", "2023-03-06"), (10, 10, 3)) | dict.fromkeys(
        ("2023-09-04", "2024-12-31"), (10, 8, 3)
    )
    rows = [f"{on},C{n},East,{scores[n % 3]}" for on, scores in given.items() for n in range(12)]
    content = "\n".join([f"Date,Customer ID,Region,{RECOMMEND}", *rows, ""]).encode()
    mapping = {"kind": "survey", "survey": "Customers", "anonymous": "yes"}
    with opened() as store:
        reading = company.preview(store, content, name="customers.csv", mapping=mapping, today=date(2025, 2, 1))
        store.append(reading, who="tester", at=datetime(2025, 2, 1, 12))
        whole, later = (
            measure.series(store, "nps", grain="year", by=["region"], start=start).frame.set_index("period")
            for start in (None, date(2023, 6, 1))
        )

    assert 0.0 == later.loc[date(2023, 1, 1), "value"]
    assert 100 * 8 / 36 == pytest.approx(whole.loc[date(2023, 1, 1), "value"])
    assert 100 * 8 / 36 == pytest.approx(later.loc[date(2024, 1, 1), "prior"])


# Comments


def commented(*groups, when="1-3"):
    """Departments with so many people, of whom the first so many left a comment: (name, people, comments)."""
    rows, first = [], 0
    for name, size, many in groups:
        words = [f"{name} wants more of number {place} on {when}" if place < many else "" for place in range(size)]
        rows += said(when, people(first, size), HALF, words, department=name)
        first += size
    return rows


def comments(store, **asked):
    return measure.comments(store, start=JANUARY, end=date(2024, 12, 31), **asked)


def told_with(rows):
    """Group ('' is the company) and of how many people it is said -> how many comments."""
    return dict(Counter((row["group"], row["people"]) for row in rows))


MONTHS = [
    ([("Sales", 9, 5)], {}),  # nine people are too few
    ([("Sales", 10, 5)], {("", 10): 5}),
    ([("Sales", 20, 2)], {}),  # two comments are too few
    ([("Sales", 20, 3)], {("", 20): 3}),
    ([("Sales", 20, 5), ("Tech", 12, 3)], {("Sales", 20): 5, ("Tech", 12): 3}),
    (
        [("Sales", 20, 5), ("Tech", 12, 4), ("Legal", 6, 4)],
        {("Sales", 20): 5, ("Legal and Tech together", 18): 8},
    ),  # six join the smallest
    ([("Sales", 20, 5), ("Tech", 12, 1)], {("", 32): 6}),  # one comment is never alone
    ([("Sales", 20, 5), ("Tech", 12, 0)], {("Sales", 20): 5}),
    ([("Sales", 20, 5), ("Tech", 9, 4)], {("", 29): 9}),
    ([("Sales", 20, 1), ("Tech", 12, 1)], {}),
]


def ten_months_of_comments(store):
    rows = [row for number, (groups, _) in enumerate(MONTHS, 1) for row in commented(*groups, when=f"{number}-10")]
    take(store, rows, "11-1", PROUD, COMMENT)


def test_comments_are_told_of_ten_people_and_more_and_never_one_or_two(opened):
    with opened(ten_months_of_comments) as store:
        found = {number: told_with(row for row in comments(store) if row["wave_on"] == date(2024, number, 1))
                 for number in range(1, 11)}  # fmt: skip
        assert {number: expected for number, (_, expected) in enumerate(MONTHS, 1)} == found


def test_each_comment_is_told_once_so_that_the_company_less_its_groups_is_nobody(opened):
    with opened(ten_months_of_comments) as store:
        everything = [(row["wave_on"], row["words"]) for row in comments(store)]
        groups = {row["group"] for row in comments(store)}
        by_group = {group: [(row["wave_on"], row["words"]) for row in comments(store, group=group)] for group in groups}
        assert {"", "Sales", "Tech", "Legal and Tech together"} == groups
        assert sorted(everything) == sorted(one for rows in by_group.values() for one in rows)
        assert len(everything) == len(set(everything))
        for number in range(1, 11):
            counts = [sum(month == date(2024, number, 1) for month, _ in rows) for rows in by_group.values()]
            assert not {1, 2} & set(counts)


def test_comments_can_be_searched_by_their_words(opened):
    with opened(ten_months_of_comments) as store:
        found = comments(store, words=" tech wants more of number 2")
        assert [(9, ""), (6, "Legal and Tech together"), (5, "Tech")] == [
            (row["wave_on"].month, row["group"]) for row in found
        ]


def test_comments_of_a_group_below_a_raised_minimum_are_not_told(opened):
    with opened(ten_months_of_comments) as store:
        before = comments(store)
    with opened(minimum_comments=15) as store:
        assert [row for row in before if row["people"] >= 15] == comments(store)
    with opened() as store:
        assert before == comments(store)


def test_comments_of_a_month_are_told_only_once_it_has_closed(opened):
    with opened() as store:
        take(store, commented(("Sales", 20, 5)), "1-15", PROUD, COMMENT)
        assert [] == comments(store)
        take_other(store, "2-1")
        assert {("", 20): 5} == told_with(comments(store))


def test_comments_are_shuffled(opened):
    """Twenty comments in the order of the file: one order of 2.4 million million million."""
    with opened() as store:
        take(store, commented(("Sales", 20, 20)), "2-1", PROUD, COMMENT)
        found = [row["words"] for row in comments(store)]
        in_the_file = [f"Sales wants more of number {place} on 1-3" for place in range(20)]
        assert sorted(in_the_file) == sorted(found)
        assert in_the_file != found
        assert sorted(in_the_file) != found


def test_comments_come_without_the_names_of_the_roster(opened):
    roster = "employee id,name,hire date,department,manager\n"
    roster += "KX17,Anna Meier,2020-01-01,Sales,Bernd Stone\nE2,José Ruiz,2020-01-01,Sales,\n"
    with opened() as store:
        take_other(store, "1-2", roster, kind="employees", mapping={"as_of": "2024-01-02"})
        words = [
            "Anna and Meier's team should be larger", "write to jose@keel.example for more of this",
            "call 0171 555 1234 in the morning", "Stone is kind and no stone", "my name is KX17 and I like it here",
            "there should be more like Mr Ruiz",
        ]  # fmt: skip
        take(store, said("1-3", people(0, 10), HALF, [*words, *[""] * 4]), "2-1", PROUD, COMMENT)
        assert sorted([
            "[name] and [name] team should be larger", "write to [e-mail] for more of this",
            "call [number] in the morning", "[name] is kind and no stone", "my name is [name] and I like it here",
            "there should be more like Mr [name]",
        ]) == sorted(row["words"] for row in comments(store))  # fmt: skip


def test_the_comment_of_the_one_who_is_undone_is_not_what_is_left_out(opened):
    """Of a person who left nothing but a comment no number of January changes."""
    with opened() as store:
        take(store, commented(("Sales", 20, 5)), "1-4", PROUD, COMMENT)
        words = "Sales wants less of everything if you ask me"
        rows = said("1-4", people(70, 1), ("",), [words]) + commented(("Sales", 20, 5), when="2-7")
        batch = take(store, rows, "2-8", PROUD, COMMENT)
        take_other(store, "2-12")
        before = [row for row in comments(store) if row["wave_on"] == JANUARY]
        assert words in {row["words"] for row in before}
        store.undo(batch, who="tester")
        assert before == [row for row in comments(store) if row["wave_on"] == JANUARY]


# Rebuilding


def three_files(store):
    """The three departments, six more of Sales and two more of Tech; January is over."""
    three_departments(store)
    take(store, said("1-4", people(100, 6), (5, 5, 1)), "1-5")
    take(store, said("1-4", people(120, 2), (5,), department="Tech"), "2-1")


def late_and_older_answers_and_another_survey(store):
    take(store, said("1-4", people(60, 3), (5,)), "2-2")
    take(store, said("1-4", people(0, 8), HALF), "2-3", survey="Joiners")
    rows = [(date(2023, 11, 8), *row[1:]) for row in said("1-10", people(0, 8), HALF)]
    take(store, rows + said("2-7", people(0, 6), HALF), "2-12")


def everything_undone_and_one_row_changed(store):
    for batch in (1, 2, 3):
        store.undo(batch, who="tester")
    rows = said("1-3", people(0, 12), (5, 5, *HALF * 5)) + said("1-3", people(20, 8), HALF, department="Tech")
    take(store, rows + said("1-3", people(40, 7), HALF, department="Legal"), "2-3")


def enough_people_undone_and_then_a_few(store):
    store.undo(2, who="tester")
    store.undo(3, who="tester")


@pytest.mark.parametrize(
    "event",
    [
        late_and_older_answers_and_another_survey,
        everything_undone_and_one_row_changed,
        enough_people_undone_and_then_a_few,
    ],
)
def test_a_rebuild_gives_the_same_tables_to_the_row(opened, event):
    with opened(three_files) as store:
        event(store)
        before = rows_of(store), by_week(store), told(store, by=["department"])
        assert {} == company.rebuild(store)
        assert before == (rows_of(store), by_week(store), told(store, by=["department"]))
        assert [] == store.check()


def test_answers_told_by_week_count_as_they_were_when_the_month_closes(opened):
    """A later export says otherwise of the first week: what was told of it is what the month holds."""
    head = "Date,Response ID,Department,Site"
    first = [(row[0], f"R{n}", *row[2:]) for n, row in enumerate(said("1-3", people(0, 10), HALF))]
    later = [(*row[:-1], 5) for row in first]
    with opened() as store:
        take(store, first, "1-8", head=head)
        assert {JANUARY: (5, 10)} == by_week(store)
        take(store, later, "1-9", head=head)
        assert {JANUARY: (5, 10)} == by_week(store)
        take_other(store, "2-1")
        assert {JANUARY: (5, 10)} == by_week(store) == by_month(store)
        assert {} == company.rebuild(store)
