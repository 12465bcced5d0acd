"""Any file becomes what would be counted, or one sentence that says why not."""

import gzip
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from keel import company, intake, measure
from keel.errors import InputError
from keel.readings import Known
from keel.settings import Settings
from keel.store import Store

TODAY = date(2026, 9, 27)


def known(**more):
    return Known(today=TODAY, currency="EUR", **more)


def csv(header, *rows):
    return "\n".join([header, *rows, ""]).encode()


def read(content, *, name="file.csv", kind="", mapping=None, options=None, **more):
    mapping = intake.with_options(mapping, options or {}) or None
    return intake.read(content, name=name, known=known(**more), kind=kind, mapping=mapping)


def column(reading, name, table=None):
    return reading.tables[table or f"raw_{reading.kind}"].column(name).to_pylist()


def refused(content, **more):
    with pytest.raises(InputError) as caught:
        read(content, **more)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def take(store, content, *, name="file.csv", kind="", mapping=None, options=None):
    mapping = intake.with_options(mapping, options or {}) or None
    reading = company.preview(store, content, name=name, kind=kind, mapping=mapping, today=TODAY)
    return company.take_in(store, reading, who="tester")


ORDERS = csv(
    "Order ID,Order Date,Customer ID,Amount", "1,2024-02-03,C1,10.50", "2,2024-02-04,C2,20", "3,2024-02-05,C1,-5"
)


# What a file is


KINDS = {
    "orders": csv("InvoiceNo,InvoiceDate,CustomerID,Quantity,UnitPrice", "536365,2010-12-01 08:26,17850.0,6,2.55"),
    "customers": csv("Customer ID,Customer Name,Region", "C1,Acme,North"),
    "employees": csv("Employee ID,Hire Date,Termination Date,Department", "E1,2020-01-01,,Sales"),
    "survey": csv("Date,Customer ID,How likely are you to recommend us?", "2024-01-01,C1,10"),
    "measures": csv("Date,PageViews,Signups", "2024-01-01,10,1"),
    "rates": csv("Currency,Date,Rate", "USD,2024-01-01,0.92"),
    "targets": csv("Metric,Date,Value", "revenue,2024-01-01,1000"),
    "events": csv("Metric,Date,Words", "revenue,2024-01-01,Price rise"),
    "baselines": csv("Metric,New baseline,Reason", "revenue,2024-01-01,Sold the shop in Lyon"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_recognised_by_its_headers(kind):
    reading = read(KINDS[kind], metrics=frozenset({"revenue"}))
    assert (kind, 1, 1, ()) == (reading.kind, reading.rows_read, reading.rows_accepted, reading.rejected)
    assert "" == reading.refusal


NAMED = {
    "metrics": frozenset({"revenue", "nps", "turnover"}), "labels": {"net revenue": "revenue", "nps": "nps"},
    "dimensions": {"revenue": ("region", "segment"), "nps": ("region",), "turnover": ("department",)},
}  # fmt: skip


def test_a_target_is_of_the_company_or_of_one_member_named_by_a_column_of_the_dimension():
    reading = read(csv("KPI,Region,From,Target", "Net revenue,,2026-01,1000", "Net Revenue,North,2026-02,400"), **NAMED)
    assert ("targets", ()) == (reading.kind, reading.unused)
    assert ["revenue", "revenue"] == column(reading, "metric")
    assert [(None, None), ("region", "North")] == list(
        zip(column(reading, "dimension"), column(reading, "member"), strict=True)
    )
    assert [date(2026, 1, 1), date(2026, 2, 1)] == column(reading, "valid_from")


def test_a_target_may_name_its_dimension_and_member_in_two_columns():
    reading = read(csv("Metric,Date,Value,Dimension,Member", "nps,2026-01-01,40,Region,North"), **NAMED)
    assert [("region", "North")] == list(zip(column(reading, "dimension"), column(reading, "member"), strict=True))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("turnover,North,,2026-01-01,3", "one of department was expected"),
        ("revenue,North,SMB,2026-01-01,3", "one group a target was expected, and there are two"),
        ("revenu,,,2026-01-01,3", "the name of a metric (`python -m keel metrics` lists them) was expected"),
    ],
)
def test_a_target_that_cannot_stand_is_left_out_with_its_reason(row, reason):
    good = [f"revenue,North,,2026-0{month}-01,3" for month in range(1, 9)]
    reading = read(csv("Metric,Region,Segment,Date,Value", *good, row), kind="targets", **NAMED)
    assert [(10, reason)] == [(reject.row, reject.reason) for reject in reading.rejected]


def test_an_event_may_last_and_touch_several_metrics():
    reading = read(
        csv("Metric,From,To,What", "Net revenue; nps,2026-03-03,2026-03-09,Outage", ",2026-04-01,,Fair"), **NAMED
    )
    assert ("events", 2) == (reading.kind, reading.rows_accepted)
    rows = [
        tuple(row.values())
        for row in reading.tables["raw_events"].select(["row", "metric", "happened_on", "ends_on"]).to_pylist()
    ]
    assert [
        (2, "revenue", date(2026, 3, 3), date(2026, 3, 9)), (2, "nps", date(2026, 3, 3), date(2026, 3, 9)), (3, "", date(2026, 4, 1), None),
    ] == rows  # fmt: skip


def test_an_event_cannot_end_before_it_begins():
    good = [f",2026-0{month}-01,,Fair" for month in range(1, 9)]
    reading = read(csv("Metric,Date,Until,Words", *good, ",2026-03-03,2026-03-01,Outage"), **NAMED)
    assert ["a last day on or after the first was expected"] == [reject.reason for reject in reading.rejected]


def test_metric_date_and_value_are_measures_when_the_metrics_are_not_known():
    reading = read(csv("metric,date,value", "PageViews,2024-01-01,10"))
    assert "measures" == reading.kind
    assert ["PageViews"] == column(reading, "measure")


def test_dates_across_the_header_are_measures():
    reading = read(csv("Indicator,2009,2010,2011", "Response rate,62,64,66"))
    assert "measures" == reading.kind
    assert [date(y, 12, 31) for y in (2009, 2010, 2011)] == column(reading, "measured_on")


def test_what_matches_nothing_is_asked_with_the_columns_found():
    sentence = refused(csv("foo,bar", "a,b"), name="odd.csv")
    assert sentence.startswith("odd.csv: it is not clear what this is from its columns (foo, bar)")
    assert sentence.endswith("Say which with --as.")


@pytest.mark.parametrize(
    "header",
    [
        "InvoiceDate,InvoiceNo,CustomerID,Revenue",
        "order_date,order_id,customer_id,net_amount",
        "Order Date,Order No,Cust. ID,Total",
        "ORDERED ON,Order Number,Client,Line Amount",
        "Bestellnummer,Datum,Kundennummer,Betrag",
        "sale-date,Receipt,Buyer ID,Sales",
    ],
)
def test_headers_are_matched_whatever_their_case_spaces_and_punctuation(header):
    cells = {"date": "2024-02-03", "datum": "2024-02-03", "on": "2024-02-03"}
    row = [next((v for k, v in cells.items() if k in h.casefold()), "7") for h in header.split(",")]
    reading = read(csv(header, ",".join(row)))
    assert "orders" == reading.kind
    assert {"ordered_on", "order_id", "customer_id", "amount"} == set(reading.mapping["columns"])
    assert [Decimal(7)] == column(reading, "amount")


def test_a_column_that_no_field_takes_is_named_as_unused():
    assert ("Weather",) == read(csv("Date,Order ID,Amount,Weather", "2024-01-01,1,2,rain")).unused


# Cells


def test_an_order_line_is_worth_quantity_times_price_to_four_places():
    reading = read(csv("date,order id,qty,unit price", "2024-01-01,1,3,0.3333", "2024-01-01,2,0.5,0.0001"))
    assert [Decimal("0.9999"), Decimal("0.0001")] == column(reading, "amount")  # 0.00005 is rounded away from zero


def test_an_amount_that_is_there_counts_before_quantity_times_price():
    reading = read(csv("date,order id,qty,unit price,amount", "2024-01-01,1,3,10,25", "2024-01-01,2,3,10,"))
    assert [Decimal(25), Decimal(30)] == column(reading, "amount")


def test_a_unit_cost_becomes_the_cost_of_the_line():
    reading = read(csv("date,order id,qty,unit price,unit cost", "2024-01-01,1,3,10,4"))
    assert [Decimal(12)] == column(reading, "cost")


def test_times_two_digit_years_signs_and_brackets_come_in_as_days_and_amounts():
    reading = read(csv("date,order id,amount", "31/12/23 23:59,1,€ 12.50", "01/02/24,2,(3.25)"))
    assert [date(2023, 12, 31), date(2024, 2, 1)] == column(reading, "ordered_on")
    assert [Decimal("12.5"), Decimal("-3.25")] == column(reading, "amount")
    assert "dmy" == reading.mapping["dates"]


def test_a_semicolon_file_with_decimal_commas_is_read():
    reading = read(csv("Datum;Bestellnummer;Betrag", "03.02.2024;1;1.234,50", "04.02.2024;2;0,75"))
    assert [Decimal("1234.5"), Decimal("0.75")] == column(reading, "amount")


def test_customer_ids_that_were_numbers_match_the_ids_of_the_customer_file():
    assert ["17850", None] == column(
        read(csv("date,customer id,amount", "2024-01-01,17850.0,1", "2024-01-02,,1")), "customer_id"
    )


def test_an_undecided_date_is_asked_and_answered_with_set():
    content = csv("date,order id,amount", "03/02/2024,1,5")
    assert "--set dates=dmy" in refused(content, name="orders.csv")
    assert [date(2024, 2, 3)] == column(read(content, options={"dates": "dmy"}), "ordered_on")
    assert [date(2024, 3, 2)] == column(read(content, options={"dates": "mdy"}), "ordered_on")


def test_an_order_of_dates_that_is_none_is_refused():
    assert "dates" in refused(csv("date,order id,amount", "03/02/2024,1,5"), options={"dates": "dym"})


def test_dates_said_to_be_year_first_are_not_read_as_days_first():
    reading = read(csv("date,order id,amount", "03/02/2024,1,5"), options={"dates": "ymd"})
    assert ["a date was expected"] == [reject.reason for reject in reading.rejected]


def test_the_word_for_contractors_and_for_leaving_is_taken_from_the_table_of_synonyms():
    reading = read(
        csv(
            "employee id,hire date,left on,reason for leaving,regretted,employment type",
            "E1,2020-01-01,2021-01-01,Quit,yes,permanent",
            "E2,2020-01-01,2021-01-01,alien abduction,,Freelancer",
            "E3,2020-01-01,,,,",
        )
    )
    assert ["resignation", "unknown", None] == column(reading, "leaving_kind")
    assert [False, True, False] == column(reading, "is_contractor")
    assert [True, None, None] == column(reading, "is_regretted")


# Rows that cannot be read


def lines(count, **odd):
    """A file of orders; odd: file row -> the row that stands there instead."""
    rows = [f"{n},2024-02-03,C{n},10" for n in range(2, count + 2)]
    for row, text in odd.items():
        rows[int(row.lstrip("r")) - 2] = text
    return csv("order id,date,customer id,amount", *rows)


def test_a_row_that_cannot_be_read_is_left_out_by_itself_with_its_place():
    reading = read(lines(12, r5="5,2024-02-03,C5,ten", r9="9,2024-02-33,C9,10"))
    assert (12, 10) == (reading.rows_read, reading.rows_accepted)
    assert [
        (5, "amount", "ten", "a number was expected"),
        (9, "date", "2024-02-33", "a date was expected"),
    ] == [(r.row, r.column, r.value, r.reason) for r in reading.rejected]
    assert [2, 3, 4, 6, 7, 8, 10, 11, 12, 13] == column(reading, "row")
    assert "" == reading.refusal


def test_rows_keep_the_numbers_of_the_file_after_a_ragged_row_and_an_empty_line():
    content = lines(12, r5="5,2024-02-03", r7="", r9="9,2024-02-03,C9,ten")
    reading = read(content)
    assert [(5, ""), (9, "amount")] == [(r.row, r.column) for r in reading.rejected]
    assert "it has 2 cells where the header has 4" in reading.rejected[0].reason
    assert (11, 9) == (reading.rows_read, reading.rows_accepted)
    assert [2, 3, 4, 6, 8, 10, 11, 12, 13] == column(reading, "row")


def test_a_row_with_two_faults_counts_once():
    reading = read(lines(12, r5="5,never,C5,ten"))
    assert (11, 1) == (reading.rows_accepted, len(reading.rejected))


def test_an_amount_that_is_missing_leaves_its_row_out():
    reading = read(lines(12, r5="5,2024-02-03,C5,"))
    assert [(5, "an amount was expected, the cell is empty")] == [(r.row, r.reason) for r in reading.rejected]


def test_just_under_a_quarter_of_bad_rows_is_taken_in_and_a_quarter_is_refused_whole():
    bad = {f"r{n}": f"{n},2024-02-03,C,ten" for n in (2, 3)}
    assert "" == read(lines(9, **bad)).refusal  # 2 of 9
    refusal = read(lines(8, **bad), name="orders.csv").refusal  # 2 of 8
    assert refusal.startswith("orders.csv, row 2, column amount: found 'ten'; a number was expected (1 more row ")
    assert refusal.endswith("nothing was changed.")


def test_a_file_refused_as_a_whole_cannot_be_taken_in(empty_store):
    before = empty_store.contents()
    with pytest.raises(InputError, match="row 2, column amount"):
        take(empty_store, lines(2, r2="2,2024-02-03,C,ten"))
    assert before == empty_store.contents()


def test_a_header_without_rows_is_refused_with_the_way_out():
    assert read(csv("order id,date,amount"), name="o.csv").refusal.startswith("o.csv: there is a header and no rows")


def test_a_leaving_before_the_hiring_is_a_fault_of_its_row():
    people = [f"E{n},2020-01-01,2021-01-01" for n in range(2, 9)]
    reading = read(csv("employee id,hire date,left on", *people, "E9,2020-01-01,2019-12-31"))
    (reject,) = reading.rejected
    assert (9, "left on", "2019-12-31") == (reject.row, reject.column, reject.value)
    assert 7 == reading.rows_accepted


def test_a_leaving_on_the_day_of_hiring_is_taken():
    assert 1 == read(csv("employee id,hire date,left on", "E1,2020-01-01,2020-01-01")).rows_accepted


def test_two_employees_with_one_id_refuse_the_file_with_the_rows_named():
    sentence = refused(
        csv("employee id,hire date", "E1,2020-01-01", "E2,2020-01-01", "E1,2021-01-01"), name="staff.csv"
    )
    assert sentence.startswith("staff.csv, rows 2, 4: 2 employees have the id 'E1'")


def test_the_second_row_of_a_customer_is_left_out_and_the_first_named():
    rows = [f"C{n},N{n}" for n in range(2, 9)]
    (reject,) = read(csv("customer id,name", *rows, "C3,again")).rejected
    assert (9, "C3") == (reject.row, reject.value)
    assert "stands in row 3 already" in reject.reason


def test_a_rate_of_zero_or_less_is_left_out():
    rows = [f"USD,2024-01-0{n},0.9" for n in range(1, 8)]
    (reject,) = read(csv("currency,date,rate", *rows, "USD,2024-02-01,0")).rejected
    assert (9, "rate") == (reject.row, reject.column)


def test_a_target_for_a_metric_that_is_not_there_is_left_out():
    rows = [f"revenue,2024-0{n}-01,5" for n in range(1, 8)]
    reading = read(
        csv("metric,date,value", *rows, "revenu,2024-08-01,5"), kind="targets", metrics=frozenset({"revenue"})
    )
    assert [(9, "metric", "revenu")] == [(r.row, r.column, r.value) for r in reading.rejected]


def test_an_order_line_without_a_customer_counts_as_revenue_and_for_no_customer(empty_store):
    take(empty_store, csv("order id,date,customer id,amount", "1,2024-02-03,C1,10", "2,2024-02-03,,5"))
    assert [15.0] == measure.series(empty_store, "revenue", grain="month").frame["value"].tolist()
    orders = measure.order_facts(empty_store)
    assert (1, 1) == (orders["lines_without_customer"], orders["customers_with_a_purchase"])


# Choices: --set, mappings, what is remembered


def test_a_field_is_named_with_set():
    content = csv("Booked,Ref,Worth", "2024-02-03,1,7")
    options = {"ordered_on": "Booked", "order_id": "Ref", "amount": "Worth"}
    reading = read(content, kind="orders", options=options)
    assert options == reading.mapping["columns"]
    assert [Decimal(7)] == column(reading, "amount")


def test_a_field_named_with_set_after_no_column_lists_the_columns():
    sentence = refused(ORDERS, name="o.csv", options={"amount": "Worth"})
    assert sentence.startswith("o.csv: there is no column 'Worth'; one of Order ID, Order Date, Customer ID, Amount")


def test_a_choice_that_is_none_lists_the_choices():
    with pytest.raises(InputError, match=r"^--set colour: there is no such choice; dates, survey"):
        intake.with_options(None, {"colour": "red"})


def test_date_in_set_names_the_column_of_dates_whatever_the_kind():
    """`date` is accepted as a choice by with_options; so it must do something."""
    content = csv("Booked,Shipped date,Order ID,Amount", "2024-02-03,2024-03-05,1,7")
    assert [date(2024, 2, 3)] == column(read(content, kind="orders", options={"date": "Booked"}), "ordered_on")


def test_a_mapping_of_another_kind_leaves_only_what_holds_for_any():
    reading = read(ORDERS, kind="orders", mapping={"kind": "customers", "columns": {"name": "Amount"}})
    assert {"ordered_on", "order_id", "customer_id", "amount"} == set(reading.mapping["columns"])


def test_the_choice_for_one_file_is_remembered_for_files_of_the_same_columns(empty_store):
    first = csv("date,order id,amount", "03/02/2024,1,5")
    second = csv("date,order id,amount", "05/04/2024,2,6")
    take(empty_store, first, options={"dates": "mdy"})
    reading = company.preview(empty_store, second, name="april.csv", today=TODAY)
    assert [date(2024, 5, 4)] == column(reading, "ordered_on")
    assert "Read as the last file with these columns was." in reading.notes


def test_another_set_of_columns_remembers_nothing(empty_store):
    take(empty_store, csv("date,order id,amount", "03/02/2024,1,5"), options={"dates": "mdy"})
    with pytest.raises(InputError, match="--set dates=dmy"):
        company.preview(empty_store, csv("date,order id,amount,region", "05/04/2024,2,6,N"), name="x.csv", today=TODAY)


def test_the_day_a_file_was_read_is_not_remembered_as_the_last_day_allowed(empty_store):
    reading = company.preview(empty_store, ORDERS, name="a.csv", today=date(2024, 3, 1))
    company.take_in(empty_store, reading, who="tester")
    later = csv("Order ID,Order Date,Customer ID,Amount", "9,2024-03-02,C1,1")
    assert 1 == company.preview(empty_store, later, name="b.csv", today=date(2024, 3, 2)).rows_accepted


def test_a_choice_made_now_lies_over_what_is_remembered(empty_store):
    take(empty_store, csv("Booked,Ref,Worth,Cash", "03/02/2024,1,5,6"), kind="orders",
         options={"dates": "mdy", "ordered_on": "Booked", "amount": "Worth", "order_id": "Ref"})  # fmt: skip
    mapping = intake.with_options(None, {"amount": "Cash"})
    again = csv("Booked,Ref,Worth,Cash", "05/04/2024,2,7,8")
    reading = company.preview(empty_store, again, name="b.csv", mapping=mapping, today=TODAY)
    assert [Decimal(8)] == column(reading, "amount")
    assert [date(2024, 5, 4)] == column(reading, "ordered_on")


def test_the_mapping_a_reading_gives_reads_the_same_file_to_the_same_rows():
    content = csv("date,order id,amount,qty", '13/02/2024,1,"1,5",2', '03/02/2024,2,"0,25",1')
    once = read(content)
    again = read(content, mapping=once.mapping)
    assert once.tables["raw_orders"] == again.tables["raw_orders"]
    assert once.mapping == again.mapping


def test_a_mapping_that_is_no_toml_is_refused_with_its_name(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text("columns = [")
    with pytest.raises(InputError, match=r"m\.toml: .*a mapping in TOML was expected"):
        intake.from_toml(path)


@pytest.mark.parametrize(
    "toml",
    [
        'columns = "Amount"',
        "kind = 3",
        'dates = ["dmy"]',
        'measures = "x"',
        "latest = 5",
        'latest = "soon"',
        "sheet = 4",
    ],
)
def test_a_mapping_with_a_value_of_the_wrong_sort_is_refused_with_a_sentence(tmp_path, toml):
    path = tmp_path / "m.toml"
    path.write_text(toml)
    content = csv("Date,PageViews", "2024-01-01,5") if "measures" in toml else ORDERS
    with pytest.raises(InputError):
        read(content, mapping=intake.from_toml(path))


def test_a_mapping_with_an_unknown_key_is_refused(tmp_path):
    """As --set refuses it: a misspelt key would otherwise be dropped in silence."""
    path = tmp_path / "m.toml"
    path.write_text('[colums]\namount = "Amount"\n')
    with pytest.raises(InputError, match="colums"):
        read(ORDERS, mapping=intake.from_toml(path))


# The same file again


def packings():
    text = ORDERS.decode()
    return {
        "another name": ORDERS,
        "gzip": gzip.compress(ORDERS, mtime=0),
        "CRLF": text.replace("\n", "\r\n").encode(),
        "utf-16": text.encode("utf-16"),
        "a byte order mark": text.encode("utf-8-sig"),
        "no last line end": ORDERS.rstrip(b"\n"),
        "semicolons": text.replace(",", ";").encode(),
        "quoted cells": text.replace("C1", '"C1"').encode(),
    }


@pytest.mark.parametrize("packing", packings())
def test_the_same_rows_are_known_again_under_another_name_or_packing(empty_store, packing):
    batch = take(empty_store, ORDERS, name="orders.csv")
    reading = company.preview(empty_store, packings()[packing], name="other.bin", today=TODAY)
    assert batch == company.same_upload(empty_store, reading)["batch"]


def test_one_cell_more_or_less_is_another_file(empty_store):
    take(empty_store, ORDERS)
    for content in (
        ORDERS.replace(b"10.50", b"10.51"),
        ORDERS.replace(b"C1,", b"C,1"),
        ORDERS + b"4,2024-02-05,C1,1\n",
    ):
        reading = company.preview(empty_store, content, name="o.csv", today=TODAY)
        assert company.same_upload(empty_store, reading) is None


def test_a_letter_moved_from_one_cell_to_the_next_is_another_file():
    one = read(csv("date,order id,customer id,amount", "2024-01-01,ab,c,1"))
    other = read(csv("date,order id,customer id,amount", "2024-01-01,a,bc,1"))
    assert one.rows_sha256 != other.rows_sha256


# Currencies


DOLLARS = csv("date,order id,currency,amount", "2024-01-31,1,EUR,10", "2024-02-01,2,usd,10", "2024-02-02,3,GBP,10")
RATES = csv("currency,date,rate", "USD,2024-02-01,0.9", "GBP,2024-01-01,1.2")


def test_amounts_in_a_currency_without_a_rate_refuse_the_file_with_their_rows():
    sentence = refused(DOLLARS, name="o.csv")
    assert sentence.startswith("o.csv, rows 3: amounts in USD, and there is no rate for USD; ")
    assert "Import a file of rates" in sentence


def test_the_first_ten_rows_are_listed_and_the_others_counted():
    sentence = refused(
        csv("date,order id,currency,amount", *[f"2024-02-01,{n},USD,1" for n in range(12)]), name="o.csv"
    )
    assert "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more: amounts in USD" in sentence


def test_after_a_file_of_rates_the_same_file_is_taken_in_and_counted_in_the_company_currency(empty_store):
    with pytest.raises(InputError, match="no rate for USD"):
        take(empty_store, DOLLARS)
    take(empty_store, RATES)
    take(empty_store, DOLLARS)
    assert [10.0, 9.0 + 12.0] == measure.series(empty_store, "revenue").frame["value"].tolist()


def test_a_rate_that_begins_after_the_order_does_not_count(empty_store):
    take(empty_store, RATES)
    early = csv("date,order id,currency,amount", "2024-01-31,1,USD,10")
    with pytest.raises(InputError, match="no rate for USD before 2024-02-01"):
        take(empty_store, early)


# Workbooks


def workbook(**sheets):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    form = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(r, c, cell, form)
                elif cell is not None:
                    sheet.write(r, c, cell)
    book.close()
    return file.getvalue()


BOOK = workbook(
    Notes=[["Made by hand"]],
    Orders=[
        ["Order ID", "Order Date", "Customer ID", "Amount"],
        [1, datetime(2024, 2, 3, 14, 30), 17850.0, 12.5],
        [2, datetime(2024, 2, 13), None, -3],
    ],
    People=[["Employee ID", "Hire Date"], ["E1", datetime(2020, 1, 1)]],
)


def test_the_largest_sheet_of_a_workbook_is_read_with_its_dates_and_numbers():
    reading = read(BOOK, name="book.xlsx")
    assert "orders" == reading.kind
    assert [date(2024, 2, 3), date(2024, 2, 13)] == column(reading, "ordered_on")
    assert ["17850", None] == column(reading, "customer_id")
    assert [Decimal("12.5"), Decimal(-3)] == column(reading, "amount")


def test_another_sheet_is_named_with_set():
    reading = read(BOOK, name="book.xlsx", options={"sheet": "People"})
    assert ("employees", 1) == (reading.kind, reading.rows_accepted)


def test_a_sheet_that_is_not_there_lists_those_that_are():
    assert "one of Notes, Orders, People was expected" in refused(BOOK, name="book.xlsx", options={"sheet": "Staff"})


def test_the_sheets_of_one_workbook_are_taken_in_one_after_the_other(empty_store):
    take(empty_store, BOOK, name="book.xlsx", options={"sheet": "Orders"})
    reading = company.preview(empty_store, BOOK, name="book.xlsx", mapping={"sheet": "People"}, today=TODAY)
    assert company.same_upload(empty_store, reading) is None  # the same file, and rows that did not come in yet


# Uploaded measures


# A statistics office's layout: a measure a row, a year a column, the fraction of staff and the score.
PEOPLE_SURVEY = csv(
    "Indicator,Organisation type,2019,2020,2021",
    "Engagement index,All,63%,66%,66%",
    "Response rate,All,67%,66%,62%",
    "Median age,All,46,46,45",
)
MAPPING = """
kind = "measures"

[measures."Engagement index"]
kind = "lead"
better = "up"
roll = "mean"
unit = "rate"

[measures."Response rate"]
kind = "lag"
better = "neither"
roll = "last"
unit = "rate"
"""


@pytest.fixture
def people_mapping(tmp_path) -> Path:
    path = tmp_path / "people.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def test_a_mapping_makes_metrics_of_the_measures_it_names_and_of_no_others(empty_store, people_mapping):
    take(empty_store, PEOPLE_SURVEY, name="civil.csv", mapping=intake.from_toml(people_mapping))
    found = measure.metrics(empty_store)
    assert ("lead", "up", "mean", "rate") == tuple(
        getattr(found["Engagement index"], key) for key in ("kind", "better", "roll", "unit")
    )
    assert ("lag", "neither", "last", "rate") == tuple(
        getattr(found["Response rate"], key) for key in ("kind", "better", "roll", "unit")
    )
    assert "Median age" not in found


def test_a_measure_by_year_appears_in_a_series_by_year(empty_store, people_mapping):
    take(empty_store, PEOPLE_SURVEY, name="civil.csv", mapping=intake.from_toml(people_mapping))
    frame = measure.series(empty_store, "Engagement index", grain="year").frame
    assert [(date(2019, 1, 1), 0.63), (date(2020, 1, 1), 0.66), (date(2021, 1, 1), 0.66)] == list(
        zip(frame["period"], frame["value"], strict=True)
    )
    assert [0.67, 0.66, 0.62] == measure.series(empty_store, "Response rate", grain="year").frame["value"].tolist()


def test_no_year_of_a_measure_by_year_is_called_partial(empty_store, people_mapping):
    take(empty_store, PEOPLE_SURVEY, name="civil.csv", mapping=intake.from_toml(people_mapping))
    assert [False] * 3 == measure.series(empty_store, "Response rate", grain="year").frame["partial"].tolist()


def test_a_measure_the_mapping_names_and_the_file_lacks_is_refused():
    sentence = refused(PEOPLE_SURVEY, name="civil.csv", mapping={"measures": {"Pay": {}}})
    assert sentence.startswith("civil.csv: no row of column 'Indicator' is called 'Pay'")


def test_a_wide_file_makes_a_metric_of_each_column_of_numbers_and_a_dimension_of_each_other(empty_store):
    content = csv("Day,Site,Clicks,Impressions", "2024-01-01,A,1,10", "2024-01-01,B,2,30", "2024-01-02,A,3,20")
    take(empty_store, content, options={"kind": "lead", "better": "up", "roll": "sum", "unit": "count"})
    assert [6.0] == measure.series(empty_store, "Clicks").frame["value"].tolist()
    split = measure.series(empty_store, "Impressions", by=["site"]).frame
    assert {"A": 30.0, "B": 30.0} == dict(zip(split["site"], split["value"], strict=True))


@pytest.mark.parametrize(
    ("roll", "value"), [("sum", 12.0), ("mean", 4.0), ("last", 3.0), ("min", 2.0), ("max", 7.0)]
)  # of 2, 7, 3
def test_a_measure_rolls_up_as_declared(empty_store, roll, value):
    content = csv("Date,Queue", "2024-01-01,2", "2024-01-10,7", "2024-01-20,3")
    take(empty_store, content, kind="measures", options={"roll": roll})
    assert [value] == measure.series(empty_store, "Queue").frame["value"].tolist()


def test_a_long_file_makes_a_metric_of_each_name():
    content = csv("date,metric,value,site", "2024-01-01,Clicks,1,A", "2024-01-01,Views,10,A", "2024-01-02,Clicks,2,B")
    reading = read(content)
    assert ["Clicks", "Views"] == column(reading, "measure", "raw_measure_definitions")
    assert ["Clicks", "Views", "Clicks"] == column(reading, "measure", "raw_measures")
    assert ["A", "A", "B"] == column(reading, "d1", "raw_measures")


def test_a_ratio_declared_in_the_mapping_is_sums_over_sums(empty_store):
    content = csv("Date,Clicks,Impressions", "2024-01-01,1,10", "2024-01-02,9,30")
    take(
        empty_store,
        content,
        mapping={"ratio": {"ClickThroughRate": {"num": "Clicks", "den": "Impressions", "compare": "bps"}}},
    )
    found = measure.metrics(empty_store)["ClickThroughRate"]
    assert ("ratio", "rate", "bps") == (found.roll, found.unit, found.compare)
    assert [10 / 40] == measure.series(empty_store, "ClickThroughRate").frame["value"].tolist()


def test_a_ratio_declared_in_keel_toml_is_the_same_as_in_a_mapping(tmp_path):
    ratio = {"ClickThroughRate": {"num": "Clicks", "den": "Impressions", "compare": "bps"}}
    with Store(tmp_path / "shop.duckdb", Settings(ratio=ratio)) as store:
        take(store, csv("Date,Clicks,Impressions", "2024-01-01,1,10", "2024-01-02,9,30"))
        assert "bps" == measure.metrics(store)["ClickThroughRate"].compare
        assert [10 / 40] == measure.series(store, "ClickThroughRate").frame["value"].tolist()
        assert [] == store.check()


def test_a_ratio_added_to_keel_toml_later_counts_what_came_before(tmp_path):
    with Store(tmp_path / "shop.duckdb", Settings()) as store:
        take(store, csv("Date,Clicks,Impressions", "2024-01-01,1,10"))
    with Store(tmp_path / "shop.duckdb", Settings(ratio={"CTR": {"num": "Clicks", "den": "Impressions"}})) as store:
        assert [0.1] == measure.series(store, "CTR").frame["value"].tolist()


def test_a_ratio_of_a_measure_that_is_not_there_is_refused():
    sentence = refused(
        csv("Date,Clicks", "2024-01-01,1"), name="m.csv", mapping={"ratio": {"CTR": {"num": "Clicks", "den": "Views"}}}
    )
    assert sentence.startswith("m.csv, [ratio.CTR]: den is 'Views'")


def test_a_measure_may_not_take_the_name_of_a_metric_of_keels_own():
    assert "'Headcount', which is a metric of Keel's own" in refused(
        csv("Date,Headcount", "2024-01-01,5"), name="m.csv"
    )


def test_a_measure_called_as_a_source_of_keels_own_keeps_its_own_days(empty_store):
    take(empty_store, csv("employee id,hire date", "E1,2020-01-01", "E2,2024-05-05"))
    take(empty_store, csv("Date,employees", "2026-01-10,5", "2026-01-20,7"), kind="measures")
    found = measure.series(empty_store, "employees")
    assert date(2026, 1, 20) == found.as_of
    assert [12.0] == found.frame["value"].tolist()


def test_a_kind_of_measure_that_is_none_is_refused_with_the_choices():
    sentence = refused(csv("Date,Clicks", "2024-01-01,1"), name="m.csv", kind="measures", options={"roll": "median"})
    assert "roll up by 'median'; one of sum, mean, last, min, max" in sentence


def test_of_two_uploads_of_one_day_the_later_one_counts(empty_store):
    take(empty_store, csv("Date,Clicks", "2024-01-01,1", "2024-01-02,2"))
    take(empty_store, csv("Date,Clicks", "2024-01-02,5", "2024-01-03,4"))
    assert [10.0] == measure.series(empty_store, "Clicks").frame["value"].tolist()  # 1 + 5 + 4


# As of


def test_the_day_a_file_reaches_to_may_be_said_and_not_before_its_last_row():
    assert date(2024, 2, 29) == read(ORDERS, options={"as_of": "2024-02-29"}).to_on
    assert "--set as_of=2024-02-04" in refused(ORDERS, options={"as_of": "2024-02-04"})
    assert "--set as_of=soon" in refused(ORDERS, options={"as_of": "soon"})


# What would count wrongly in silence


def refusal_of(content, **more):
    """Why a file is not taken in: the refusal of its reading, or the sentence that is raised; else nothing."""
    try:
        return read(content, **more).refusal
    except InputError as error:
        return str(error)


def test_amounts_with_signs_of_two_currencies_are_not_added_up():
    """The company counts in EUR and no column says otherwise: five dollars in row 3 are not five euros."""
    content = csv("date,order id,amount", "2024-01-01,1,€ 7", "2024-01-02,2,$ 5")
    assert "3" in refusal_of(content, name="o.csv")


def test_a_measure_of_a_year_no_calendar_holds_is_refused_with_its_row():
    rows = [f"2024-01-0{n},{n}" for n in range(1, 8)]
    (reject,) = read(csv("Date,Clicks", *rows, "9999-12-31,5"), kind="measures").rejected
    assert (9, "Date", "9999-12-31") == (reject.row, reject.column, reject.value)


def test_a_ratio_may_not_take_the_name_of_a_measure():
    mapping = {"ratio": {"Clicks": {"num": "Clicks", "den": "Impressions"}}}
    assert "Clicks" in refused(csv("Date,Clicks,Impressions", "2024-01-01,1,10"), mapping=mapping)


@pytest.mark.parametrize("roll", ["survival", "ratio"])
def test_a_measure_rolls_up_in_one_of_the_five_ways_only(roll):
    assert roll in refused(csv("Date,Clicks", "2024-01-01,1"), kind="measures", options={"roll": roll})


def test_the_groups_of_one_upload_are_not_shown_as_the_groups_of_another(empty_store):
    take(empty_store, csv("Date,Site,Clicks", "2024-01-01,Bonn,1"), kind="measures")
    with pytest.raises(InputError, match="came in before by site, and here it is by team"):
        take(empty_store, csv("Date,Team,Clicks", "2024-01-02,Red,3"), kind="measures")


def test_a_refusal_that_quotes_a_header_of_two_lines_is_one_line():
    with pytest.raises(InputError) as caught:
        read(b'"Some\nthing","Other\r\nthing"\na,b\n')
    assert "\n" not in str(caught.value)
    assert "Some thing, Other thing" in str(caught.value)
