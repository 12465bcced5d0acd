"""Damaged files are met with a sentence, and the store stays what it was; the tries themselves notice when not."""

import pytest

from benchmarks import fuzz
from keel import company, intake
from keel.errors import InputError

TRIES, SEED = 300, 1


@pytest.fixture(scope="module")
def sources():
    return fuzz.fixtures()


def test_no_damaged_file_is_met_with_anything_but_a_sentence(empty_store):
    before = empty_store.contents()
    result = fuzz.fuzz(TRIES, SEED, empty_store, stored=0.4)
    assert [] == result.findings, fuzz.report(result, SEED)
    assert before == empty_store.contents()
    assert TRIES == result.tries.total() == result.taken.total() + result.refused.total()
    assert min(result.taken.total(), result.refused.total()) > TRIES / 10  # broken enough, and not too much
    assert result.child_mib <= fuzz.sheets.WORKBOOK_MEMORY >> 20


def test_a_try_is_the_same_for_the_same_seed(sources):
    assert [fuzz.attempt(5, n, sources) for n in range(50)] == [fuzz.attempt(5, n, sources) for n in range(50)]
    assert [fuzz.attempt(5, n, sources) for n in range(50)] != [fuzz.attempt(6, n, sources) for n in range(50)]


def test_few_tries_need_a_process_of_their_own_and_every_way_to_break_a_file_is_tried(sources):
    tries = [fuzz.attempt(SEED, n, sources) for n in range(TRIES)]
    apart = {source.name for source in sources if source.is_apart}
    assert 5 < sum(one.source in apart for one in tries) < 0.15 * TRIES
    assert {*fuzz.WAYS, "broken inside", "random bytes"} == {one.how for one in tries}


def test_every_valid_file_of_its_own_is_read(sources, empty_store):
    known = company.known(empty_store, fuzz.TODAY)
    for source in sources:
        if source.is_small:
            assert "" == intake.read(source.content, name=source.name, known=known).refusal


def test_what_raises_and_what_is_no_sentence_are_findings(empty_store, monkeypatch):
    def raising(*_, **__):
        raise ValueError("not a sentence of ours")

    def saying_nothing(*_, **__):
        raise InputError("")

    for broken in (raising, saying_nothing):
        monkeypatch.setattr(intake, "read", broken)
        result = fuzz.fuzz(3, SEED, empty_store)
        assert [0, 1, 2] == [finding.number for finding in result.findings]
        assert "try 2" in fuzz.report(result, SEED)


def test_rows_left_behind_are_a_finding(empty_store, monkeypatch):
    def taking_half(store, reading, *, who):
        store.append(reading, who=who)
        raise InputError("file.csv: refused after all; nothing was expected to be written. Try again.")

    monkeypatch.setattr(company, "take_in", taking_half)
    result = fuzz.fuzz(40, SEED, empty_store)
    assert "the store is not what it was before" in {finding.what for finding in result.findings}
