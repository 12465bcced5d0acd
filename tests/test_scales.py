"""What answers are worth: numbers and words on scales, what is missing, what is worded the other way round."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keel import scales

TABLE = tomllib.loads((Path(scales.__file__).parent / "answers.toml").read_text(encoding="utf-8"))
AGREE = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]


def worth(words, **more):
    found = scales.scale(words, **more)
    return None if found is None else (found.kind, found.low, found.high, list(found.values.values()))


# The table itself


@pytest.mark.parametrize(
    "one", TABLE["scale"], ids=lambda one: f"{one['family']}-{one['language']}-{len(one['words'])}"
)
def test_no_word_stands_for_two_steps_of_one_scale(one):
    words = Counter(scales._plain(word) for step in one["words"] for word in step)
    assert {} == {word: n for word, n in words.items() if n > 1}


@pytest.mark.parametrize("language", ["English", "Spanish", "German", "French"])
@pytest.mark.parametrize("family", ["agreement", "frequency", "satisfaction", "importance"])
def test_the_four_families_are_there_in_four_languages(family, language):
    assert any((family, language) == (one["family"], one["language"]) for one in TABLE["scale"])


@given(st.sampled_from(TABLE["scale"]), st.data())
def test_a_whole_scale_in_any_case_and_with_space_around_it_gives_its_steps(one, data):
    words = [data.draw(st.sampled_from(step)) for step in one["words"]]
    dressed = [data.draw(st.sampled_from([str.upper, str.title, str])).__call__(word) for word in words]
    spaced = [
        data.draw(st.sampled_from(["", " ", "  "])) + word + data.draw(st.sampled_from(["", " ", "."]))
        for word in dressed
    ]
    found = scales.scale(spaced)
    assert [float(step) for step in range(1, len(words) + 1)] == [found.values[word.strip()] for word in spaced]


# Numbers


@pytest.mark.parametrize(
    ("words", "scale"),
    [
        (["1", "5"], (1, 5)), (["1", "6"], (1, 7)), (["0", "5"], (0, 10)), (["2", "9"], (1, 10)), (["0", "11"], (0, 100)),
        (["5.0", "1"], (1, 5)), (["3"], (1, 5)), (["3,5", "1"], (1, 5)),
    ],
)  # fmt: skip
def test_numbers_are_on_the_smallest_usual_scale_that_holds_them(words, scale):
    assert ("score", *scale) == worth(words)[:3]


@pytest.mark.parametrize("text", ["(0-10)", "0 to 10", "von 0 bis 10", "de 0 a 10", "de 0 à 10", "0 – 10"])
def test_the_scale_in_the_question_counts_where_no_answer_speaks_against_it(text):
    assert (0, 10) == worth(["4", "5"], text=f"How was it? {text}")[1:3]
    assert (0, 100) == worth(["4", "50"], text=f"How was it? {text}")[1:3]


@pytest.mark.parametrize(
    "words", [["1961", "1987"], ["-3", "4"], ["Yes", "No"], ["2 years", "3 years"], ["Ann", "Agree"], []]
)
def test_years_counts_and_names_are_on_no_scale(words):
    assert scales.scale(words) is None


# Words


def test_five_points_of_agreement_in_any_order():
    assert ("scale", 1, 5, [4.0, 1.0, 3.0]) == worth(["agree", "STRONGLY DISAGREE", "Neither agree nor disagree"])


def test_four_points_only_when_all_four_are_seen():
    assert 4 == worth(["Strongly disagree", "Disagree", "Agree", "Strongly agree"])[2]
    assert 5 == worth(["Disagree", "Agree", "Strongly agree"])[2]


def test_a_finer_scale_than_the_table_knows_is_no_scale():
    assert scales.scale(["Never", "Almost never", "Sometimes", "Often", "Always"]) is None


def test_two_languages_of_one_survey_are_one_scale():
    found = scales.scale(["Very satisfied", "Sehr zufrieden", "unzufrieden", "Très satisfait"])
    assert {"Very satisfied": 5, "Sehr zufrieden": 5, "unzufrieden": 2, "Très satisfait": 5} == found.values


def test_likelihood_is_told_by_all_of_its_words():
    assert [5, 4] == worth(["Extremely likely", "Very likely"])[3]
    assert [1, 4, 5] == worth(["Very unlikely", "Likely", "Very likely"])[3]


# Codes


@pytest.mark.parametrize("written", ["{} - {}", "{}: {}", "{} = {}", "{}. {}", "{}) {}"])
def test_a_code_before_its_words_is_the_answer(written):
    words = [written.format(code, word) for code, word in zip(range(1, 6), AGREE, strict=True)]
    assert ("scale", 1, 5, [1, 2, 3, 4, 5]) == worth(words)


def test_a_code_after_its_words_is_the_answer():
    assert ("scale", 1, 5, [2, 5]) == worth(["Disagree (2)", "Strongly agree (5)"])


def test_codes_with_words_at_the_ends_alone_are_a_score():
    found = scales.scale(["0 - Not at all likely", "3", "4", "10 - Extremely likely", "9"])
    assert ("score", 0, 10) == (found.kind, found.low, found.high)


def test_codes_that_run_against_their_words_are_turned_round():
    found = scales.scale(["1 - Strongly agree", "2 - Agree", "5 - Strongly disagree"])
    assert (True, 1.0, 1, 5) == (found.is_descending, found.values["1 - Strongly agree"], found.low, found.high)
    assert not scales.scale(["5 - Strongly agree", "2 - Disagree"]).is_descending


def test_codes_whose_words_the_tool_tells_have_the_scale_of_all_of_them():
    labels = {
        "1": "Strongly disagree",
        "2": "Disagree",
        "3": "Neutral",
        "4": "Agree",
        "5": "Strongly agree",
        "9": "Don't know",
    }
    assert ("scale", 1, 5, [4, 5]) == worth(["4", "5"], labels=labels)
    assert ("score", 0, 10, [7]) == worth(["7"], labels={"0": "Not at all likely", "10": "Extremely likely"})


def test_codes_that_number_kinds_are_no_scale():
    assert scales.scale(["1", "2"], labels={"1": "Male", "2": "Female"}) is None
    assert scales.scale(["1", "2"], labels={"0": "No", "1": "Yes", "2": "Perhaps"}) is None


# Missing, reversed


@pytest.mark.parametrize("word", ["", " ", "NA", "n/a", "-", "#", "Don’t know", "Prefer not to say", "Keine Angabe", "weiß nicht",
                                  "No aplica", "NS/NC", "Sans objet", "je ne sais pas", "Unfamiliar (N/A)", "NOT APPLICABLE."])  # fmt: skip
def test_words_for_no_answer_are_missing(word):
    assert scales.is_missing(word)
    assert scales.scale([word]) is None


@pytest.mark.parametrize("word", ["0", "No", "None of these", "Neutral", "nada", "x"])
def test_answers_are_not_missing(word):
    assert not scales.is_missing(word)


def test_a_missing_word_among_scores_is_no_score():
    assert {"4": 4.0} == scales.scale(["4", "N/A"]).values


@pytest.mark.parametrize(
    "text", ["I feel tired. (R)", "Bored [reversed]", "Tired (reverse coded)", "Müde (umgepolt)", "Cansado (invertida)"]
)
def test_a_question_that_says_so_is_reversed(text):
    assert scales.is_reversed(text)
    assert not scales.is_reversed("The order was reversed (again)")


def test_many_long_texts_are_told_from_a_scale_at_once():
    assert scales.scale(f"a comment of its own, number {n}" for n in range(20_000)) is None
