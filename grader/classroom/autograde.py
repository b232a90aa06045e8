"""Trusted grading inside `nbgrader autograde`: three classes that nbgrader_config.py names.

Gradebook, commands, formgrader, feedback and export stay nbgrader's own. What changes: any file
that was handed in can be read, its graded cells are put right, and its code runs in the jail while
the judge stays outside.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum, Unicode

from grader.ask.jail import NoJailError, jail
from grader.classroom.folders import folders, is_finished, terms_of_others
from grader.classroom.gradebook import known_to_gradebook, release_of, released
from grader.classroom.graded_copy import judge, keys_for, read, restore
from grader.classroom.reading import MOST_BYTES, bytes_of
from grader.classroom.recognise import put_right
from grader.classroom.released import of_other_releases, release_in
from grader.classroom.term import (
    AnotherWordError,
    digest,
    one_word_for_all,
    private_folder,
    word_in,
)


class AnySubmission(NotebookExporter):  # type: ignore[misc]  # nbconvert has no types
    """Reads whatever was handed in; what is no notebook becomes one that says so.

    At the start of a run it makes sure that there is a jail, finds the notebook in every submission
    whatever it is called, and forgets the submissions whose grading was interrupted, so that the
    run takes them again.

    Raises:
        NbGraderException: where there is no jail and the instructor's setting is to refuse.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        try:
            where = jail(JudgeInJail(parent=self).without_bubblewrap)
        except NoJailError as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from None
        if not where.contained:
            self.log.warning(
                "No bubblewrap: students' code can read this machine's files and use its network."
            )
        _forget_unfinished(self.parent.coursedir)
        self._one_word_for_all()
        known_to_gradebook(self.parent.coursedir)
        self._put_right()

    def from_file(self, file_stream: Any, resources: Any = None, **kwargs: Any) -> tuple[str, Any]:
        """Like NotebookExporter's, but of bytes in any encoding; never fails for what they are."""
        data = file_stream.buffer.read(MOST_BYTES + 1)  # nbconvert opened it as UTF-8
        output: tuple[str, Any] = self.from_notebook_node(read(data), resources, **kwargs)
        return output

    def _one_word_for_all(self) -> None:
        """The marks of a lesson are made with one word."""
        course = self.parent.coursedir
        copies = folders(course, course.autograded_directory)
        again = set(copies) if self.parent.force else set()
        word = JudgeInJail(parent=self).word(private_folder(course))
        for lesson in {folder.name for folder in copies}:
            try:
                one_word_for_all(lesson, word, terms_of_others(course, lesson, again))
            except AnotherWordError as error:
                self.log.error(str(error))
                raise NbGraderException(str(error)) from None

    def _put_right(self) -> None:
        """Find the notebooks in what was handed in, and let nbgrader look for them again."""
        course, releases = self.parent.coursedir, {}
        for folder in folders(course, course.submitted_directory):
            lesson = folder.name
            if why := put_right(folder, lesson, release_of(course, lesson)):
                self.log.warning(f"Nothing to grade from {folder.parent.name} in {lesson}: {why}.")
            else:
                data = bytes_of(folder / f"{lesson}.ipynb")
                releases[f"{folder.parent.name} in {lesson}"] = release_in(data)
        for line in of_other_releases(releases):
            self.log.warning(line)
        self.parent.init_notebooks()


class PutRight(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Comes first among the sanitizing steps, in the place of DeduplicateIds: graded_copy.py."""

    def preprocess(self, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Make the notebook's graded cells those of the gradebook."""
        lesson = released(self.parent.parent.coursedir, resources["nbgrader"]["assignment"])
        return restore(notebook, lesson), resources


class JudgeInJail(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Ask the student's functions in the jail and write the cards. Stands for Execute."""

    term = Unicode(
        None,
        allow_none=True,
        help="The word that draws the hidden cases; '' for the visible cases alone. None: the "
        "word in the file `term` beside the gradebook, which is drawn at the first grading.",
    ).tag(config=True)
    without_bubblewrap = Enum(
        ["refuse", "limited"],
        "refuse",
        help="What to do where bubblewrap does not work: refuse to grade, or use a subprocess "
        "that limits time and memory but does not hide files and network.",
    ).tag(config=True)

    def word(self, private: Path) -> str:
        """The word of this term; `private` is the folder of the gradebook."""
        return word_in(private) if self.term is None else str(self.term)

    def preprocess(self, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Judge every graded cell, by the hidden cases as well."""
        course, lesson = self.parent.parent.coursedir, resources["nbgrader"]["assignment"]
        private = private_folder(course)
        word = self.word(private)
        known = released(course, lesson)
        keys = keys_for(known, word, private / "keys")
        where = jail(self.without_bubblewrap)
        graded, _ = judge(notebook, known, keys, where, digest(word))
        return graded, resources


def _forget_unfinished(course: Any) -> None:
    """Remove graded copies that an interrupted run left behind; they are made anew."""
    for folder in filter(Path.is_dir, folders(course, course.autograded_directory)):
        notebooks = list(folder.glob("*.ipynb"))
        if not notebooks or not all(map(is_finished, notebooks)):
            shutil.rmtree(folder)
