"""The ten questions on what the layers are for can be answered from the lessons."""

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
TEXT = (DOCS / "understanding.md").read_text(encoding="utf-8")


def test_there_are_ten_questions_each_with_its_places():
    questions = re.split(r"^\d+\. ", TEXT, flags=re.MULTILINE)[1:]
    assert len(questions) == 10
    for question in questions:
        assert re.match(r"\*\*[^*]+\?\*\*", question), question
        assert re.search(r"\]\(\.\./solutions/", question), question


def test_every_place_is_there():
    places = re.findall(r'\]\((\.\./solutions/[\w-]+\.md)\): "([^"]+)"', TEXT)
    assert len(places) >= 10
    for path, words in places:
        assert words in (DOCS / path).read_text(encoding="utf-8"), f"{path}: {words}"
