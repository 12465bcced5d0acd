from pathlib import Path

import pytest

from keel import sheets
from keel.errors import InputError
from keel.surveys import surveymonkey

FOLDER = Path(__file__).parent
SUMMARIES = {"summary.csv", "summary_matrix.csv", "pivot.csv"}
EXPORTS = sorted(path.name for path in FOLDER.glob("*.csv") if path.name not in SUMMARIES)


def sheet(content, name="survey.csv"):
    return sheets.read(content if isinstance(content, bytes) else content.encode(), name=name)[0]


def form(file):
    return surveymonkey.read(sheet((FOLDER / file).read_bytes(), file))


def asked(found):
    return [one.text for one in found.fields if one.use == "question"]


def held(found, text):
    place = next(place for place, one in enumerate(found.fields) if one.text == text)
    return found.cells.column(place).to_pylist()


@pytest.mark.parametrize("file", EXPORTS)
def test_an_export_is_recognised(file):
    assert surveymonkey.recognises(sheet((FOLDER / file).read_bytes())) >= 0.75


@pytest.mark.parametrize("file", sorted(SUMMARIES))
def test_a_summary_is_recognised_and_refused(file):
    found = sheet((FOLDER / file).read_bytes(), file)
    assert surveymonkey.recognises(found) >= 0.8
    with pytest.raises(InputError, match=f"{file}: it is a summary .* expected. In SurveyMonkey choose Export all"):
        surveymonkey.read(found)


@pytest.mark.parametrize(
    "content",
    [
        "Order ID,Order Date,Customer,Amount\n1,2024-01-05,C1,10.50\n2,2024-01-06,C2,20\n",
        "Employee ID,First Name,Last Name,Email Address,Start Date,End Date,Department\n7,A,B,a@example.org,2020-01-01,,Sales\n"
        "8,C,D,c@example.org,2021-01-01,2023-01-31,Sales\n",
        "Call,Agent,Outcome,Seconds\n1,A,Answered,20\n2,B,Skipped,0\n",
        "Project,Start Date,End Date,Budget\nBridge,,,5\nRoad,2024-01-01,2024-02-01,6\n",
        "StartDate,EndDate,Status,ResponseId,Q1\nStart Date,End Date,Response Type,Response ID,Why?\n"
        '"{""ImportId"":""startDate""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}"\n'
        "2024-01-05 10:00:00,2024-01-05 10:01:00,IP Address,R_1,Because\n",
        "Response ID,Time Started,Date Submitted,Status,How was it?\n1,2024-01-05 10:00:00,2024-01-05 10:01:00,Complete,Good\n",
        "Timestamp,How was it?,Why?\n1/5/2024 10:00:00,4,Response\n1/6/2024 10:00:00,5,Response\n",
        "#,What is your name?,Bus,Tram,Start Date (UTC),Submit Date (UTC),Network ID\n"
        "0a1b2c3d4e5f60718293a4b5c6d7e8f9,Ana,Bus,,2024-01-05 10:00:00,2024-01-05 10:01:00,ab12\n",
        "respondent_id,age,score\n1,30,4\n2,41,5\n",
        "Only one column\nanything\n",
    ],
    ids=[
        "orders",
        "employees",
        "calls",
        "projects",
        "qualtrics",
        "alchemer",
        "google forms",
        "typeform",
        "ids of other tools",
        "words",
    ],
)
def test_a_file_from_elsewhere_is_not_recognised(content):
    assert surveymonkey.recognises(sheet(content)) < 0.3


def test_the_second_row_is_never_a_response():
    assert [3, 4, 5, 6] == form("current.csv").numbers.to_pylist()
    assert [3, 4, 5] == form("no_ids.csv").numbers.to_pylist()


def test_a_question_reaches_over_the_blank_cells_to_its_right():
    places = [(one.of, one.option) for one in form("current.csv").fields if one.of == "Which of these matter to you?"]
    assert [(places[0][0], option) for option in ("Price", "Speed, always", "Service")] == places


def test_what_is_typed_beside_the_options_is_a_question_of_its_own():
    found = next(
        one for one in form("current.csv").fields if one.text == "Which of these matter to you?: Other (please specify)"
    )
    assert ("question", "", "") == (found.use, found.of, found.option)


def test_an_option_other_that_is_only_ticked_stays_an_option():
    content = (
        "Respondent ID,Collector ID,Start Date,End Date,Which?,,\n,,,,Bus,Other (please specify),Comment\n"
        "11400000001,4,01/20/2024,01/20/2024,Bus,Other (please specify),On the ferry\n"
        "11400000002,4,01/21/2024,01/21/2024,Bus,,\n"
    )
    found = surveymonkey.read(sheet(content)).fields
    assert [("Which?", "Bus"), ("Which?", "Other (please specify)"), ("", "")] == [
        (one.of, one.option) for one in found[4:]
    ]
    assert "Which?: Comment" == found[6].text


def test_the_days_and_the_person_are_told_by_their_columns():
    uses = {one.use: one.text for one in form("contacts.csv").fields if one.use not in ("question", "meta")}
    expected = {
        "response_id": "Respondent ID", "started_on": "Start Date", "answered_on": "End Date", "respondent": "Email Address",
        "detail": "Department",
    }  # fmt: skip
    assert expected == uses


def test_options_alone_tell_where_nothing_else_was_left():
    content = "Which of these?,,And which of those?,\nBus,Tram,Tea,Milk\nBus,,Tea,\n,Tram,,Milk\nBus,Tram,,Milk\n"
    assert surveymonkey.recognises(sheet(content)) >= 0.5
    assert [3, 4, 5] == surveymonkey.read(sheet(content)).numbers.to_pylist()


def test_an_address_column_without_addresses_tells_nobody():
    assert "respondent" not in {one.use for one in form("current.csv").fields}


def test_names_and_telephone_numbers_are_not_taken_in():
    assert ["Contact information: Country", "How satisfied are you with your desk? (1-5)"] == asked(
        form("contacts.csv")
    )


def test_the_ends_of_zero_to_ten_are_numbers_though_they_carry_words():
    assert ["10", "9", "0", "7"] == held(
        form("current.csv"), "How likely is it that you would recommend us to a friend?"
    )


def test_text_that_ends_in_a_number_is_left_as_it_is():
    content = "Respondent ID,Collector ID,Start Date,End Date,Where?\n,,,,Response\n11400000001,4,01/20/2024,01/20/2024,Hall - 3\n"
    assert ["Hall - 3"] == held(surveymonkey.read(sheet(content)), "Where?")


def test_options_told_by_number_get_their_words():
    found = form("numeric.csv")
    assert ["Watch", "Watch", ""] == held(found, "Which devices do you own?: Watch")
    assert ["5", "4", "1"] == held(found, "How satisfied are you with the shop? (1-5)")


def test_ranks_keep_their_numbers():
    content = (
        "Respondent ID,Collector ID,Start Date,End Date,Rank these:,,\n,,,,Price,Speed,Staff\n"
        "11400000001,4,01/20/2024,01/20/2024,1,2,3\n11400000002,4,01/21/2024,01/21/2024,1,2,3\n"
    )
    assert ["2", "2"] == held(surveymonkey.read(sheet(content)), "Rank these: Speed")


def test_headers_joined_by_a_dash_are_taken_apart():
    found = form("flattened.csv").fields
    assert ["Bus", "Tram"] == [one.option for one in found if one.of == "Which of these do you use?"]
    assert "How satisfied are you overall? (1 to 5)" == found[3].text
    assert "Why do you say so?" == found[9].text


def test_options_without_a_header_are_named_by_their_cells():
    assert ["Tennis", "Football", "Chess"] == [
        one.option for one in form("second_row_removed.csv").fields if one.option
    ]


def test_the_status_is_told_where_there_is_one():
    assert ("", "partial", "", "partial", "") == form("status.csv").statuses
    assert () == form("current.csv").statuses


def test_headers_that_come_again_and_sums_are_no_responses():
    assert [3, 4, 7] == form("joined.csv").numbers.to_pylist()


def test_whoever_chose_every_option_is_not_taken_for_a_header():
    content = "Start Date,End Date,Which?,\n,,Bus,Tram\n01/20/2024,01/20/2024,Bus,Tram\n01/21/2024,01/21/2024,,Tram\n"
    assert 2 == surveymonkey.read(sheet(content)).cells.num_rows


def test_weights_are_left_out_and_said_to_be():
    found = form("weighted.csv")
    assert ["How satisfied are you with the library?"] == asked(found)
    assert ("Weight holds weights, which are not used: every response counts once.",) == found.notes


def test_ids_that_were_shortened_are_not_used():
    found = form("resaved.csv")
    assert "response_id" not in {one.use for one in found.fields}
    assert "shortened" in found.notes[0]


def test_two_questions_of_the_same_words_stay_two():
    of = [one.of for one in form("same_words.csv").fields if one.of]
    assert ["Which of these did you like?"] * 2 + ["Which of these did you like? (2)"] * 2 == of


def test_a_language_that_is_not_listed_is_known_by_the_word_that_stands_below_every_question():
    content = (
        "Respondent ID,Collector ID,Start Date,End Date,Jedna?,Dvě?,Tři?\n,,,,Odpověď,Odpověď,Odpověď\n"
        "11400000001,4,01/20/2024,01/20/2024,5,4,3\n"
    )
    assert ["Jedna?", "Dvě?", "Tři?"] == asked(surveymonkey.read(sheet(content)))


def test_an_export_without_responses_has_no_rows():
    content = "Respondent ID,Collector ID,Start Date,End Date,How was it?\n,,,,Response\n"
    found = surveymonkey.read(sheet(content))
    assert (0, ["How was it?"]) == (found.cells.num_rows, asked(found))


def test_a_file_without_a_header_of_its_own_is_refused():
    with pytest.raises(InputError, match=r"orders\.csv: no row of questions with Respondent ID was found"):
        surveymonkey.read(sheet("Order,Amount\n1,2\n", "orders.csv"))
