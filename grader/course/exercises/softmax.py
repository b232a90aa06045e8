"""Lesson 03: softmax, cross-entropy, and the layer that belongs last."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Categorical, Distribution, Normal
from torch.nn import functional

from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Table, as_if, case

Logits = Sequence[float]
ListRule = Callable[[Asked], list[float]]

# What may follow the last Linear, from the least to the most. "Linear" itself: nothing follows.
ENDINGS: dict[str, nn.Module] = {"Linear": nn.Identity(), "Sigmoid": nn.Sigmoid(),
    "Softmax": nn.Softmax(dim=-1), "LogSoftmax": nn.LogSoftmax(dim=-1)}


def softmax(logits: Logits) -> list[float]:
    """The softmax of a list of logits: positive numbers that sum to 1, as `nn.Softmax(dim=0)`."""
    return torch.softmax(vector(logits), dim=0).tolist()


def cross_entropy(logits: Logits, target: int) -> float:
    """The cross-entropy loss of one sample whose class has the index `target`.

    It takes logits, as `nn.CrossEntropyLoss()` does, and the natural logarithm.
    """
    return float(functional.cross_entropy(vector(logits), torch.tensor(target, device="cpu")))


def temperature_softmax(logits: Logits, temperature: float) -> list[float]:
    """The softmax at a temperature: above 1 the probabilities get flatter, below 1 sharper."""
    return torch.softmax(torch.div(vector(logits), temperature), dim=0).tolist()


@cache
def last_layer(loss: str) -> str:
    """The layer that ends the model when it is trained with this loss.

    Measured: the least that makes the loss the negative log-likelihood of the target, up to a
    constant. Tried are a bare Linear, then Sigmoid, Softmax and LogSoftmax after it.
    """
    return next(name for name in ENDINGS if is_likelihood(loss, name))


def is_likelihood(loss: str, ending: str) -> bool:
    """True if the loss after this ending is the textbook's, up to a constant."""
    with torch.device("cpu"):
        outputs = torch.tensor([[0.5, -1.0, 2.0], [3.0, 1.5, -0.5]], dtype=torch.float64)
        distribution, target = textbook(loss, outputs)
        try:
            losses = getattr(nn, loss)(reduction="none")(ENDINGS[ending](outputs), target)
        except RuntimeError:  # BCELoss takes nothing but probabilities
            return False
        excess = losses + distribution.log_prob(target)
        return bool(torch.allclose(excess, excess.flatten()[0]))


def textbook(loss: str, outputs: Tensor) -> tuple[Distribution, Tensor]:
    """What the outputs of a Linear stand for, and targets of that kind.

    They are the mean of a normal distribution, the logits of yes-or-no questions, or the logits
    of classes that exclude each other.
    """
    if loss == "MSELoss":
        return Normal(outputs, math.sqrt(0.5)), torch.full_like(outputs, 2.5)
    if loss in ("BCELoss", "BCEWithLogitsLoss"):
        return Bernoulli(logits=outputs), (outputs > 1).double()
    return Categorical(logits=outputs), torch.tensor([2, 1])


def vector(logits: Logits) -> Tensor:
    """The logits in double precision."""
    return torch.tensor(logits, dtype=torch.float64, device="cpu")


def each_class(a: Asked) -> list[float]:
    """The losses if each class in turn were the true one."""
    return [a(target=target) for target in range(len(a.logits))]


def from_one_hot(loss: Callable[..., Tensor], a: Asked) -> float:
    """How far the probabilities are from the one-hot target, summed over the classes."""
    truth = vector([place == a.target for place in range(len(a.logits))])
    return float(loss(vector(softmax(a.logits)), truth, reduction="sum"))


def instead(wrong: dict[str, str]) -> Callable[[Asked], str]:
    """The rule that has these entries wrong and the others right."""
    return lambda a: wrong.get(a.loss) or a()


def over_logits(a: Asked, subtracted: float) -> list[float]:
    """Exponentials over the sum of the logits, a list that does not sum to 1."""
    logits = vector(a.logits)
    return (logits.sub(subtracted).exp() / logits.sum()).tolist()


def short_e(base: float) -> Mistake:
    """Euler's number with too few digits."""
    return Mistake(f"{base} for e", lambda a: a(logits=[z * math.log(base) for z in a.logits]),
        f"You wrote {base} for e. That is close, and each power makes it worse. `math.exp` and "
        "`math.e` have all its digits.")


NOT_NORMALISED = Mistake("not normalised",
    lambda a: (vector(a.logits) / vars(a).get("temperature", 1)).exp().tolist(),
    "You took the exponentials, but they don't sum to 1 yet.")


def on_one_side(name: str, did: str, rule: ListRule, here: str, there: str) -> Mistake:
    """A step that belongs in the numerator and the denominator, and is taken in one of them."""
    return Mistake(name, rule,
        f"You {did} in the {here} but not in the {there}. The sum runs over the same exponentials.")


def own_share_loss(a: Asked) -> float:
    """The loss of the target's share in the plain sum of the logits, where there is one."""
    shares = vector(a.logits) / vector(a.logits).sum()
    return -float(shares[a.target].log().nan_to_num(-math.inf))


def kept_above(least: float) -> Mistake:
    """A probability that may not get too small for a logarithm."""
    return Mistake(f"probability at least {least}", lambda a: min(a(), -math.log(least)),
        f"You never let the probability fall below {least}, so your loss ends at "
        f"{-math.log(least):.1f}. The worse the guess, the larger the loss: without an end.",
        praise="Right for probabilities that are not tiny.")


def a_little_more(extra: float) -> Mistake:
    """A probability with something added, so that its logarithm exists."""
    return Mistake(f"{extra} added", lambda a: -math.log(math.exp(-a()) + extra),
        f"You added {extra} to the probability before the logarithm. A small loss is then wrong, "
        "and a large one is cut off.",
        praise="Nearly right.")


def some_logits(random: Random, low: int = 2, high: int = 6) -> list[float]:
    """Different logits with one decimal, easy to read."""
    tenths = random.sample(range(-50, 51), k=random.randint(low, high))
    return [float(f"{tenth}e-1") for tenth in tenths]


def large_logits_case(random: Random) -> Case:
    """Logits far from zero on one side, near each other."""
    centre = random.choice((-1000, 1000, 2000))
    return case([centre + logit for logit in some_logits(random)])


def equal_logits_case(random: Random) -> Case:
    """The same logit for each class."""
    (logit,) = some_logits(random, 1, 1)
    classes = random.randint(2, 9)
    return case([logit] * classes, random.randrange(classes))


def target_case(random: Random) -> Case:
    """Different logits and one of their classes."""
    logits = some_logits(random)
    return case(logits, random.randrange(len(logits)))


def sure_case(random: Random) -> Case:
    """One class has by far the largest logit."""
    logits = some_logits(random)
    logits[random.randrange(len(logits))] += random.randint(30, 300)
    return case(logits, random.randrange(len(logits)))


SOFTMAX = Function(
    softmax,
    parts=(
        Part("two logits", 1, (case([1, 1]), case([2, 1]), case([0.5, 2.0])),
            lambda random: case(some_logits(random, 2, 2))),
        Part("any number of logits", 1, (case([4]), case([1, 2, 3]), case([-1.0, 0.5, 2.0, 0.5])),
            lambda random: case(some_logits(random, 3, 8))),
        Part("large logits", 1,
            (case([1000, 1000]), case([1000, 1001, 999]), case([0, 1000]), case([-1000, -1001])),
            large_logits_case),
    ),
    mistakes=(
        Mistake("no exponential", lambda a: (vector(a.logits) / vector(a.logits).sum()).tolist(),
            "You divided the logits by their sum. With a negative logit that gives a negative "
            "probability: what makes each of them positive first?"),
        NOT_NORMALISED,
        Mistake("largest is one", lambda a: (vector(a.logits) - max(a.logits)).exp().tolist(),
            "You subtracted the largest logit and took the exponentials, but they don't sum to 1 "
            "yet: your largest probability is always 1."),
        on_one_side("largest subtracted once", "subtracted the largest logit",
            lambda a: (vector(a()) * torch.exp(-vector(a.logits).max())).tolist(),
            "numerator", "denominator"),
        Mistake("sigmoid for each", lambda a: torch.sigmoid(vector(a.logits)).tolist(),
            "You applied the sigmoid to each logit alone. Softmax divides by something that all "
            "the logits share, so that the result sums to 1."),
        Mistake("logarithm taken", lambda a: torch.log_softmax(vector(a.logits), dim=0).tolist(),
            "You returned logarithms of probabilities. Softmax itself gives numbers between 0 and "
            "1."),
        Mistake("winner takes all",
            lambda a: functional.one_hot(vector(a.logits).argmax(), len(a.logits)).float().tolist(),
            "You gave everything to the largest logit: that is argmax as a one-hot vector. "
            "Softmax is soft: the others get their share."),
        Mistake("sign of the logits", lambda a: a(logits=[-logit for logit in a.logits]),
            "Your smallest logit gets the largest probability. Look at the sign in the exponent."),
        Mistake("divided by the largest",
            lambda a: a(logits=(vector(a.logits) / max(a.logits)).tolist()),
            "You divided the logits by the largest one. That keeps them small but changes their "
            "differences. What can you do to all logits that leaves the differences alone?"),
        Mistake("mean for sum", lambda a: [p * len(a.logits) for p in a()],
            "You divided by the mean of the exponentials. The probabilities must sum to 1, yours "
            "sum to the number of logits."),
        Mistake("exponential of the sum",
            lambda a: (vector(a.logits) - sum(a.logits)).exp().tolist(),
            "Your denominator is the exponential of the sum. It should be the other way round: "
            "what is summed there?"),
        Mistake("base two", lambda a: a(logits=[logit * math.log(2) for logit in a.logits]),
            "You used powers of 2. The base is Euler's number, as in `math.exp`."),
        *(short_e(base) for base in (2.7, 2.72, 2.718, 2.7183)),
        Mistake("divided by the sum of the logits", lambda a: over_logits(a, 0.0),
            "You divided by the sum of the logits. What has to sum to 1 are the exponentials."),
        Mistake("largest subtracted, divided by the sum of the logits",
            lambda a: over_logits(a, max(a.logits)),
            "You divided by the sum of the logits. The exponentials have to sum to 1, and yours "
            "are those of the logits minus the largest."),
        Mistake("squares", lambda a: (vector(a.logits) ** 2 / sum(vector(a.logits) ** 2)).tolist(),
            "You squared the logits. That makes them positive, but -2 and 2 then get the same "
            "share. Which function grows all the way?"),
        Mistake("sum of one", lambda a: (vector(a.logits) - a.logits[0]).exp().tolist(),
            "Your denominator holds the first exponential only. Does your loop end too early, with "
            "a `return` inside it?"),
        Mistake("sum not finished",
            lambda a: (vector(a.logits) - vector(a.logits).logcumsumexp(0)).exp().tolist(),
            "You divide while your sum is still growing. The first share is divided by one "
            "exponential, the last one by all of them."),
        Mistake("large logits cut off", lambda a: a(logits=[min(z, 700) for z in a.logits]),
            "You cut large logits off. Then 1000 and 1001 are the same to you, and it is their "
            "difference that counts.",
            praise="Right for small logits."),
        Mistake("large logits cut off on both sides",
            lambda a: a(logits=[max(-700, min(z, 700)) for z in a.logits]),
            "You cut logits off above and below. Then -1000 and -1001 are the same to you, and it "
            "is their difference that counts.",
            praise="Right for small logits."),
    ),
    hints=(
        "Work out `softmax([1, 1])` by hand: two equal logits, two equal probabilities.",
        "First a list of exponentials, one for each logit. Then each of them over their sum.",
        "`math.exp(1000)` raises `OverflowError`. Compare `softmax([1, 2])` with "
        "`softmax([11, 12])`: what matters about the logits, and what does not?",
        "You may subtract the same number from all logits. "
        "Which number makes the largest exponent zero?",
    ),
)

CROSS_ENTROPY = Function(
    cross_entropy,
    question=lambda a: (
        f"`nn.CrossEntropyLoss()` gets the logits {', '.join(f'{x:g}' for x in a.logits)}, and the "
        f"right class is number {a.target}, counted from 0. What is the loss, to three "
        "significant digits?"),
    parts=(
        Part("equal logits", 1, (case([1, 1], 0), case([1, 1, 1, 1], 2)),
            equal_logits_case),
        Part("different logits", 1,
            (case([2, 1], 0), case([2.0, 1.0, 0.5], target=2), case([1.0, 3.0, 2.0, 0.5], 1),
             case([-1.0, 2.0, 0.5], 2)),
            target_case),
        Part("sure of one class", 1, (case([21, 1], 0), case([1, 201], 0), case([1, 2, 31], 1)),
            sure_case),
    ),
    mistakes=(
        Mistake("sign", lambda a: -a(),
            "Your loss is negative. A probability is at most 1, so its logarithm is at most 0; a "
            "loss is zero at best."),
        Mistake("probability, not loss", lambda a: math.exp(-a()),
            "You returned the probability of the target. The loss is small when this is large."),
        Mistake("error probability", lambda a: 1 - math.exp(-a()),
            "You returned the probability that is missing to 1. Cross-entropy uses a logarithm: "
            "it grows without end when the target's probability goes to 0."),
        Mistake("no softmax",
            lambda a: -math.log(a.logits[a.target]) if a.logits[a.target] > 0 else math.inf,
            "You took the logarithm of the logit itself. Logits are no probabilities: they need a "
            "softmax first."),
        Mistake("logit taken for log-probability", lambda a: -float(a.logits[a.target]),
            "You returned minus the target's logit. Logits are no logarithms of probabilities: a "
            "softmax is missing."),
        Mistake("softmax twice", lambda a: a(logits=softmax(a.logits)),
            "You applied softmax twice: once more on what are shares already. The loss never comes "
            "near zero then, however sure the logits are."),
        Mistake("target's logit forgotten", lambda a: a() + a.logits[a.target],
            "You have the logarithm of the sum of the exponentials. The logit of the target is "
            "still missing."),
        Mistake("logarithm to base two", lambda a: a() / math.log(2),
            "You used the logarithm to base 2. PyTorch uses the natural one, `math.log`.",
            praise="Right in bits."),
        Mistake("logarithm to base ten", lambda a: a() / math.log(10),
            "You used the logarithm to base 10. PyTorch uses the natural one, `math.log`.",
            praise="Right but for the base."),
        Mistake("target counted from one", lambda a: a(target=(a.target - 1) % len(a.logits)),
            "You counted the classes from one. `target` is an index: the first class is 0."),
        Mistake("target ignored", lambda a: a(target=a.logits.index(max(a.logits))),
            "You took the most probable class. The loss asks for the probability of the true one, "
            "`target`, also when the model prefers another."),
        Mistake("weighted with the probability", lambda a: a() * math.exp(-a()),
            "You multiplied the logarithm by the probability, as in an entropy. The true class "
            "counts in full, however improbable the model finds it."),
        Mistake("squared error", lambda a: from_one_hot(functional.mse_loss, a),
            "You summed squared differences between the probabilities and the one-hot target. "
            "Cross-entropy takes a logarithm."),
        Mistake("entropy", lambda a: sum(loss * math.exp(-loss) for loss in each_class(a)),
            "You returned the entropy of the probabilities, which does not depend on `target`. "
            "Cross-entropy looks at one class only."),
        Mistake("all classes summed", lambda a: sum(each_class(a)),
            "You summed over all classes. Only the true class counts."),
        Mistake("mean over the classes", lambda a: sum(each_class(a)) / len(a.logits),
            "You took the mean over all classes. Only the true class counts; PyTorch's mean is "
            "over the samples of a batch, and here is one."),
        Mistake("divided by the classes", lambda a: a() / len(a.logits),
            "You divided by the number of classes. PyTorch's mean is over the samples of a batch, "
            "and here is one."),
        Mistake("sigmoid, not softmax",
            lambda a: float(-functional.logsigmoid(vector(a.logits))[a.target]),
            "You used the sigmoid of the target's logit. Here the classes exclude each other, so "
            "all logits share one denominator."),
        Mistake("other classes counted too",
            lambda a: from_one_hot(functional.binary_cross_entropy, a),
            "You added a term for each wrong class, as in binary cross-entropy. Here only the "
            "probability of the true class counts."),
        Mistake("logits' own shares", own_share_loss,
            "You divided the target's logit by the sum of the logits. Shares that are "
            "probabilities come from `softmax`: where are the exponentials?"),
        Mistake("one over the probability", lambda a: math.exp(a()),
            "You divided 1 by the probability. That grows without end too, but is 1 where the "
            "loss should be 0."),
        Mistake("probability of the others",
            lambda a: -math.log1p(-math.exp(-a())) if a() > 1e-15 else math.inf,
            "You took the logarithm of what is missing to 1. Your loss grows as the target's "
            "probability grows; it should fall."),
        *map(kept_above, (1e-8, 1e-9, 1e-10, 1e-12)),
        *map(a_little_more, (1e-8, 1e-9, 1e-10, 1e-12)),
    ),
    hints=(
        "You have `softmax` already. Which one of its numbers does the loss look at?",
        "The loss is 0 when that number is 1, and grows when it goes to 0. "
        "Which function of `math` does that, and with which sign?",
        "Check with equal logits: `cross_entropy([1, 1], 0)` is about 0.693.",
    ),
)


def after_softmax(did: str, rule: ListRule) -> Mistake:
    """The temperature comes too late."""
    return Mistake(f"{did} after softmax", rule,
        f"You {did} the probabilities. They don't sum to 1 any more. The temperature acts before "
        "the exponential.")


def exponentials(a: Asked, above: float, below: float) -> list[float]:
    """Softmax with one temperature in the numerator and another in the denominator."""
    logits = vector(a.logits)
    return (logits / above - torch.logsumexp(logits / below, 0)).exp().tolist()


TEMPERATURE = Function(
    temperature_softmax,
    parts=(
        Part("temperature one", 1, (case([2, 1], 1), case([1, 2, 3], temperature=1.0)),
            lambda random: case(some_logits(random), 1)),
        Part("hotter", 1,
            (case([2, 1], 2), case([1, 2, 3], 4), case([-1.0, 0.5, 2.0], temperature=2.5)),
            lambda random: case(some_logits(random), random.randint(2, 20))),
        Part("colder", 1, (case([2, 1], 0.5), case([1, 2, 3], 0.25), case([-1.0, 0.5, 2.0], 0.1)),
            lambda random: case(some_logits(random),
                temperature=random.choice((0.05, 0.2, 0.4, 0.8)))),
    ),
    mistakes=(
        Mistake("temperature without effect", as_if(temperature=1),
            "Your temperature changes nothing. Either it is not used, or it cancels: what is added "
            "to every logit, or multiplies every exponential, stands above and below the line."),
        Mistake("hot and cold exchanged", lambda a: a(temperature=1 / a.temperature),
            "Your high temperature makes the probabilities sharper. It should make them flatter: "
            "the differences between the logits must shrink."),
        after_softmax("divided", lambda a: [p / a.temperature for p in a(temperature=1)]),
        after_softmax("multiplied", lambda a: [p * a.temperature for p in a(temperature=1)]),
        Mistake("power not normalised",
            lambda a: [p ** (1 / a.temperature) for p in a(temperature=1)],
            "Raised to a power, the probabilities don't sum to 1 any more.",
            praise="A power is a possible way."),
        Mistake("whole-number division",
            lambda a: a(logits=[logit // a.temperature for logit in a.logits], temperature=1),
            "You used `//`, which cuts off the digits behind the point. Logits are floats."),
        on_one_side("numerator only", "used the temperature",
            lambda a: exponentials(a, a.temperature, 1), "numerator", "denominator"),
        on_one_side("denominator only", "used the temperature",
            lambda a: exponentials(a, 1, a.temperature), "denominator", "numerator"),
        NOT_NORMALISED,
        Mistake("square root of the temperature", lambda a: a(temperature=math.sqrt(a.temperature)),
            "You used the square root of the temperature. Here the temperature itself is used."),
        Mistake("first logit only",
            lambda a: a(logits=[a.logits[0] / a.temperature, *a.logits[1:]], temperature=1),
            "Only your first logit gets the temperature. It belongs to each of them."),
        Mistake("temperature subtracted from the shares",
            lambda a: [p - a.temperature for p in a(temperature=1)],
            "You subtracted the temperature from the shares. It acts before the exponential."),
        Mistake("softmax twice", lambda a: a(logits=a(temperature=1)),
            "You applied softmax twice: first to the logits, then to the probabilities. The "
            "temperature acts on the logits, before the only softmax."),
        Mistake("no exponential", lambda a: (vector(a.logits) / vector(a.logits).sum()).tolist(),
            "You divided by the sum without an exponential. There the temperature cancels, and a "
            "negative logit gives a negative probability."),
    ),
    hints=(
        "With temperature 1 nothing changes: you have `softmax` already.",
        "A very high temperature makes all probabilities equal. "
        "What must become of the logits for that, before the exponential?",
        "Change each logit, then hand the new list to your `softmax`.",
    ),
)

LAST_LAYER = Table(
    last_layer,
    parts=(
        Part("numbers and yes-or-no questions", 1,
            (case("MSELoss"), case("BCEWithLogitsLoss"), case("BCELoss"))),
        Part("classes that exclude each other", 1, (case("CrossEntropyLoss"), case("NLLLoss"))),
    ),
    mistakes=(
        Mistake("regression squeezed", instead({"MSELoss": "Sigmoid"}),
            "Sigmoid gives numbers between 0 and 1 only. With `MSELoss` the target may be any "
            "number, a price or a temperature."),
        Mistake("regression cut off", instead({"MSELoss": "ReLU"}),
            "ReLU can give no negative number, and where it gives 0 the weights before it get no "
            "gradient. With `MSELoss` the target may be any number."),
        Mistake("regression between -1 and 1", instead({"MSELoss": "Tanh"}),
            "Tanh gives numbers between -1 and 1 only. With `MSELoss` the target may be any "
            "number, a price or a temperature."),
        Mistake("regression as shares", instead({"MSELoss": "Softmax"}),
            "Softmax makes numbers that sum to 1. With `MSELoss` the target may be any number."),
        Mistake("sigmoid twice", instead({"BCEWithLogitsLoss": "Sigmoid"}),
            "`BCEWithLogitsLoss` applies the sigmoid itself. With another one in the model the "
            "loss cannot come near zero. The name says what it wants."),
        Mistake("logarithms for yes-or-no questions",
            instead({"BCELoss": "LogSigmoid", "BCEWithLogitsLoss": "LogSigmoid"}),
            "LogSigmoid gives logarithms. Both binary losses take their logarithms themselves."),
        Mistake("logarithms of each output alone",
            instead({"NLLLoss": "LogSigmoid", "CrossEntropyLoss": "LogSigmoid"}),
            "LogSigmoid treats each output alone. The classes exclude each other here, so their "
            "probabilities have to share one denominator."),
        Mistake("logits for BCELoss", instead({"BCELoss": "Linear"}),
            "`BCELoss` takes the logarithm of what it gets, and raises an error for numbers "
            "outside 0 to 1. Something has to bring the logits there."),
        Mistake("yes-or-no answers compete",
            instead({"BCELoss": "Softmax", "BCEWithLogitsLoss": "Softmax"}),
            "Binary cross-entropy asks a yes-or-no question for each output on its own. Softmax "
            "would make the outputs compete; with a single output it always gives 1."),
        Mistake("log-probabilities for binary loss",
            instead({"BCELoss": "LogSoftmax", "BCEWithLogitsLoss": "LogSoftmax"}),
            "LogSoftmax gives logarithms for classes that exclude each other. Binary "
            "cross-entropy asks a yes-or-no question for each output on its own."),
        Mistake("softmax twice", instead({"CrossEntropyLoss": "Softmax"}),
            "`CrossEntropyLoss` applies softmax itself. With another one in the model the loss of "
            "a perfect prediction among 10 classes is 1.46, not 0."),
        Mistake("log-softmax twice", instead({"CrossEntropyLoss": "LogSoftmax"}),
            "`CrossEntropyLoss` applies log-softmax itself. A second one changes nothing, so the "
            "model does not need it: what is the last layer without it?"),
        Mistake("sigmoid for classes",
            instead({"CrossEntropyLoss": "Sigmoid", "NLLLoss": "Sigmoid"}),
            "The classes exclude each other here. Sigmoid treats each output alone, and these "
            "losses want something else than numbers between 0 and 1."),
        Mistake("logits for NLLLoss", instead({"NLLLoss": "Linear"}),
            "`NLLLoss` takes no logarithm and applies no softmax: it picks the target's entry and "
            "changes its sign. With raw logits it can fall without end."),
        Mistake("probabilities for NLLLoss", instead({"NLLLoss": "Softmax"}),
            "`NLLLoss` takes no logarithm itself, whatever its name says. With probabilities its "
            "best value is -1."),
        Mistake("a loss for a layer", lambda a: a.loss,
            "You wrote the loss itself. Asked is the layer of the model that comes before it."),
        Mistake("nothing behind the Linear, in other words",
            lambda a: "Identity",
            "`Identity` changes nothing, so it is no answer to what the model ends in. What to "
            "write if nothing comes after the last Linear stands above the cell."),
        Mistake("function for class", instead({"NLLLoss": "log_softmax"}),
            "That is the name of a function. Asked is the class, as `nn` has it.",
            praise="The layer is right."),
        Mistake("module in front", lambda a: f"nn.{a()}",
            "Give the name of the class alone, without `nn.`.",
            praise="The layer is right."),
        Mistake("brackets behind", lambda a: f"{a()}()",
            "Give the name of the class alone, without brackets.",
            praise="The layer is right."),
        Mistake("small letters", lambda a: a().lower(),
            "Spell the class as PyTorch does, with its capitals.",
            praise="The layer is right."),
    ),
    hints=(
        "Ask of each loss: what does it do with the numbers it gets? Does it apply a softmax, "
        "a sigmoid or a logarithm by itself?",
        "PyTorch's page of each loss says under `Input` whether it wants any real numbers "
        "(logits), probabilities or log-probabilities.",
        "A loss wants any real numbers, probabilities, or logarithms of probabilities. Which layer "
        "makes each of them of the outputs of a Linear, and which losses make them themselves?",
    ),
)

LESSON = Lesson("03-softmax", (SOFTMAX, TEMPERATURE, CROSS_ENTROPY, LAST_LAYER))
