"""nbgrader's settings for this course: its folders, and what students find instead of answers."""

import contextlib
import os
import warnings
from pathlib import Path

from nbgrader import preprocessors as steps
from nbgrader.converters import GenerateAssignment, GenerateFeedback

from grader.classroom.autograde import AnySubmission, JudgeInJail, PutRight
from grader.classroom.downloads import CollectByNumber, ExtractEach
from grader.classroom.exchange import CollectPlainFiles
from grader.classroom.feedback import MarksByHand
from grader.classroom.formulas import OfflinePage
from grader.classroom.gradebook import KeepRelease
from grader.classroom.lab import can_encrypt
from grader.publish.environment import interpreter_first
from grader.publish.lesson import HideAnswers

c = get_config()  # noqa: F821  nbgrader puts it here

# SQLAlchemy says this of every graded submission; it is harmless and drowns what matters.
warnings.filterwarnings("ignore", message="Object of type .* not in session")

os.environ["PATH"] = interpreter_first()["PATH"]  # nbgrader calls alembic by its bare name

root = Path(__file__).resolve().parent
private = root / ".nbgrader"  # gradebook, submissions and the term's word: yours alone
with contextlib.suppress(PermissionError):  # who may not enter it does not grade
    private.mkdir(mode=0o700, exist_ok=True)
    private.chmod(0o700)
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "every-layer-counts"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.submitted_directory = ".nbgrader/submitted"
c.CourseDirectory.autograded_directory = ".nbgrader/autograded"
c.CourseDirectory.feedback_directory = ".nbgrader/feedback"
c.CourseDirectory.db_url = f"sqlite:///{root}/.nbgrader/gradebook.db"

c.GenerateAssignment.exporter_class = KeepRelease  # removes no release that it cannot replace
c.GenerateAssignment.preprocessors = [
    HideAnswers if step is steps.ClearSolutions else step
    for step in GenerateAssignment().preprocessors
]
c.ClearSolutions.code_stub = {"python": "..."}  # runs to the end and counts as "not attempted"

c.ExchangeFactory.collect = CollectPlainFiles  # follows no link that a student put there

# What Moodle or Canvas gives you goes into .nbgrader/downloaded/<lesson>/archive/ as it is. A
# student is the number in `Doe Jane_1234567_assignsubmission_file_/01-linear.ipynb` (Moodle) and
# in `doejane_LATE_1234567_89_01-linear-1.ipynb` (Canvas; `-1` is a later attempt).
c.ZipCollectApp.downloaded_directory = ".nbgrader/downloaded"
c.ZipCollectApp.extractor_plugin = ExtractEach
c.ZipCollectApp.collector_plugin = CollectByNumber
c.FileNameCollectorPlugin.named_regexp = (
    r".*?/extracted/(?:[^/]+/)??"  # of all folders the outermost counts: students name the others
    r"(?P<name>[^/]+?)_(?:LATE_)?(?P<student_id>\d+)_"
    r"(?:assignsubmission_[a-z]+(?:_/|/|_)|\d+_)(?:.*/)?"
    r"(?P<file_id>[^/]+?)(?:-\d+| ?\(\d+\)|-Copy\d+)*(?:\.[^./]*)?$"
)

c.GenerateFeedback.exporter_class = OfflinePage  # formulas without a network
c.GenerateFeedback.preprocessors = [MarksByHand, *GenerateFeedback().preprocessors]
c.GenerateFeedback.force = True  # or nbgrader keeps the old page where a mark has changed

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
if can_encrypt():
    c.KernelManager.transport_encryption = "auto"  # or each kernel of `validate` warns of it
c.HTMLExporter.sanitize_html = True  # of outputs; students' markup is shown as plain text
c.JudgeInJail.without_bubblewrap = "refuse"  # or "limited": says what it does not contain
