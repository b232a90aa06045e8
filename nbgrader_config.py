"""nbgrader's settings for this course: its folders, and what students find instead of answers."""

from pathlib import Path

from grader.lesson import HideAnswers

c = get_config()  # noqa: F821  nbgrader puts it here

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

c.GenerateAssignment.preprocessors.insert(0, HideAnswers)
c.ClearSolutions.code_stub = {"python": "..."}  # runs to the end and counts as "not attempted"
