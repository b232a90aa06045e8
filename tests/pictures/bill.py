"""Small calls of every picture in `grader.figures.bill`."""

from grader import figures

USES = {
    "serve": {"weights": 8 * 10**9, "cache": 10**9},
    "tune": {"weights": 8 * 10**9, "adapters": 10**7},
    "train": {"weights": 16 * 10**9, "gradients": 16 * 10**9, "moments": 32 * 10**9},
}
PICTURES = {
    "on_a_card": lambda: figures.on_a_card(USES, card=24, name="A model"),
    "on_a_card large card": lambda: figures.on_a_card({"serve": USES["serve"]}, card=80),
    "on_a_card small card": lambda: figures.on_a_card(USES, card=8),
    "prices": lambda: figures.prices({"small": 12.0, "large": 2_000_000.0}, price=2.5),
}
