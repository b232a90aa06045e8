"""The base of all errors that the person at the keyboard can mend."""


class CourseError(Exception):
    """One sentence: what is wrong, where, and how to mend it. No traceback is shown for it."""
