"""Wrong answers in numbers: with one slip, with two, and with two mistakes that people make."""

import linecache
import random
import tomllib
from pathlib import Path

from answers_of import CALLS
from mutation import mutants

DOUBLES = tomllib.loads((Path(__file__).parent / "doubles.toml").read_text())["double"]


def written(double):
    """The function of a student with two mistakes, from `doubles.toml`."""
    names = {}
    exec(double["code"], names)
    return names[double["exercise"]]


def slipped(name, count, seed):
    """So many mutants of a model answer, half of them with two slips; `(source, function)`."""
    draw = random.Random(f"{seed}/{name}")
    answer = CALLS[name][0]
    once = list(mutants(answer))
    for number in range(count if once else 0):
        source, mutant = draw.choice(once)
        if number % 2:
            file = f"<{name} {seed} {number}>"  # inspect.getsource looks in linecache
            linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
            names = dict(answer.__globals__)
            exec(compile(source, file, "exec"), names)
            source, mutant = draw.choice(list(mutants(names[name])) or [(source, mutant)])
        yield source, mutant
