"""nbgrader's settings for this course: its folders, and what students find instead of answers."""

import warnings
from pathlib import Path

from nbgrader import preprocessors as steps
from nbgrader.converters import GenerateAssignment

from grader.classroom.autograde import AnySubmission, JudgeInJail, PutRight
from grader.classroom.exchange import CollectPlainFiles
from grader.publish.lesson import HideAnswers

c = get_config()  # noqa: F821  nbgrader puts it here

# SQLAlchemy says this of every graded submission; it is harmless and drowns what matters.
warnings.filterwarnings("ignore", message="Object of type .* not in session")

root = Path(__file__).resolve().parent
(root / ".nbgrader").mkdir(exist_ok=True)
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "every-layer-counts"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = ".nbgrader/submitted"
c.CourseDirectory.autograded_directory = ".nbgrader/autograded"
c.CourseDirectory.feedback_directory = ".nbgrader/feedback"
c.CourseDirectory.db_url = f"sqlite:///{root}/.nbgrader/gradebook.db"

c.GenerateAssignment.preprocessors = [
    HideAnswers if step is steps.ClearSolutions else step
    for step in GenerateAssignment().preprocessors
]
c.ClearSolutions.code_stub = {"python": "..."}  # runs to the end and counts as "not attempted"

c.ExchangeFactory.collect = CollectPlainFiles  # follows no link that a student put there

# Students' code runs in a jail and the judge outside it: grader/classroom/autograde.py.
c.Autograde.exporter_class = AnySubmission
c.Autograde.sanitize_preprocessors = [
    PutRight,  # for DeduplicateIds, which lets one copied cell stop the run
    steps.ClearOutput,
    steps.OverwriteKernelspec,
    steps.OverwriteCells,
    steps.CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    JudgeInJail,  # for Execute, which runs a student's code as the instructor
    steps.SaveAutoGrades,
    steps.AssignLatePenalties,
    steps.CheckCellMetadata,
]
c.HTMLExporter.sanitize_html = True  # no script of a student reaches a feedback page
c.JudgeInJail.without_bubblewrap = "refuse"  # or "limited": says what it does not contain
c.JudgeInJail.term = ""  # a word that changes each term draws cases that no student has seen
