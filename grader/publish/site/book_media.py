"""Pictures and tones of a notebook's outputs as files beside the pages.

In a notebook they are part of the HTML; on the site a page stays small, and a browser fetches a
picture when a reader comes near it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from pathlib import Path

from grader.judge.errors import CourseError

FOLDER = "_images"
IMAGE = re.compile(
    r'<img alt="([^"]*)" width="(\d+)" style="[^"]*" src="data:image/png;base64,([^"]+)">'
)
AUDIO = re.compile(
    r'<audio\b[^>]*>\s*<source src="data:audio/wav;base64,([^"]+)".*?</audio>', re.DOTALL
)
LABEL = "The tone that the cell above has computed"


def with_files(html: str, site: Path) -> str:
    """The HTML with its pictures and tones as files in `site/_images`.

    Raises:
        CourseError: if a picture has no alternative text, or stands there in an unknown form.
    """
    html = IMAGE.sub(lambda found: _image(found, site), html)
    html = AUDIO.sub(lambda found: _audio(found[1], site), html)
    if "data:" in html:
        raise CourseError(f"An output holds data in an unknown form: {_around(html, 'data:')}")
    if "<svg" in html and "aria-label" not in html:
        raise CourseError(f"A drawing has no aria-label: {_around(html, '<svg')}")
    return html


def _image(found: re.Match[str], site: Path) -> str:
    words, width, data = found[1], int(found[2]), base64.b64decode(found[3])
    if not words.strip():
        raise CourseError("A picture has no alternative text; its figure has to say it.")
    pixels_wide, pixels_high = struct.unpack(">II", data[16:24])  # a PNG's first chunk
    height = round(width * pixels_high / pixels_wide)
    return (
        f'<img class="elc-figure" alt="{words}" width="{width}" height="{height}" loading="lazy" '
        f'src="{_written(data, "png", site)}">'
    )


def _audio(data: str, site: Path) -> str:
    source = _written(base64.b64decode(data), "wav", site)
    return f'<audio controls preload="none" aria-label="{LABEL}" src="{source}"></audio>'


def _written(data: bytes, ending: str, site: Path) -> str:
    """Where the file stands, seen from a page; its name says what is in it."""
    name = f"{FOLDER}/{hashlib.blake2b(data, digest_size=8).hexdigest()}.{ending}"
    (site / FOLDER).mkdir(parents=True, exist_ok=True)
    (site / name).write_bytes(data)
    return name


def _around(html: str, words: str) -> str:
    place = html.index(words)
    return html[max(place - 40, 0) : place + 60]
