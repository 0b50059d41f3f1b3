"""Data sets are found by name or by columns, and read line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepdial.errors import InputError
from keepdial.evaluate import data_sets
from keepdial.evaluate._rows import every, files_of, read_rows
from tests.evaluate.made import write


def test_a_row_is_its_cells_under_the_heads(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "text\tlabel\tmore", 'say "so"\tx\t', "short")
    assert read_rows(path, ("text", "label")) == [
        {"text": 'say "so"', "label": "x", "more": ""},
        {"text": "short", "label": "", "more": ""},
    ]


def test_line_breaks_of_any_system_and_a_mark_at_the_start_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"\xef\xbb\xbftext\tlabel\r\none\xe2\x80\xa8line\ty\r\n")
    assert read_rows(tmp_path / "a.tsv", ("text",)) == [{"text": "one\u2028line", "label": "y"}]


def test_bytes_that_are_no_text_do_not_stop_a_measurement(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"text\tlabel\n\xff\xfe\tx\n")
    assert read_rows(tmp_path / "a.tsv", ("text",))[0]["label"] == "x"


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "words\tlabel", "a\tb")
    with pytest.raises(InputError, match=r"no column text; it has words, label"):
        read_rows(path, ("text", "label"))


def test_a_row_with_too_many_cells_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "text\tlabel", "a\tb\tc")
    with pytest.raises(InputError, match="3 cells under 2 heads"):
        read_rows(path, ("text",))


def test_a_directory_gives_what_it_has_and_says_what_it_lacks(tmp_path: Path) -> None:
    path = write(tmp_path / "ier.tsv", "text\timg0", "a\tb")
    found, missing = files_of(tmp_path, data_sets())
    assert found["ier"] == path
    assert "refuse" in found
    assert any(line.startswith("gier.tsv: not in") for line in missing)


def test_a_single_file_is_told_by_its_name_or_by_its_columns(tmp_path: Path) -> None:
    named = write(tmp_path / "imgedit_uge.tsv", "text\timage", "a\tb")
    assert files_of(named, data_sets()) == ({"imgedit-uge": named}, [])
    other = write(tmp_path / "kept_aside.tsv", "text\toperators\tsplit", "a\tcrop\tval")
    assert files_of(other, data_sets()) == ({"gier": other}, [])
    strange = write(tmp_path / "strange.tsv", "a\tb", "c\td")
    with pytest.raises(InputError, match="none of the data sets"):
        files_of(strange, data_sets())


def test_a_directory_without_any_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds none of the data sets"):
        files_of(tmp_path, data_sets())
    with pytest.raises(InputError, match="neither a directory nor a file"):
        files_of(tmp_path / "nowhere", data_sets())


def test_a_limit_takes_rows_from_the_whole() -> None:
    rows = [{"text": str(i)} for i in range(10)]
    assert [row["text"] for row in every(rows, 4)] == ["0", "2", "5", "7"]
    assert every(rows, None) == every(rows, 10) == rows
