"""Questions without end: what to ask next, what an answer tells, what is known."""
