"""The one reader: every way in which a notebook or a text may be saved, or be something else."""

import io
import json
import re
import zipfile
from pathlib import Path

import nbformat
import pytest

from grader.classroom import reading
from grader.classroom.reading import UnreadableError, notebook_of, stand_in, text_of
from grader.classroom.submission import SubmissionError, cells_of
from grader.publish import text_file

HERE = Path(__file__).parent
FIDELITY = HERE / "fidelity"
NOTEBOOK = HERE.parent / "notebooks/01-linear/01-linear.ipynb"
DATA = NOTEBOOK.read_bytes()
TEXT = DATA.decode()
CELLS = [(cell.cell_type, cell.source) for cell in nbformat.reads(TEXT, as_version=4).cells]
V3 = nbformat.v3.writes_json(nbformat.convert(nbformat.reads(TEXT, as_version=4), 3))
MODEL = {"name": "01-linear.ipynb", "type": "notebook", "format": "json"}


def changed(**changes):
    return json.dumps({**json.loads(TEXT), **changes}).encode()


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("01-linear.ipynb", TEXT)
    return file.getvalue()


def broken_outputs():
    notebook = json.loads(TEXT)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"text": None}, 7]
    return json.dumps(notebook).encode()


SAVED = {
    "as Jupyter saves it": DATA,
    "with a byte-order mark": b"\xef\xbb\xbf" + DATA,
    "with two marks": b"\xef\xbb\xbf" * 2 + DATA,
    "UTF-16, little end first": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "UTF-16, big end first": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "UTF-32": TEXT.encode("utf-32"),
    "Windows' line ends": TEXT.replace("\n", "\r\n").encode(),
    "old Macs' line ends": TEXT.replace("\n", "\r").encode(),
    "Windows' line ends in the cells": re.sub(r"(?<!\\)\\n", r"\\r\\n", TEXT).encode(),
    "on one line": json.dumps(json.loads(TEXT)).encode(),
    "with empty lines around": b"\r\n\n" + DATA + b"\n\n",
    "a contents model": json.dumps({**MODEL, "content": json.loads(TEXT)}).encode(),
    "a contents model of text": json.dumps({**MODEL, "content": TEXT}).encode(),
    "without its version": json.dumps(
        {k: v for k, v in json.loads(TEXT).items() if not k.startswith("nbformat")}
    ).encode(),
    "metadata of another kind": changed(metadata=[1]),
    "a kernel of no form": changed(metadata={"kernelspec": 5, "language_info": []}),
    "outputs of no form": broken_outputs(),
}


@pytest.mark.parametrize("how", SAVED)
def test_a_notebook_is_read_however_it_was_saved(how):
    assert [(cell.cell_type, cell.source) for cell in notebook_of(SAVED[how]).cells] == CELLS


def test_an_old_notebook_keeps_its_cells_and_grade_ids():
    """nbformat 3 knows headings, which are prose now, and no cell ids."""
    found = notebook_of(V3.encode())
    assert [cell.source.lstrip("# ") for cell in found.cells] == [s.lstrip("# ") for _, s in CELLS]
    assert [cell.cell_type for cell in found.cells] == [kind for kind, _ in CELLS]
    ids = [cell.metadata.nbgrader.grade_id for cell in found.cells if "nbgrader" in cell.metadata]
    assert "linear_params_answer" in ids


def test_nbformat_2_with_lines_without_their_ends():
    cells = [{"cell_type": "code", "input": ["x = 1", "y = 2"], "outputs": []}]
    old = {"nbformat": 2, "worksheets": [{"cells": cells}], "metadata": {}}
    assert notebook_of(json.dumps(old).encode()).cells[0].source == "x = 1\ny = 2"


def test_letters_of_an_old_windows_cost_nothing():
    data = TEXT.replace("# Lesson", "# Leçon", 1).encode()
    assert notebook_of(data.replace("ç".encode(), b"\xe7")).cells  # the rest of it is ASCII


def test_one_broken_cell_costs_itself():
    cells = [None, 7, {"cell_type": "code"}, {"cell_type": [], "source": "x"}]
    good = {"cell_type": "code", "source": ["x = 1\n", None, "y = 2"], "metadata": "no"}
    (found,) = notebook_of(changed(cells=[*cells, good])).cells
    assert (found.source, found.metadata) == ("x = 1\ny = 2", {})


CONFLICT = FIDELITY / "merge-conflict.ipynb"
WHAT_IT_IS = {
    "a conflict": (CONFLICT.read_bytes(), "holds a merge conflict in line 58"),
    "a conflict, Windows' line ends": (
        CONFLICT.read_bytes().replace(b"\n", b"\r\n"),
        "holds a merge conflict in line 58",
    ),
    "half a conflict": (DATA.replace(b" ],", b" ],\n>>>>>>> main\n", 1), "merge conflict in line"),
    "a web page": (b"\n\n<!DOCTYPE html>\n<html>" + DATA, "is a web page"),
    "a page with a comment": (b"<!-- saved from url --><HTML lang='en'>", "is a web page"),
    "a page in UTF-16": ("<!doctype html>".encode("utf-16"), "is a web page"),
    "a zip": (zipped(), "is a zip archive"),
    "a Word document": (b"PK\x03\x04" + b"0" * 26 + b"[Content_Types].xml", "Microsoft Office"),
    "an old Word document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Microsoft Office"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3", "is a PDF"),
    "a text clipping": (b"bplist00\xd1\x01", "is a macOS text clipping"),
    "a clipping in XML": (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "">\n<plist/>',
        "is a macOS text clipping",
    ),
    "macOS's companion": (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", "companion"),
    "a rich text": (rb"{\rtf1\ansi", "is a rich text document"),
    "a screenshot": (b"\x89PNG\r\n\x1a\n", "is a picture"),
    "binary data": (bytes(range(256)) * 40, "holds binary data"),
    "empty": (b"", "is empty"),
    "white space": (b" \r\n\t", "is empty"),
    "a mark alone": (b"\xef\xbb\xbf\n", "is empty"),
    "zeros, as a crash leaves them": (bytes(4097), "is empty"),
    "no cells": (changed(cells=[]), "is a notebook without cells"),
    "no list of cells": (changed(cells="x"), "is a notebook without cells"),
    "JSON": (b"[1, 2, 3]", "is JSON, but not a notebook"),
    "a dictionary": (b'{"a": 1}', "is JSON, but not a notebook"),
    "a model without content": (
        json.dumps({**MODEL, "content": None}).encode(),
        "is JSON, but not a notebook",
    ),
    "a format of the future": (changed(nbformat=99), "nbformat 99, newer than 4"),
    "no bottom": (b'{"cells": ' + b"[" * 100_000, "is JSON"),
    "an endless number": (b'{"cells": ' + b"1" * 100_000 + b"}", "is JSON"),
    "a comma too much": (DATA.replace(b'"cells": [', b'"cells": [,'), "is damaged in line 2"),
    "two notebooks": (DATA + DATA, "is damaged in line"),
    "Python": (b"import torch\n\ndef f():\n    return 1\n", "is Python code, not a notebook"),
    "prose": (b"this is not a notebook", "is a text, not a notebook"),
    "a word": (b"hello", "is a text, not a notebook"),
}


@pytest.mark.parametrize("what", WHAT_IT_IS)
def test_what_is_no_notebook_is_named_as_what_it_is(what):
    data, said = WHAT_IT_IS[what]
    with pytest.raises(UnreadableError) as error:
        notebook_of(data)
    assert said in error.value.reason
    assert "\n" not in error.value.reason
    assert str(error.value) == f"The file cannot be read: {error.value.reason}."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_wherever_a_notebook_is_cut_off_that_is_what_is_said(encoding):
    data = TEXT.replace("Lesson", "Lesson — ", 1).encode(encoding)
    places = [*range(10, len(data.rstrip()) - 8, 997), len(data) // 2, len(data.rstrip()) - 8]
    for end in places:
        with pytest.raises(UnreadableError, match=r"was cut off in line \d+, after [\d,]+ char"):
            notebook_of(data[:end])
    with pytest.raises(UnreadableError, match="in line 3,"):
        notebook_of(b'{\r\n "cells": [\r\n {"source": tru')


def test_a_file_of_more_than_200_mb_is_not_looked_into(monkeypatch):
    assert reading.MOST_BYTES == 200 * 2**20
    monkeypatch.setattr(text_file, "MOST_BYTES", 1000)
    with pytest.raises(UnreadableError, match="larger than 200 MB"):
        notebook_of(DATA)


def test_a_stand_in_can_be_read_and_says_why():
    found = notebook_of(nbformat.writes(stand_in("it is a PDF")).encode())
    assert found.metadata["every_layer_counts"]["unreadable"] == "it is a PDF"
    assert "it is a PDF" in found.cells[0].source
    nbformat.validate(stand_in("it is a PDF"))


def test_a_text_is_read_in_every_encoding():
    for data in ("é\r\nü\rö\n".encode("utf-8-sig"), "é\nü\nö\n".encode("utf-16")):
        assert text_of(data) == "é\nü\nö\n"
    assert text_of(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n").endswith("'é'\n")


@pytest.mark.parametrize(
    "data",
    [b"one\ntwo \xe9\n", b"# coding: no-such\r\n# \xe9\r\n", b"# coding: zlib\n\xe9\n"],
    ids=["Latin-1", "an unknown encoding", "no encoding of texts"],
)
def test_a_text_that_is_not_utf_8_is_named_with_its_line(data):
    with pytest.raises(UnreadableError, match="line 2 is not in UTF-8: save") as error:
        text_of(data)
    assert error.value.line == 2


def write(folder, name, data):
    (folder / name).write_bytes(data)
    return folder / name


def sources(path):
    """The texts of a file's cells."""
    return [cell.source for cell in cells_of(path)]


RIGHT = "def linear_params(in_features, out_features, bias=True):\n    return 1\n"


@pytest.mark.parametrize(
    "data",
    [(FIDELITY / "check-utf-16.py").read_bytes(), RIGHT.replace("\n", "\r").encode("utf-8-sig")],
    ids=["UTF-16", "a mark and old line ends"],
)
def test_a_python_file_is_read_by_its_bytes(tmp_path, data):
    assert "def linear_params(" in sources(write(tmp_path, "a.py", data))[0]


@pytest.mark.parametrize("name", ["a.ipynb", "a.ipynb.txt", "a.ipynb.json", "a.IPYNB"])
def test_a_notebook_is_read_whatever_its_file_is_called(tmp_path, name):
    data = (FIDELITY / "byte-order-mark.ipynb").read_bytes()
    assert any("def linear_params(" in text for text in sources(write(tmp_path, name, data)))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.ipynb", CONFLICT.read_bytes(), "merge conflict in line 58"),
        ("a.ipynb", b"%PDF-1.7", "neither a notebook nor a .py file that can be read: it is a PDF"),
        (
            "a.py",
            b"<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> main\n",
            "merge conflict in line 1",
        ),
        ("a.py", b"x = '\xe9'", "a.py cannot be read: line 1 is not in UTF-8"),
        ("a.PY", b"", "a.PY cannot be read: it is empty"),
        ("a.py", b"<!DOCTYPE html>", "it is a web page, not a .py file"),
    ],
)
def test_a_file_without_code_is_named_in_one_sentence(tmp_path, name, data, said):
    with pytest.raises(SubmissionError) as error:
        sources(write(tmp_path, name, data))
    assert said in str(error.value)
    assert str(error.value).count("\n") == 0


@pytest.mark.parametrize(
    ("name", "said"), [("", "cannot be read: Is a directory"), ("no", "No such")]
)
def test_what_cannot_be_opened_is_one_sentence(tmp_path, name, said):
    with pytest.raises(SubmissionError, match=said):
        sources(tmp_path / name)


def test_a_python_file_is_cut_into_cells_whose_lines_keep_their_numbers(tmp_path):
    text = (
        "x = 1\n"
        "# %% a title\n\n"
        "%%time\ny = 2\n"
        "#%%\n"
        "%matplotlib inline\nz = 3\n"
        "# %% [markdown]\n# prose\n"
        "# %%\n"
        "# %% the last\n"
        "raise ValueError"
    )
    cells = sources(write(tmp_path, "a.py", text.encode()))
    assert [cell.strip().splitlines()[-1] for cell in cells] == [
        "x = 1",
        "y = 2",
        "z = 3",
        "raise ValueError",
    ]
    lines = text.splitlines()
    for cell in cells:
        for number, line in enumerate(cell.splitlines()):
            assert not line or line == lines[number]


def test_a_python_file_without_cells_is_one_and_stays_as_it_is(tmp_path):
    text = "\n\n# 50 %% of it\nx = '''\n  %time\n'''\n"
    assert sources(write(tmp_path, "a.py", text.encode())) == [text]
