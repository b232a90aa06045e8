"""What the formats share: marked-up text, numbers, and archives that are the same each time."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET


def spans(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text, and whether each is code: what stands between two backticks."""
    for number, piece in enumerate(re.split(r"`([^`]+)`", text)):
        if piece:
            yield piece, number % 2 == 1


def as_html(text: str) -> str:
    """A paragraph of HTML."""
    escaped = ((html.escape(piece, quote=False), is_code) for piece, is_code in spans(text))
    return f"<p>{''.join(f'<code>{p}</code>' if is_code else p for p, is_code in escaped)}</p>"


def number(value: float) -> str:
    """A number as a computer reads it."""
    return repr(value)


def margin(value: float) -> str:
    """A margin: its last digits do not matter."""
    return f"{value:.6g}"


def add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """A new element in another one."""
    element = ET.SubElement(parent, tag, attributes)
    element.text = text or None
    return element


def document(root: ET.Element) -> bytes:
    """A whole XML file."""
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # of 1980, whenever it is written
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # on every system
            file.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
