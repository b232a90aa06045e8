"""What checks, grading and a class cost: `make bench`, and `make bench-class` for large ones.

Nothing is imported above: dask's workers import this file anew when they start.
"""

from importlib import import_module
from sys import argv
from time import perf_counter

SHORT = ("bench_checks", "bench_notebooks", "bench_class")


def main():
    if argv[1:2] == ["one"]:
        return import_module("bench_class").one(*argv[2:])
    if argv[1:2] == ["large"]:
        return import_module("bench_class").large()
    start = perf_counter()
    for number, name in enumerate(SHORT, start=1):
        module = import_module(name)
        title = module.__doc__.partition("\n")[0]
        print(f"\n[{number}/{len(SHORT)}, {perf_counter() - start:.0f} s] {title}", flush=True)
        module.main()
    print(f"\n{perf_counter() - start:.0f} s in all")
    return None


if __name__ == "__main__":
    main()
