"""The text in a file's bytes, in any encoding that editors write; or what the file is instead."""

from __future__ import annotations

import json
import re

from grader.judge.errors import CourseError

MOST_BYTES = 200 * 2**20
LARGE = "it is larger than 200 MB"
EMPTY = "it is empty"
KINDS = (  # how files begin that are taken for texts and notebooks
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive with nothing in it"),
    (b"%PDF-", "a PDF"),
    (b"bplist", "a macOS text clipping or property list"),
    (b"\x00\x05\x16\x07", "macOS's companion of a file (its name begins with ._)"),
    (b"{\\rtf", "a rich text document (RTF)"),
    (b"\xd0\xcf\x11\xe0", "a Microsoft Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"GIF87a", "a picture"),
    (b"GIF89a", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"version https://git-lfs", "a pointer of Git LFS"),
)
WEB_PAGE = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html)\b"
    r"|From: <?Saved by|MIME-Version: ",
    re.IGNORECASE | re.DOTALL,
)
PROPERTY_LIST = re.compile(r"\s*<\?xml[^>]*>\s*<!DOCTYPE plist")
CONFLICT = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)
CODING = re.compile(rb"^(?:[^\n]*\n)?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263


class UnreadableError(CourseError):
    """Bytes that hold no text, or not the one that was wanted.

    `reason` is a clause for sentences that name the file: `f"{path} cannot be read: {reason}."`;
    `line` is where, or 0.
    """

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"The file cannot be read: {reason}.")
        self.reason, self.line = reason, line


def text_of(data: bytes, wanted: str = "a text file", otherwise: str | None = None) -> str:
    r"""The text in a file's bytes, without a byte-order mark and with `\n` at its lines' ends.

    Args:
        wanted: what the file should be, for the message about one that is something else.
        otherwise: the encoding to try where the bytes are in none of UTF-8, UTF-16 and UTF-32,
            and no line says which it is, as Python's `# coding: latin-1` does.

    Raises:
        UnreadableError: for a file that is no text, or a text that another program left broken.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableError(LARGE)
    if not data.strip(b"\0 \t\r\n"):  # a crash leaves zeros
        raise UnreadableError(EMPTY)
    if kind := kind_of(data):
        raise UnreadableError(f"it is {kind}, not {wanted}")
    text = _same_ends(_decoded(data, wanted, otherwise)).lstrip("\ufeff")
    if not text.strip():
        raise UnreadableError(EMPTY)
    if WEB_PAGE.match(text):
        raise UnreadableError(f"it is a web page, not {wanted}: download the file itself")
    if PROPERTY_LIST.match(text):
        raise UnreadableError(f"it is a macOS text clipping or property list, not {wanted}")
    if conflict := CONFLICT.search(text):
        line = line_at(text, conflict.start())
        reason = f"it holds a merge conflict in line {line}: keep one of the two sides"
        raise UnreadableError(reason, line)
    if "\0" in text:
        raise UnreadableError(f"it holds binary data, so it is not {wanted}")
    return text


def kind_of(data: bytes) -> str:
    """What a file is whose first bytes say so; '' if they do not."""
    kind = next((kind for start, kind in KINDS if data.startswith(start)), "")
    if kind == "a zip archive" and b"[Content_Types].xml" in data[:4096]:
        return "a Microsoft Office document"
    return kind


def line_at(text: str, position: int) -> int:
    """The number of the line in which a position stands, from 1."""
    return text.count("\n", 0, position) + 1


def cut_off(text: str) -> UnreadableError:
    """The error for a file of which only this beginning is there."""
    line = line_at(text, len(text))
    reason = f"it was cut off in line {line}, after {len(text):,} characters"
    return UnreadableError(reason, line)


def _decoded(data: bytes, wanted: str, otherwise: str | None) -> str:
    encoding = json.detect_encoding(data)  # by the mark, or by where the zeros are
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = _same_ends(data[: error.start].decode(encoding, errors="ignore"))
        line = line_at(before, len(before))
        if error.reason in ("unexpected end of data", "truncated data"):
            raise cut_off(before) from None
    if b"\0" in data:
        raise UnreadableError(f"it holds binary data, so it is not {wanted}") from None
    if coding := CODING.match(data):
        otherwise = coding[1].decode()
    try:
        return data.decode(otherwise or "ascii")
    except (LookupError, ValueError):
        reason = f"line {line} is not in UTF-8: save the file as UTF-8"
        raise UnreadableError(reason, line) from None


def _same_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
