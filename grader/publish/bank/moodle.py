"""Moodle XML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from grader.practice.session import said
from grader.publish.bank.items import Choice, Item, Numerical
from grader.publish.bank.markup import add, as_html, document, margin, number


def render(items: Sequence[Item]) -> bytes:
    """The bank as a file."""
    quiz = ET.Element("quiz")
    for category, questions in groupby(items, key=lambda item: item.category):
        switch = add(quiz, "question", type="category")
        _text(add(switch, "category"), category_path(category))
        for item in questions:
            _question(quiz, item)
    ET.indent(quiz)
    return document(quiz)


def category_path(category: Sequence[str]) -> str:
    """The names of a category between slashes; a slash in a name is two, and never at its ends."""
    doubled = (name.replace("/", "//") for name in category)
    return "/".join(
        f"{' ' * name.startswith('/')}{name}{' ' * name.endswith('/')}" for name in doubled
    )


def _question(quiz: ET.Element, item: Item) -> None:
    kind = "multichoice" if isinstance(item, Choice) else "numerical"
    question = add(quiz, "question", type=kind)
    _text(add(question, "name"), item.title)
    _text(add(question, "questiontext", format="html"), as_html(item.text))
    add(question, "defaultgrade", "1")
    add(question, "idnumber", item.identifier)
    if isinstance(item, Choice):
        add(question, "single", "true")
        add(question, "shuffleanswers", "true")
        add(question, "answernumbering", "abc")
        for answer, sentence in item.options:
            text = html.escape(said(answer), quote=False)
            _answer(question, text, sentence, is_right=not sentence, format="html")
    if isinstance(item, Numerical):
        right = _answer(question, number(item.right), "", is_right=True)
        add(right, "tolerance", margin(item.margin))
        for wrong in item.wrong:
            answer = _answer(question, number(wrong.answer), wrong.sentence, is_right=False)
            add(answer, "tolerance", margin(wrong.margin))


def _answer(
    question: ET.Element, text: str, sentence: str, is_right: bool, format: str = "plain_text"
) -> ET.Element:
    fraction = "100" if is_right else "0"
    answer = add(question, "answer", fraction=fraction, format=format)
    _text(answer, text)
    _text(add(answer, "feedback", format="html"), as_html(sentence) if sentence else "")
    return answer


def _text(parent: ET.Element, text: str) -> None:
    add(parent, "text", text)
