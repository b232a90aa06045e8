"""Every lesson through the whole class cycle: its model answers earn all, an untouched copy 0."""

import pytest
from classroom import Classroom, model_answers

from grader.course.exercises import lessons

GRADED = {lesson.name: lesson.exercises for lesson in lessons() if lesson.exercises}


@pytest.mark.parametrize("lesson", GRADED)
def test_model_answers_earn_all_and_an_untouched_notebook_nothing(lesson, tmp_path):
    room = Classroom(tmp_path, lesson)
    room.release(lesson)
    room.hand_in("solver", lesson, model_answers(lesson))
    room.hand_in("sleeper", lesson, lambda notebook: None)
    room.collect(lesson)
    room.autograde(lesson, "*")
    points = {exercise.name: exercise.points for exercise in GRADED[lesson]}
    assert room.scores(lesson, "solver") == points
    assert room.scores(lesson, "sleeper") == dict.fromkeys(points, 0)
