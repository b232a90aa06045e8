"""How long one `check` takes, once PyTorch is loaded: right, wrong in an unknown way, again.

Run it with `make bench`. The first wrong answer of a session is the slowest: mistakes and
patterns are worked out then.
"""

import statistics
import time

from answers_of import CALLS

from grader import check


def seconds(name, function):
    start = time.perf_counter()
    check(**{name: function})
    return time.perf_counter() - start


def off_by_one(function):
    def wrong(*args, **kwargs):
        value = function(*args, **kwargs)
        if isinstance(value, tuple | list):
            return [*value[:-1], value[-1] * 2 + 1]
        return value * 3 + 7

    return wrong


def main():
    rows = []
    for name, (answer, _) in CALLS.items():
        first = seconds(name, answer)
        again = statistics.median(seconds(name, answer) for _ in range(3))
        wrong_first = seconds(name, off_by_one(answer))
        wrong_again = statistics.median(seconds(name, off_by_one(answer)) for _ in range(3))
        rows.append((name, first, again, wrong_first, wrong_again))
    print(f"{'milliseconds a check':32}{'first':>8}{'again':>8}{'wrong':>8}{'again':>8}")
    for name, *times in rows:
        print(f"{name:32}" + "".join(f"{1000 * t:8.1f}" for t in times))
    columns = list(zip(*(row[1:] for row in rows), strict=True))
    print(f"{'median':32}" + "".join(f"{1000 * statistics.median(c):8.1f}" for c in columns))
    print(f"{'worst':32}" + "".join(f"{1000 * max(c):8.1f}" for c in columns))
