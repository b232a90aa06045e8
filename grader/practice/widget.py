"""Practice in a notebook: a question, a field to type in, what is said of the answer.

One field stays where it is, and with it the keyboard's focus: type, Enter, type, Enter.
"""

from __future__ import annotations

import warnings
from typing import Any

import ipywidgets
from IPython.display import display

from grader.practice import show
from grader.practice.answers import UnreadableError
from grader.practice.session import Session


def start(session: Session) -> None:
    """Show the first question; from then on the field's Enter key leads."""
    display(_Practice(session).box)


class _Practice:
    """The widgets of one round, top to bottom: what was said, the question, the field."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.entered = False
        self.said = ipywidgets.HTML()
        self.question = ipywidgets.HTML()
        self.field = ipywidgets.Text(
            placeholder="your answer, then Enter",
            continuous_update=False,  # else fast typing is answered before it has arrived
            layout=ipywidgets.Layout(width="20em"),
        )
        self.answer = ipywidgets.Button(description="Answer")
        self.stop = ipywidgets.Button(description="Stop")
        self.row = ipywidgets.HBox([self.field, self.answer, self.stop])
        self.box = ipywidgets.VBox([self.said, self.question, self.row])
        self._listen()
        if session.record.remark:
            self.said.value = show.remark(session.record.remark)
        self._ask()

    def _listen(self) -> None:
        """The Enter key says so, and the text comes after it. Text alone comes when the field is
        left: that is no answer yet, until the button is pressed."""
        with warnings.catch_warnings():  # to observe the text is not the same, as said above
            warnings.simplefilter("ignore", DeprecationWarning)
            self.field.on_submit(self._enter)
        self.field.observe(self._changed, names="value")
        self.answer.on_click(lambda _: self._answered())
        self.stop.on_click(lambda _: self._end())

    def _enter(self, _: Any) -> None:
        self.entered = True

    def _changed(self, _: Any) -> None:
        if self.entered:
            self.entered = False
            self._answered()

    def _answered(self) -> None:
        typed = self.field.value
        if not typed.strip() or self.session.question is None:
            return
        asked = self.session.question
        try:
            feedback = self.session.answer(typed)
        except UnreadableError as error:
            self.said.value = show.remark(f"`{typed[:40]}` is no answer yet. {error}")
            return
        self.field.value = ""
        self.said.value = show.again(asked, feedback)
        self._ask()

    def _ask(self) -> None:
        question = self.session.question
        if question is None:
            self._end()
            return
        self.question.value = show.card(question.text, self.session.options)

    def _end(self) -> None:
        self.session.question = None
        said = (self.session.farewell, self.session.record.remark)
        self.question.value = show.remark(" ".join(filter(None, said)))
        self.row.layout.display = "none"
