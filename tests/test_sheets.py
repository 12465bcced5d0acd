"""Any file a person uploads becomes sheets of text, or one sentence that says why not."""

import csv
import datetime
import gzip
import io
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
import xlsxwriter
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from keel import sheets
from keel.errors import InputError

ROOT = Path(__file__).resolve().parent.parent


def rows(sheet):
    return [list(row) for row in zip(*(column.to_pylist() for column in sheet.cells.columns), strict=True)]


def read(content, name="orders.csv"):
    (sheet,) = sheets.read(content, name=name)
    return sheet


def xlsx(cells=(("day", "amount"), (datetime.date(2024, 2, 3), 17850.0)), **more):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for name, table in {"Orders": cells, **more}.items():
        sheet = book.add_worksheet(name)
        for r, row in enumerate(table):
            for c, cell in enumerate(row):
                if isinstance(cell, datetime.time | datetime.date | datetime.timedelta):
                    sheet.write_datetime(r, c, cell, book.add_format({"num_format": _form(cell)}))
                elif cell is not None:
                    sheet.write(r, c, cell)
    book.close()
    return file.getvalue()


def _form(cell):
    if isinstance(cell, datetime.timedelta):
        return "[h]:mm:ss"
    return "hh:mm:ss" if isinstance(cell, datetime.time) else "yyyy-mm-dd hh:mm:ss"


def ods():
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>' for t in "ab"
    )
    xml = (
        '<?xml version="1.0"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="T"><table:table-row>{cells}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", xml)
        archive.writestr("META-INF/manifest.xml", manifest)
    return file.getvalue()


def xls():
    """A workbook of Excel 97 with the text "a" in A1 and 17850 in B1, written out by hand."""

    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    bof_sheet = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    label = record(0x0204, struct.pack("<HHHH", 0, 0, 0, 1) + b"\0a")
    number = record(0x0203, struct.pack("<HHHd", 0, 1, 0, 17850.0))
    sheet = record(0x0809, bof_sheet) + label + number + record(0x000A, b"")
    head = record(0x0809, bof) + record(0x0042, struct.pack("<H", 1200))
    bound_size = 4 + 8 + 1
    offset = len(head) + bound_size + 4
    bound = record(0x0085, struct.pack("<IBB", offset, 0, 0) + b"\x01\0S")
    stream = (head + bound + record(0x000A, b"") + sheet).ljust(4096, b"\0")
    # a compound file: header, FAT sector 0, directory sector 1, the stream in sectors 2 to 9
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)

    def entry(name, kind, child, start, size):
        text = name.encode("utf-16-le")
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(text) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + b"\0" * 36
            + struct.pack("<IQ", start, size)
        )

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, 4096)
    folder += (b"\0" * 68 + b"\xff" * 12 + b"\0" * 48) * 2
    return header + struct.pack("<128I", *fat) + folder + stream


# What a file is


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7 ...", "this is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "this is a picture"),
        (b"\xff\xd8\xff\xe0", "this is a picture"),
        (b"\x7fELF\x02", "this is a program"),
        (b"\n <HTML><table>", "this is a web page"),
        (b"<table border=1>", "this is a web page"),
        (b"$FL2@(#)", "the SPSS file cannot be read (Unable to read from file)"),
        (b"$FL3" + b"\0" * 300, "the SPSS file cannot be read"),
        (b"PAR1\x15", "this is a Parquet file"),
        (b'[{"a": 1}]', "this is JSON"),
        (b"a,b\n1,\0002\n", "this is a binary file"),
        (b"", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b'""', "no cell holds anything"),
        (b"\xff\xfe", "the file is empty"),
        (b"\xef\xbb\xbfa,b\n\xe9,1\n", "it is marked as UTF-8 but byte 8 is not"),
        (b"\xff\xfea\0,", "it is marked as UTF-16 but byte 5 is not"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "this is a gzip within a gzip"),
        (b"PK\x03\x04 and then nothing", "the zip is damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "the workbook cannot be read"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "the workbook is locked",
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_one_sentence_that_names_it(content, found):
    with pytest.raises(InputError) as refusal:
        sheets.read(content, name="report.csv")
    assert str(refusal.value).startswith(f"report.csv: {found}")
    assert "a table as CSV, TSV, XLSX, XLS or ODS was expected." in str(refusal.value)


def test_a_pdf_named_csv_says_what_to_do_instead():
    with pytest.raises(InputError) as refusal:
        sheets.read(b"%PDF-1.4", name="report.csv")
    assert str(refusal.value) == (
        "report.csv: this is a PDF; a table as CSV, TSV, XLSX, XLS or ODS was expected. "
        "Export the table itself and upload that."
    )


def test_a_zip_without_a_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("orders.csv", "a,b\n1,2\n")
    with pytest.raises(InputError, match="a zip without a workbook inside"):
        read(file.getvalue())


@pytest.mark.parametrize("cut", [3, 12, -9, -1])
def test_a_truncated_gzip_is_refused(cut):
    with pytest.raises(InputError, match="the gzip is cut short"):
        sheets.unpack(gzip.compress(b"a,b\n" + bytes(range(256)) * 40)[:cut], name="o.csv.gz")


def test_a_damaged_gzip_is_refused():
    packed = bytearray(gzip.compress(b"a,b\n1,2\n"))
    packed[-8] ^= 1
    with pytest.raises(InputError, match="the gzip is damaged"):
        sheets.unpack(bytes(packed), name="o.csv.gz")


def test_a_gzip_that_unpacks_to_more_than_the_limit_is_refused():
    with pytest.raises(InputError, match=r"unpacks to at least .* bytes; at most 1,000,000"):
        sheets.read(gzip.compress(b"a,b\n" * 1_000_000), name="o.gz", limit=1_000_000)


def test_a_gzip_that_no_table_would_give_is_refused(monkeypatch):
    monkeypatch.setattr(sheets, "SHRUNK_FROM", 1_000_000)
    with pytest.raises(InputError, match="it unpacks to more than 200 times its size"):
        sheets.read(gzip.compress(b"a,b\n" * 2_000_000), name="o.gz")


def test_a_file_of_more_cells_than_the_memory_holds_is_refused(monkeypatch):
    monkeypatch.setattr(sheets, "CELLS_LIMIT", 20)
    assert 10 == read(b"a,b\n" * 10).cells.num_rows
    for end in (b"\n", b"\r", b"\r\n"):
        with pytest.raises(InputError, match="it has 11 lines and more than 20 cells"):
            read((b"a,b" + end) * 11)


def test_a_gzip_is_known_by_its_bytes_whatever_its_name():
    assert rows(read(gzip.compress(b"a,b\n1,2\n"), name="orders.csv")) == [["a", "b"], ["1", "2"]]


def test_bytes_that_are_no_gzip_are_given_back():
    assert sheets.unpack(b"a,b", name="o") == b"a,b"


def test_the_fingerprint_is_that_of_the_bytes():
    assert sheets.fingerprint(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# Files on disk


def test_a_file_is_loaded_whole(tmp_path):
    (tmp_path / "o.csv").write_bytes(b"a,b\n")
    assert sheets.load(tmp_path / "o.csv") == b"a,b\n"


def test_a_folder_a_missing_file_and_an_impossible_name_are_refused(tmp_path):
    with pytest.raises(InputError, match="this is a folder"):
        sheets.load(tmp_path)
    with pytest.raises(InputError, match="there is no such file"):
        sheets.load(tmp_path / "none.csv")
    with pytest.raises(InputError, match="it cannot be read"):
        sheets.load("a\0b")
    with pytest.raises(InputError, match="a device or a pipe"):
        sheets.load("/dev/null")


def test_a_line_of_two_gigabytes_is_refused_in_less_than_a_second(tmp_path):
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    start = time.perf_counter()
    with pytest.raises(InputError, match="it has 2,000,000,000 bytes; at most 1,073,741,824 were expected"):
        sheets.load(path)
    assert time.perf_counter() - start < 1


# Encodings


@pytest.mark.parametrize("word", ["café", "naïve", "Zürich", "señor", "schön", "Málaga", "garçon", "Straße", "Köln"])
@pytest.mark.parametrize(
    ("codec", "shown"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_accents_survive_every_encoding(word, codec, shown):
    content = ("\ufeff" if "16" in codec else "") + f"name,n\n{word},1\n"
    sheet = read(content.encode(codec))
    assert (word, shown) == (rows(sheet)[1][0], sheet.encoding)


@pytest.mark.parametrize(
    "text",
    [
        "don’t “worry” – it’s fine…",
        "Keel™ costs €5, 2010–2012",
        "l’été à Nîmes, sœur",
        "ÉCOLE DES MÛRES",
        "it broke • it works",
        "“quoted” word—word",
    ],
)
def test_typographic_text_in_cp1252_is_not_taken_for_mac_roman(text):
    sheet = read(f"a;b\n{text};1\n".encode("cp1252"))
    assert (text, "cp1252") == (rows(sheet)[1][0], sheet.encoding)


@pytest.mark.parametrize("text", ["I don’t know…", "“very good” café", "niño pequeño", "Citroën, bientôt, Perú"])
def test_typographic_text_in_mac_roman_is_known(text):
    sheet = read(f"a;b\n{text};1\n".encode("mac_roman"))
    assert (text, "mac_roman") == (rows(sheet)[1][0], sheet.encoding)


def test_a_mark_written_twice_is_no_part_of_the_first_cell():
    assert rows(read(b"\xef\xbb\xbf\xef\xbb\xbfa,b\n\n1,2\n"))[0] == ["a", "b"]


def test_odd_control_characters_are_kept_out_of_cells():
    # beyond the part of the file that decides whether it is binary
    content = b"a,b\n" + b"x,y\n" * 20_000 + b"p\0q\x07,r\x0bs\n"
    assert rows(read(content))[-1] == ["pq", "r s"]


# Separators, line ends, quotes


@pytest.mark.parametrize(
    ("text", "separator", "expected"),
    [
        ("a,b\n1,2\n", ",", [["a", "b"], ["1", "2"]]),
        (
            "day;amount\n1.2.24;1,5\n2.2.24;2,5\n",
            ";",
            [["day", "amount"], ["1.2.24", "1,5"], ["2.2.24", "2,5"]],
        ),
        ("a\tb\n1,2\t3\n", "\t", [["a", "b"], ["1,2", "3"]]),
        ("a|b\n1|2\n", "|", [["a", "b"], ["1", "2"]]),
        ('a,b\n"x;y;z",2\n', ",", [["a", "b"], ["x;y;z", "2"]]),
        (
            "comment\nGreat, thanks\nGood\nBad, really\n",
            "",
            [["comment"], ["Great, thanks"], ["Good"], ["Bad, really"]],
        ),
        ("score\n1\n\n3\n", "", [["score"], ["1"], ["3"]]),
        ("sep=;\na;b\n1,5;2\n", ";", [["a", "b"], ["1,5", "2"]]),
        ("a;b;c\n", ";", [["a", "b", "c"]]),
        (
            "Sales\n\na,b,c\n1,2,3\n4,5,6\n",
            ",",
            [["Sales", "", ""], ["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]],
        ),
        ("a,b,\n1,2\n3,4\n", ",", [["a", "b"], ["1", "2"], ["3", "4"]]),
        ("a,b\n1,2,,\n3,4\n", ",", [["a", "b"], ["1", "2"], ["3", "4"]]),
        ('a,b\n5" disk,"say ""hi"""\n', ",", [["a", "b"], ['5" disk', 'say "hi"']]),
    ],
)
def test_the_separator_is_found_in_the_content(text, separator, expected):
    sheet = read(text.encode())
    assert (separator, expected, []) == (sheet.separator, rows(sheet), sheet.ragged)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_every_line_end_is_one_line_end(end):
    sheet = read(end.join(["a,b", "1,2", "", "3,4", "5"]).encode())
    assert rows(sheet) == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert [sheet.number(i) for i in range(3)] == [1, 2, 4]
    assert sheet.ragged == [(5, 1, 2)]


def test_a_ragged_row_is_left_out_and_named_by_its_record_number():
    sheet = read(b"\na,b,c\n1,2,3\n\n4,5\n6,7,8\n9,10,11,12\n")
    assert rows(sheet) == [["a", "b", "c"], ["1", "2", "3"], ["6", "7", "8"]]
    assert sheet.ragged == [(5, 2, 3), (7, 4, 3)]
    assert [sheet.number(i) for i in range(3)] == [2, 3, 6]


def test_a_quoted_newline_before_a_ragged_row_counts_as_one_record():
    sheet = read(b'a,b\n"one\ntwo\r\nthree",2\n3\n4,5\n')
    assert rows(sheet) == [["a", "b"], ["one\ntwo\r\nthree", "2"], ["4", "5"]]
    assert sheet.ragged == [(3, 1, 2)]
    assert [sheet.number(i) for i in range(3)] == [1, 2, 4]


def test_rows_of_separators_alone_are_blank():
    sheet = read(b"a,b\n,\n1,2\n,\n3,4\n,\n")
    assert rows(sheet) == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert [sheet.number(i) for i in range(3)] == [1, 3, 5]


def test_the_quick_and_the_careful_reading_agree(monkeypatch):
    content = b'a,b\n"x\ny",2\n,\n1,"p,""q"""\n'
    quick = read(content)
    monkeypatch.setattr(sheets, "_quickly", lambda *_: None)
    careful = read(content)
    assert (rows(quick), quick.numbers) == (rows(careful), careful.numbers)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'a\tb\n"Great" he said\t1\nx\t2\n', [["a", "b"], ['"Great" he said', "1"], ["x", "2"]]),
        (b'a\tb\n"never closed\t1\nx\t2\n', [["a", "b"], ['"never closed', "1"], ["x", "2"]]),
        (b'a\tb\nm\t"x\np\tq"\n', [["a", "b"], ["m", '"x'], ["p", 'q"']]),
        (b'a\tb\tc\nm\t"x\t1\np\tq"\t2\n', [["a", "b", "c"], ["m", '"x', "1"], ["p", 'q"', "2"]]),
        (b'a\tb\n"one\ntwo"\t1\n', [["a", "b"], ["one\ntwo", "1"]]),
    ],
)
def test_raw_quotes_in_tab_separated_text_swallow_no_rows(content, expected):
    assert expected == rows(read(content))


def test_a_quote_that_never_closes_in_a_quoted_file_is_refused_with_its_record():
    with pytest.raises(InputError, match=r"orders\.csv, record 3: a quotation mark opens a cell"):
        read(b'a,b\n"x,y",1\n2,"z\n3,4\n')


def test_an_open_quote_is_taken_as_text_when_every_row_fits_without_quoting():
    assert rows(read(b'a,b\n"x,1\n2,3\n')) == [["a", "b"], ['"x', "1"], ["2", "3"]]


def test_a_line_longer_than_a_megabyte_is_refused_with_its_number():
    with pytest.raises(InputError, match=r"orders\.csv, line 3: it is longer than 1,000,000 characters"):
        read(b"a,b\n1,2\n" + b"x" * 1_000_001 + b",1\n")
    with pytest.raises(InputError, match=r"orders\.csv, record 2: it is longer"):
        read(b'a,b\n1,"' + b"x\n" * 600_000 + b'"\n')


def test_more_columns_than_a_spreadsheet_has_are_refused():
    with pytest.raises(InputError, match="it has 20,001 columns"):
        read(b"," * 20_000 + b"a\n")


# Workbooks


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_xlsx_under_another_name_is_read_with_dates_as_iso_text(pack):
    stamp = datetime.datetime(2024, 2, 3, 4, 5, 6)
    cells = [
        ("on", "at", "n", "x", "ok", "time", "span", "mixed"),
        (stamp.date(), stamp, 17850.0, 0.1, True, stamp.time(), datetime.timedelta(hours=30), stamp.date()),
        (None,) * 8,
        (stamp.date(), stamp, -3, 1.5, False, None, None, "soon"),
    ]
    orders, notes = sheets.read(pack(xlsx(cells, Empty=[], Notes=[("a",)])), name="orders.csv")
    assert (orders.name, notes.name, orders.encoding, orders.separator) == ("Orders", "Notes", "xlsx", "")
    assert [
        list(cells[0]),
        ["2024-02-03", "2024-02-03 04:05:06", "17850", "0.1", "TRUE", "04:05:06", "30:00:00", "2024-02-03"],
        ["2024-02-03", "2024-02-03 04:05:06", "-3", "1.5", "FALSE", "", "", "soon"],
    ] == rows(orders)
    assert [orders.number(i) for i in range(3)] == [1, 2, 4]
    assert {0, 1} == orders.true_dates


def test_an_ods_and_an_xls_under_another_name_are_read():
    assert (rows(sheet := read(ods())), sheet.encoding, sheet.name) == ([["a", "b"]], "ods", "T")
    assert (rows(sheet := read(xls())), sheet.encoding, sheet.name) == ([["a", "17850"]], "xls", "S")


def test_a_table_that_starts_at_b3_keeps_its_row_numbers():
    sheet = read(xlsx([(), (), (None, "a", "b"), (None, 1, 2)]))
    assert rows(sheet) == [["a", "b"], ["1", "2"]]
    assert [sheet.number(i) for i in range(2)] == [3, 4]


def test_a_workbook_without_a_cell_is_refused():
    with pytest.raises(InputError, match="no sheet holds anything"):
        read(xlsx([]))


@pytest.mark.parametrize("row", [12_000, 1_048_575])  # 6 GB of empty cells; 500 GB of them
def test_a_stray_cell_far_away_is_refused_and_harms_nobody(row):
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, 1)
        sheet.write(row, 16_383, 1)
    with pytest.raises(InputError, match="cannot be read within 3 GB of memory"):
        read(book.getvalue())


def test_what_reads_a_workbook_apart_does_not_load_pandas():
    """It would take as long again."""
    words = "import sys; from keel import sheets; sheets._child(); sys.exit('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", words, "xlsx"], input=xlsx(), capture_output=True, cwd=ROOT)
    assert (0, b"") == (done.returncode, done.stderr)
    assert 2 == pa.ipc.open_stream(done.stdout).read_all().num_rows


def test_a_workbook_that_inflates_to_too_much_is_refused_whatever_it_declares(monkeypatch):
    monkeypatch.setattr(sheets, "WORKBOOK_LIMIT", 100_000)
    file = io.BytesIO(xlsx())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b"0" * 1_000_000)
    honest = file.getvalue()
    lying = honest.replace((1_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert honest != lying
    for content in (honest, lying):
        with pytest.raises(InputError, match=r"unpacks to at least .* at most 100,000"):
            read(content)


# SPSS files


def spss(tmp_path, columns, **more):
    path = tmp_path / "made.sav"
    pyreadstat.write_sav(pd.DataFrame(columns), path, **more)
    return path.read_bytes()


def test_an_spss_file_becomes_its_names_and_its_cases(tmp_path):
    content = spss(
        tmp_path,
        {
            "Q1": [1.0, 98, None], "half": [0.1, 1e20, -3.5], "word": ["a\nb", "", "né"], "day": [datetime.date(2024, 2, 29), None, None],
            "at": [datetime.datetime(2024, 2, 29, 23, 59, 59), None, None], "time": [datetime.time(1, 2, 3), None, None],
        },
        column_labels={"Q1": "How?"}, variable_value_labels={"Q1": {1: "Bad", 98: "Don't know"}}, missing_ranges={"Q1": [98]},
        variable_measure={"Q1": "ordinal"},
    )  # fmt: skip
    sheet = read(content, name="survey.xlsx")
    assert ("survey.xlsx", "sav", "") == (sheet.name, sheet.encoding, sheet.separator)
    assert [
        ["Q1", "half", "word", "day", "at", "time"],
        ["1", "0.1", "a\nb", "2024-02-29", "2024-02-29 23:59:59", "01:02:03"],
        ["", "1e+20", "", "", "", ""],
        ["", "-3.5", "né", "", "", ""],
    ] == rows(sheet)
    assert {"label": "How?", "labels": {"1": "Bad"}, "measure": "ordinal", "type": "number"} == sheet.dictionary["Q1"]
    assert ["text", "date", "datetime", "time"] == [
        sheet.dictionary[name]["type"] for name in ("word", "day", "at", "time")
    ]


def test_a_case_without_a_value_keeps_its_number_free(tmp_path):
    sheet = read(spss(tmp_path, {"a": [1.0, None, 3], "b": ["", "", "x"]}))
    assert [["a", "b"], ["1", ""], ["3", "x"]] == rows(sheet)
    assert [1, 2, 4] == [sheet.number(i) for i in range(3)]


def test_a_date_that_no_calendar_holds_is_left_a_number(tmp_path):
    sheet = read(spss(tmp_path, {"day": [1e15, 0.0]}, variable_format={"day": "DATE11"}))
    assert [["day"], ["1000000000000000"], ["1582-10-14"]] == rows(sheet)


def test_text_that_is_not_in_the_code_page_named_is_read_in_one_that_holds(tmp_path):
    content = spss(tmp_path, {"a": ["a^b", "x"]}).replace(b"a^b", b"a\xe9b")
    assert [["a"], ["aéb"], ["x"]] == rows(read(content))


def test_multiple_response_sets_stand_in_the_dictionary(tmp_path):
    content = spss(tmp_path, {"q1": [1.0], "q2": [2.0], "free": [1.0]})
    line = b"$why=D1 1 4 Why? q1 q2\n"
    end = content.index(struct.pack("<ii", 999, 0))
    content = content[:end] + struct.pack("<4i", 7, 7, 1, len(line)) + line + content[end:]
    dictionary = read(content).dictionary
    assert {"name": "why", "label": "Why?", "kind": "dichotomy", "counted": "1"} == dictionary["q2"]["set"]
    assert "set" not in dictionary["free"]


def _zsav(tmp_path, cells):
    content = spss(tmp_path, {"a": [1.0] * cells}, compress=True)
    assert content.startswith(b"$FL3")
    return content


def test_a_compressed_spss_file_is_refused_by_the_sizes_its_reader_goes_by(tmp_path, monkeypatch):
    content = _zsav(tmp_path, 4_000)
    assert 4_001 == read(content).cells.num_rows
    monkeypatch.setattr(sheets, "WORKBOOK_LIMIT", 30_000)
    with pytest.raises(InputError, match="unpacks to at least 32,000 bytes; at most 30,000"):  # eight a value
        read(content)


def test_a_compressed_spss_file_that_says_too_little_of_its_size_is_refused(tmp_path):
    content = _zsav(tmp_path, 4_000)
    size = sheets._spss_inflated(content)
    lying = content[:-24] + content[-24:].replace(struct.pack("<i", size), struct.pack("<i", 100))
    assert content != lying
    with pytest.raises(InputError, match="the SPSS file cannot be read"):
        read(lying)


@pytest.mark.parametrize("cases", [100_000_000, 10_000])
def test_an_spss_file_that_claims_more_cases_than_it_holds_is_refused(tmp_path, cases):
    content = spss(tmp_path, {"a": [1.0, 2], "b": [1.0, 2]})
    with pytest.raises(
        InputError, match=f"the SPSS file cannot be read .it declares {cases:,} cases, more than it holds"
    ):
        read(content[:80] + struct.pack("<i", cases) + content[84:])


def test_an_spss_file_that_does_not_say_how_many_cases_it_holds_is_read(tmp_path):
    content = spss(tmp_path, {"a": [1.0, 2], "b": [1.0, 2]})
    assert 3 == read(content[:80] + struct.pack("<i", -1) + content[84:]).cells.num_rows


# Web pages under another name

_TABLE = b"<table><tr><th>day<th>amount<tr><td>2024-01-02<td>5</table>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (_TABLE, [["day", "amount"], ["2024-01-02", "5"]]),
        (b"\xef\xbb\xbf\r\n<html><body>" + _TABLE, [["day", "amount"], ["2024-01-02", "5"]]),
        (b"\xff\xfe" + _TABLE.decode().encode("utf-16-le"), [["day", "amount"], ["2024-01-02", "5"]]),
        (b"\xfe\xff" + _TABLE.decode().encode("utf-16-be"), [["day", "amount"], ["2024-01-02", "5"]]),
        (
            b"<TABLE><TR><TD COLSPAN=2 ROWSPAN=2>a</TD><TD>b</TD></TR><TR><TD>c</TD></TR><TR><TD>d</TD><TD>e</TD><TD>f</TD></TR></TABLE>",
            [["a", "", "b"], ["", "", "c"], ["d", "e", "f"]],
        ),
        (
            b"<table><tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d</table>",
            [["a", "b"], ["", "c"], ["", "d"]],
        ),
        (
            b"<table><tr><td>a &amp; b&nbsp;<td> x\n  y<br>z </td></tr><tr><td><p>p</p><p>q</p><td><b>1</b>&#50;</table>",
            [["a & b", "x y\nz"], ["p\nq", "12"]],
        ),
        (
            b"<!--[if gte mso 9]><xml></xml><![endif]--><style>td{}</style><table><![if !x]><tr><td>a<script>b</script><tr><td>c</table>",
            [["a"], ["c"]],
        ),
        (
            b'<meta charset="windows-1252"><table><tr><td>\xe9<tr><td>\x80</table>',
            [["é"], ["€"]],
        ),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1"><table><tr><td>\xe9<tr><td>\x80</table>',
            [["é"], ["€"]],
        ),
        (b"<meta charset=utf-8><table><tr><td>\xe9t\xe9<tr><td>b</table>", [["été"], ["b"]]),
        (b"<meta charset=utf-7><table><tr><td>a<tr><td>b</table>", [["a"], ["b"]]),
        (b'<?xml version="1.0" encoding="iso-8859-15"?><html><table><tr><td>\xa4<tr><td>b</table>', [["€"], ["b"]]),
    ],
)
def test_the_table_of_a_web_page_is_read_whatever_the_name(content, expected):
    sheet = read(content, name="export.xls")
    assert ("html", "") == (sheet.encoding, sheet.separator)
    assert expected == rows(sheet)


def test_every_table_of_two_rows_is_a_sheet_and_one_within_another_its_own():
    page = (
        b"<html><table><tr><td>menu</table><table><caption>Orders</caption><tr><td>a<tr><td><table><tr><td>1<tr><td>2"
        b"</table></td></tr><tr><tr><td>b</table><table><tr><td>x<tr><td>y"
    )
    found = sheets.read(page, name="page.xls")
    assert [("Orders", [["a"], ["b"]]), ("table 3", [["1"], ["2"]]), ("table 4", [["x"], ["y"]])] == [
        (sheet.name, rows(sheet)) for sheet in found
    ]
    assert [1, 4] == [found[0].number(i) for i in range(2)]  # the second row holds a table, the third nothing


@pytest.mark.parametrize(
    "page",
    [
        b"<html><p>Please sign in</p>",
        b"<html><table><tr><td>one row</table>",
        b"<html><table><tr><td></td></tr><tr><td> &nbsp;</table>",
        b"<!doctype html><html>&lt;table",
    ],
)
def test_a_web_page_without_a_table_is_refused(page):
    with pytest.raises(InputError) as refusal:
        read(page, name="export.xls")
    assert str(refusal.value) == (
        "export.xls: this is a web page (HTML or XML); a table as CSV, TSV, XLSX, XLS or ODS was expected. "
        "Open it in a spreadsheet program, save it as XLSX and upload that."
    )


def test_a_web_page_that_spans_too_far_is_refused():
    with pytest.raises(InputError, match="a row has more than 16,384 cells"):
        read(b"<table><tr>" + b"<td colspan=1000>a" * 17 + b"<tr><td>b</table>")
    with pytest.raises(InputError, match="it has more than 1,000 tables"):
        read(_TABLE * 1_001)


def test_a_web_page_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(sheets, "WORKBOOK_SECONDS", 0.01)
    with pytest.raises(InputError, match=r"the web page took longer than 0\.01 seconds"):
        read(_TABLE)


# Any input at all

_cell = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)


def _examples(count):
    return settings(max_examples=count, suppress_health_check=list(HealthCheck), database=None)


@_examples(150)
@given(
    table=st.integers(2, 5).flatmap(
        lambda width: st.lists(st.lists(_cell, min_size=width, max_size=width), min_size=2, max_size=6)
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_a_table_written_as_text_reads_back_the_same(table, encoding, separator, end, quoting):
    assume(all(row[0] for row in table))
    if quoting == csv.QUOTE_MINIMAL:  # "a;b,c" is one table with commas and another with semicolons
        others = {ord(c): None for c in ",;\t|" if c != separator}
        table = [[cell.translate(others) for cell in row] for row in table]
        assume(all(row[0] for row in table))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(table)
    assume(not out.getvalue().startswith(("\ufeff", "sep=", "<", "{", "[", "%PDF", "PAR1", "$FL", "MZ", "BM")))
    content = (("\ufeff" if "16" in encoding else "") + out.getvalue()).encode(encoding)
    assert table == rows(read(content))


def _survives(content):
    try:
        for sheet in sheets.read(content, name="x"):
            assert all(column.null_count == 0 for column in sheet.cells.columns)
            assert [str(i) for i in range(sheet.cells.num_columns)] == sheet.cells.column_names
            for i in range(sheet.cells.num_rows):
                assert sheet.number(i) > i
    except InputError:
        pass


@_examples(200)
@given(st.binary(max_size=300) | st.text(',;\t|"\r\n \x00aé=', max_size=60).map(str.encode))
def test_no_bytes_whatever_raise_anything_but_a_sentence(content):
    _survives(content)
    _survives(b"\xff\xfe" + content)


def _mutated(seed):
    return st.tuples(
        st.just(seed),
        st.lists(st.tuples(st.integers(0, len(seed) - 1), st.integers(0, 255)), max_size=6),
        st.booleans(),
    ).map(_mutate)


def _mutate(case):
    seed, changes, cut = case
    content = bytearray(seed)
    for place, value in changes:
        content[place] = value
    return bytes(content[: changes[0][0]] if cut and changes else content)


_CSV = b'name,day,n\n"M\xc3\xbcller, ""A""",2024-01-02,5\n"x\ny",2024-01-03,6\nz,,7\n'


@_examples(200)
@given(_mutated(_CSV) | _mutated(gzip.compress(_CSV)))
def test_no_damaged_text_or_gzip_raises_anything_but_a_sentence(content):
    _survives(content)


@_examples(12)  # each starts a child process
@given(_mutated(xlsx()) | _mutated(ods()) | _mutated(xls()))
def test_no_damaged_workbook_raises_anything_but_a_sentence(content):
    _survives(content)


def test_a_separator_inside_quotes_does_not_cut_what_another_separator_finds_whole():
    content = b'"0","","","",";"\n"0","","","",""\n'
    assert [["0", "", "", "", ";"], ["0", "", "", "", ""]] == rows(read(content))


def test_a_title_that_holds_the_separator_does_not_make_every_row_ragged():
    content = b"Sales report, January 2024\nDay,Region,Customer,Amount\n1,N,C1,5\n2,S,C2,6\n3,N,C3,7\n"
    assert ["Day", "Region", "Customer", "Amount"] == rows(read(content))[1]
