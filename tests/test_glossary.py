"""A word of the field is used after it has been explained, or with a link to where it is."""

import re
import tomllib
from pathlib import Path

import nbformat
import pytest

SOLUTIONS = Path(__file__).parent.parent / "solutions"
GLOSSARY = tomllib.loads((SOLUTIONS / "glossary.toml").read_text(encoding="utf-8"))
LESSONS = {
    path.stem: [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type != "code"]
    for path in sorted(SOLUTIONS.glob("*/*.ipynb"))
}
CODE = re.compile(  # and the titles of sources
    r"\[\*[^\]]*\*\]\([^)]*\)|```.*?```|`[^`]*`|\$\$.*?\$\$|<details>.*?</details>|\{\w+\}",
    re.DOTALL,
)


def uses(lesson, forms):
    """The cells of a lesson in which the word stands in prose."""
    pattern = re.compile(rf"\b(?:{forms})\b", re.IGNORECASE)
    return [text for text in LESSONS[lesson] if pattern.search(CODE.sub(" ", text))]


@pytest.mark.parametrize("word", GLOSSARY)
def test_the_lesson_that_explains_a_word_uses_it(word):
    entry = GLOSSARY[word]
    assert uses(entry["lesson"], entry["forms"])
    assert len(entry["means"].split()) < 25


@pytest.mark.parametrize("word", GLOSSARY)
def test_an_earlier_lesson_says_where_a_word_is_explained(word):
    """In each lesson before, where the word stands first: a link, the lesson's number, or a word
    that is explained at that place, in italics."""
    entry = GLOSSARY[word]
    there = (entry["lesson"], f"lesson {entry['lesson'][:2]}", f"lessons {entry['lesson'][:2]}")
    here = re.compile(rf"\*(?:{entry['forms']})\*", re.IGNORECASE)
    first = {
        lesson: found[0]
        for lesson in LESSONS
        if lesson < entry["lesson"] and (found := uses(lesson, entry["forms"]))
    }
    early = [
        f"{lesson}: {text[:200]}"
        for lesson, text in first.items()
        if not any(words in text for words in there) and not here.search(text)
    ]
    assert not early, "\n---\n".join(early)
