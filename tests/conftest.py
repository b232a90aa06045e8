"""What a run of the tests says at its end."""


def pytest_terminal_summary(terminalreporter):
    """The kill rate of the mutants, over all functions."""
    counts = {"killed": 0, "survivors": 0}
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, value in report.user_properties:
            if name in counts:
                counts[name] += value
    total = sum(counts.values())
    if total:
        rate = 100 * counts["killed"] / total
        terminalreporter.write_line(f"{counts['killed']} of {total} mutants rejected: {rate:.1f} %")
