"""What a run of the tests says at its end."""

from collections import Counter


def pytest_terminal_summary(terminalreporter):
    """The kill rate of the mutants, the answers judged alike, the mistakes named two at once."""
    counts, said = Counter(), {}
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, value in report.user_properties:
            if isinstance(value, dict):
                said[name] = value
            else:
                counts[name] += value
    if total := counts["killed"] + counts["survivors"]:
        rate = 100 * counts["killed"] / total
        terminalreporter.write_line(f"{counts['killed']} of {total} mutants rejected: {rate:.1f} %")
    if alike := counts["judged alike"]:
        terminalreporter.write_line(f"{alike} answers judged alike by key and by PyTorch")
    for name, value in said.items():
        facts = ", ".join(f"{count} {what}" for what, count in value.items())
        terminalreporter.write_line(f"{name}: {facts}")
