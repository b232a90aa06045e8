"""Answers are judged here, against a key: `verdict` makes a Result of them, `report` a card.

Nothing of PyTorch, nothing but the standard library; a key brings its own source of answers.
"""
