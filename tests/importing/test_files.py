"""CSV, JSON Lines and workbooks, as they come."""

import gzip
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from app.importing import ImportFailed, ImportOptions, delimited, json_lines, workbooks
from app.importing.delimited import DelimitedFile
from app.importing.importer import preview
from app.importing.rows import Document, Refusal, Row
from app.importing.workbooks import WorkbookTable
from tests.support.fake_service import Write


def rows_of(path: Path, encoding: str | None = None) -> tuple[list[str], list[Row]]:
    table = DelimitedFile(path, encoding)
    try:
        return table.columns, list(table.rows())
    finally:
        table.close()


def cells_of(path: Path) -> list[list[object]]:
    _, rows = rows_of(path)
    assert [row.problem for row in rows if row.problem] == []
    return [list(row.cells) for row in rows]


class TestEncodings:
    TEXT = "name,town\nJosé,Málaga\nZoë,Orléans\nGroß,“Köln”\n"

    @pytest.mark.parametrize(
        "raw",
        [
            TEXT.encode(),
            TEXT.encode("utf-8-sig"),
            TEXT.encode("utf-16"),
            b"\xfe\xff" + TEXT.encode("utf-16-be"),
            TEXT.encode("utf-16-le"),
            TEXT.encode("utf-16-be"),
            TEXT.encode("cp1252"),
            gzip.compress(TEXT.encode("cp1252")),
        ],
        ids=["utf-8", "bom", "utf-16", "utf-16-be-bom", "utf-16-le", "utf-16-be", "cp1252", "cp1252-gz"],
    )
    def test_found_out(self, write: Write, raw: bytes) -> None:
        path = write(raw, "file.csv.gz" if raw.startswith(b"\x1f\x8b") else "file.csv")
        columns, rows = rows_of(path)
        assert columns == ["name", "town"]
        assert [list(row.cells) for row in rows] == [["José", "Málaga"], ["Zoë", "Orléans"], ["Groß", "“Köln”"]]

    def test_a_language_beyond_the_west(self, write: Write) -> None:
        text = "имя,город\n" + "Анна Сергеевна Петрова,Санкт-Петербург\nИван Иванович,Нижний Новгород\n" * 20
        assert cells_of(write(text.encode("cp1251")))[1] == ["Иван Иванович", "Нижний Новгород"]

    def test_the_first_letter_beyond_ascii_may_come_late(self, write: Write) -> None:
        path = write(b"name,town\n" + b"Ann,Bath\n" * 100_000 + "José,Málaga\n".encode("cp1252"))
        assert cells_of(path)[-1] == ["José", "Málaga"]

    def test_it_can_be_told(self, write: Write) -> None:
        path = write("imię\nŁukasz\n".encode("cp1250"))
        assert rows_of(path, "cp1250")[1][0].cells == ["Łukasz"]
        with pytest.raises(ImportFailed, match="unknown encoding"):
            rows_of(path, "klingon")

    def test_a_broken_character_refuses_its_row_only(self, write: Write) -> None:
        _, rows = rows_of(write("name\nJosé\n".encode() + b"Caf\xe9\n" + "Zoë\n".encode()))
        assert [(row.number, row.problem and row.problem["code"]) for row in rows] == [
            (2, None),
            (3, "encoding"),
            (4, None),
        ]

    def test_a_truncated_utf_16_file_refuses_its_last_row(self, write: Write) -> None:
        _, rows = rows_of(write("name\nJosé\nZoë\n".encode("utf-16")[:-3]))
        assert [row.problem is None for row in rows] == [True, False]


class TestDelimiters:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_found_out(self, write: Write, delimiter: str) -> None:
        lines = [["name", "price", "note"], ["Ann", "2.55", "a, b; c"], ["Bob", "3", "x"]]
        text = "\n".join(delimiter.join(f'"{cell}"' if " " in cell else cell for cell in line) for line in lines)
        assert cells_of(write(text)) == lines[1:]

    def test_decimal_commas_do_not_win_over_semicolons(self, write: Write) -> None:
        path = write("a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n")
        table = DelimitedFile(path)
        assert (table.delimiter, table.comma_decimals) == (";", True)

    def test_one_column_needs_none(self, write: Write) -> None:
        assert cells_of(write("name\nAnn\nBob\n")) == [["Ann"], ["Bob"]]

    def test_a_tsv_is_what_it_says(self, write: Write) -> None:
        assert cells_of(write("a,b\tc\n1,2\t3\n", "file.tsv")) == [["1,2", "3"]]


class TestRows:
    def test_numbers_are_those_of_a_spreadsheet(self, write: Write) -> None:
        path = write('\nname,note\r\nAnn,"two\r\nlines"\r\n\r\n,\r\nBob,"say ""hi"""\r\n')
        _, rows = rows_of(path)
        assert [(row.number, list(row.cells)) for row in rows] == [
            (3, ["Ann", "two\r\nlines"]),
            (6, ["Bob", 'say "hi"']),
        ]

    def test_headers_are_trimmed_numbered_and_told_apart(self, write: Write) -> None:
        assert rows_of(write(" a ,,a\n1,2,3\n"))[0] == ["a", "(2)", "a (2)"]

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("only one", "ragged_row"),
            ("1,2,3", "ragged_row"),
            ("a\0,b", "nul_character"),
            ('a,"b"c', "unreadable_row"),
            ('a,"b', "unreadable_row"),
        ],
    )
    def test_a_bad_row_costs_no_other(self, write: Write, line: str, code: str) -> None:
        _, rows = rows_of(write(f'a,b\n1,2\n{line}\n3,"4"\n5,"6\n7"\n'))
        assert [(row.number, row.problem["code"] if row.problem else list(row.cells)) for row in rows] == [
            (2, ["1", "2"]),
            (3, code),
            (4, ["3", "4"]),
            (5, ["5", "6\n7"]),
        ]

    def test_empty_cells_beyond_the_header_do_no_harm(self, write: Write) -> None:
        assert cells_of(write("a,b\n1,2,,\n")) == [["1", "2"]]

    def test_a_line_without_end_is_refused(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(delimited, "MAX_RECORD_LENGTH", 1000)
        _, rows = rows_of(write("a,b\n" + "x," * 3000 + "\n1,2\n"))
        assert [(row.number, row.problem is None) for row in rows] == [(2, False), (3, True)]

    def test_a_quote_that_is_never_closed_swallows_nothing(self, write: Write) -> None:
        path = write('a,b\n1,"2\n' + "3,4\n" * 50_000)
        _, rows = rows_of(path)
        assert len(rows) == 50_001
        assert [row.number for row in rows if row.problem] == [2]

    @pytest.mark.parametrize(("text", "name"), [("", "file.csv"), ("\n\n", "file.csv"), ("\0,b\n1,2\n", "file.csv")])
    def test_a_file_without_a_header(self, write: Write, text: str, name: str) -> None:
        with pytest.raises(ImportFailed, match="no header row"):
            rows_of(write(text, name))

    def test_a_damaged_archive_is_told(self, write: Write) -> None:
        whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(200_000)))
        with pytest.raises(ImportFailed, match=r"file\.csv\.gz"):
            rows_of(write(whole[: len(whole) // 2], "file.csv.gz"))

    def test_an_unknown_kind_of_file(self, write: Write) -> None:
        with pytest.raises(ImportFailed, match=r"file\.pdf has none of the supported formats: .*\.csv"):
            list(preview(ImportOptions("customers", write("x", "file.pdf"))))


class TestJsonLines:
    def run(self, path: Path, resource: str = "sales", source: str | None = None) -> list[Document | Refusal]:
        return list(preview(ImportOptions(resource, path, source=source)))

    def test_a_keyed_document_goes_out_byte_for_byte(self, write: Write) -> None:
        line = '{"receipt_no": "1",  "source": "a", "total": 1.10}'
        [record] = self.run(write(f"\ufeff{line}\n\n", "file.jsonl"), source="b")
        assert isinstance(record, Document)
        assert record.body == line.encode()

    def test_a_source_is_added_where_there_is_none(self, write: Write) -> None:
        [record] = self.run(write('{"receipt_no": "1"}\n', "file.ndjson"), source="till")
        assert isinstance(record, Document)
        assert json.loads(record.body) == {"receipt_no": "1", "source": "till"}

    def test_zipped(self, write: Write) -> None:
        path = write(gzip.compress(b'{"identities": [{"system": "a"}]}\n'), "file.jsonl.gz")
        [record] = self.run(path, "customers")
        assert record.rows == 1

    @pytest.mark.parametrize("line", [b"{", b"[1]", b'"x"', b"NaN", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000])
    def test_what_is_no_document_is_refused(self, write: Write, line: bytes) -> None:
        found = self.run(write(b'{"source": "a"}\n' + line + b'\n{"source": "b"}\n', "file.jsonl"))
        assert [(record.rows, isinstance(record, Document)) for record in found] == [(1, True), (2, False), (3, True)]

    def test_a_line_without_end_is_refused(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(json_lines, "MAX_LINE_BYTES", 100)
        found = self.run(write('{"a": "' + "x" * 1000 + '"}\n{"source": "b"}\n', "file.jsonl"))
        assert [(record.rows, isinstance(record, Document)) for record in found] == [(1, False), (2, True)]


class TestWorkbooks:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "file.xlsx"
        with xlsxwriter.Workbook(path) as book:
            moment, day = (
                book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
                book.add_format({"num_format": "d mmm"}),
            )
            sheet = book.add_worksheet("Sales")
            book.add_worksheet("Empty")
            sheet.write_row(1, 1, ["Receipt", "When", "Price", "Article", "Quantity"])
            sheet.write_row(2, 1, [17850, None, 2.55, "85123A"])
            sheet.write_datetime(2, 2, datetime.fromisoformat("2010-12-01T08:26"), moment)
            sheet.write_formula(2, 5, "=1+1", None, 2)
            sheet.write_row(4, 1, ["C17851", None, 0.1, 71053, -1])
            sheet.write_datetime(4, 2, date(2010, 7, 1), day)
        return path

    def test_receipts(self, path: Path) -> None:
        options = ImportOptions(
            "sales",
            path,
            mapping={"receipt_no": "Receipt", "occurred_at": "When", "unit_price": "Price", "sku": "Article"},
            constants={"source": "shop", "currency": "GBP"},
            time_zone="Europe/London",
        )
        found = list(preview(options))
        assert [record.rows for record in found] == [[3], [5]]
        assert [json.loads(record.body) for record in found if isinstance(record, Document)] == [
            {
                "source": "shop",
                "currency": "GBP",
                "occurred_at": "2010-12-01T08:26:00+00:00",
                "receipt_no": "17850",
                "lines": [{"unit_price": "2.55", "sku": "85123A", "quantity": "2"}],
            },
            {
                "source": "shop",
                "currency": "GBP",
                "occurred_at": "2010-07-01T00:00:00+01:00",
                "receipt_no": "C17851",
                "lines": [{"unit_price": "0.1", "sku": "71053", "quantity": "-1"}],
            },
        ]
        assert found[1].original()[0]["When"] == date(2010, 7, 1).isoformat()

    def test_a_sheet_by_name(self, path: Path) -> None:
        with pytest.raises(ImportFailed, match="its sheets are: Sales, Empty"):
            WorkbookTable(path, "Turnover")
        with pytest.raises(ImportFailed, match="no header row in sheet Empty"):
            WorkbookTable(path, "Empty")
        assert WorkbookTable(path, "Sales").columns[:2] == ["Receipt", "When"]

    def test_a_bomb_is_not_unpacked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workbooks, "MAX_UNPACKED_BYTES", 1024 * 1024)
        path = tmp_path / "bomb.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", bytes(600 * 1024))
            archive.writestr("xl/sharedStrings.xml", bytes(600 * 1024))
        assert path.stat().st_size < 10 * 1024
        with pytest.raises(ImportFailed, match="unpacks to more than 1 MB"):
            WorkbookTable(path)

    def test_a_cell_in_the_last_corner_is_not_reached_for(self, tmp_path: Path) -> None:
        path = tmp_path / "far.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write(0, 0, "a")
            sheet.write(1_048_575, 16_383, "b")
        with pytest.raises(ImportFailed, match="row 1048576 and column 16384"):
            WorkbookTable(path)

    def test_what_is_no_workbook(self, write: Write) -> None:
        with pytest.raises(ImportFailed, match="cannot be read as a workbook"):
            WorkbookTable(write("hello", "file.xlsx"))

    def test_columns_are_counted_in_letters(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("s.xml", '<c r="B7"/><c r="AA3"/><c r="Z9"/>')
        with zipfile.ZipFile(path) as archive:
            assert workbooks._extent(archive, archive.infolist()[0]) == (9, 27)
