"""GIFT: the text that Moodle and others import."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from grader.practice.session import said
from grader.publish.bank.items import Choice, Item, Numerical
from grader.publish.bank.markup import as_html, margin, number
from grader.publish.bank.moodle import category_path


def render(items: Sequence[Item]) -> bytes:
    """The bank as a file."""
    blocks: list[str] = []
    for category, questions in groupby(items, key=lambda item: item.category):
        path = category_path(category).replace("\\", r"\\")  # Moodle undoes no other escape here
        blocks += [f"$CATEGORY: {path}", *map(_question, questions)]
    return ("\n\n".join(blocks) + "\n").encode()


def _question(item: Item) -> str:
    head = f"// [id:{item.identifier}]\n::{_escape(item.title)}::[html]{_html(item.text)}"
    answers = _options(item) if isinstance(item, Choice) else _numbers(item)
    return "\n".join([f"{head}{{{'' if isinstance(item, Choice) else '#'}", *answers, "}"])


def _options(item: Choice) -> Iterator[str]:
    for answer, sentence in item.options:
        text = _escape(html.escape(said(answer), quote=False))
        yield f"\t~{text}#{_html(sentence)}" if sentence else f"\t={text}"


def _numbers(item: Item) -> Iterator[str]:
    assert isinstance(item, Numerical)
    yield f"\t={number(item.right)}:{margin(item.margin)}"
    for wrong in item.wrong:
        answer = f"{number(wrong.answer)}:{margin(wrong.margin)}"
        yield f"\t=%0%{answer}#{_html(wrong.sentence)}"


def _html(text: str) -> str:
    return _escape(as_html(text))


def _escape(text: str) -> str:
    return re.sub(r"[\\~=#{}:]", r"\\\g<0>", text).replace("\n", r"\n")
