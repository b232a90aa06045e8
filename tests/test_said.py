"""What a card says of wrong answers that were found silent or misled; one file of them a topic."""

import importlib
import linecache
from pathlib import Path

import pytest

from grader import check

FOLDER = Path(__file__).parent / "cards"
FILES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
CARDS = [
    pytest.param(*each, id=f"{file}-{number}-{each[0]}")
    for file in FILES
    for number, each in enumerate(importlib.import_module(f"cards.{file}").CARDS)
]


@pytest.mark.parametrize(("name", "source", "words"), CARDS)
def test_the_card_says_so(name, source, words):
    file = f"<answer to {name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names = {}
    exec(compile(source, file, "exec"), names)
    answer = names[name]
    report = check(answer) if callable(answer) else check(**{name: answer})
    assert words in str(report), str(report)
