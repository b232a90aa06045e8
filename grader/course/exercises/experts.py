"""Lesson 21: mixtures of experts: who gets which token, and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import torch
from torch import Tensor, nn

from grader.course import asking
from grader.course import misconceptions as known
from grader.course import mixtures as nets
from grader.course.exercises.linear import exact
from grader.course.pytorch import mult_adds, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case


def route(logits: Sequence[float], top_k: int) -> list[float]:
    """One weight for each expert, in the experts' order: the softmax over the `top_k` largest
    logits, 0.0 for the other experts. No two logits are equal."""
    largest, chosen = exact(logits).topk(top_k)
    weights = torch.zeros_like(exact(logits)).scatter(0, chosen, largest.softmax(dim=0))
    return list(map(float, weights))


def moe_params(d_model: int, hidden_dim: int, num_experts: int, num_shared: int = 0) -> int:
    """The number of parameters of one mixture of experts, all of them together.

    A router `nn.Linear(d_model, num_experts, bias=False)` and SwiGLU experts: three matrices
    without a bias. Shared experts have the same size; they come on top of `num_experts`, and the
    router knows nothing of them.
    """
    return parameters(nets.expert_layer(d_model, hidden_dim, num_experts, num_experts, num_shared))


def moe_active_params(
    d_model: int, hidden_dim: int, num_experts: int, top_k: int, num_shared: int = 0
) -> int:
    """The number of parameters that one token passes through: the whole router, `top_k` of the
    experts, all shared ones."""
    return parameters(nets.expert_layer(d_model, hidden_dim, num_experts, top_k, num_shared))


def moe_mult_adds(tokens: int, d_model: int, hidden_dim: int, num_experts: int, top_k: int,
        num_shared: int = 0) -> int:
    """The multiply-accumulates for so many tokens, none of which is turned away. The weighting
    of the experts' answers is not counted."""
    router = nn.Linear(d_model, num_experts, bias=False)
    met = [nets.Expert(d_model, hidden_dim) for _ in range(top_k + num_shared)]
    return sum(mult_adds(each, (tokens, d_model)) for each in (router, *met))


def best(a: Asked, k: int = 0) -> Tensor:
    """True for the experts with the largest logits."""
    logits = exact(a.logits)
    return torch.isin(logits, logits.topk(max(0, min(k or a.top_k, len(logits))))[0])


def kept(weigh: Callable[[Tensor], Tensor]) -> Rule:
    """Other weights for the right experts, found from all logits."""
    return lambda a: torch.where(best(a), weigh(exact(a.logits)), exact(0.0)).tolist()


def over_chosen(weigh: Callable[[Tensor], Tensor]) -> Rule:
    """Weights found from the chosen logits alone, each at the place of its expert."""
    def rule(a: Asked) -> list[float]:
        weights = torch.zeros_like(exact(a.logits))
        weights[best(a)] = weigh(exact(a.logits)[best(a)])
        return list(map(float, weights))
    return rule


def chosen_by(score: Callable[[Tensor], Tensor]) -> Rule:
    """The softmax over the logits of other experts than those with the largest ones."""
    def rule(a: Asked) -> list[float]:
        logits = exact(a.logits)
        chosen = score(logits).topk(a.top_k)[1]
        weights = torch.zeros_like(logits).scatter(0, chosen, logits[chosen].softmax(dim=0))
        return list(map(float, weights))
    return rule


def draw_logits(random: Random, count: int, centre: float = 0) -> list[float]:
    """Different logits, not in the order of their size."""
    logits = [round(centre + tenth / 10, 1) for tenth in random.sample(range(-35, 36), k=count)]
    return logits if logits != sorted(logits, reverse=True) else logits[::-1]


def draw_route(random: Random) -> Case:
    """Some of the experts, not all and more than one."""
    experts = random.randint(4, 8)
    return case(draw_logits(random, experts), random.randint(2, experts - 1))


ROUTE = Function(
    route,
    parts=(
        Part("two of the experts", 2,
            (case([2, 1, 0], 2), case([0.5, -1.0, 2.0, 1.5], 2), case([-1.0, -0.25, -3.0], 2),
             case([0.1, -2.5, 1.3, 4.2, -0.7, 0.9, 2.2, -3.1], top_k=2)),
            lambda random: case(draw_logits(random, random.randint(3, 8)), 2)),
        Part("one, several or all", 1,
            (case([1, 3], 1), case([1, 3], 2), case([0.5, -1.0, 2.0, 1.5], 3),
             case([-1.5, 0.25, -3.0, 1.0, -0.5], top_k=4), case([0.3, -4.0, 1.2], 3)),
            draw_route),
        Part("large logits", 1,
            (case([999, 1000, -1000], 2), case([-1000, -998, -999, -996], 3),
             case([1000, 990.5, 0, 995], top_k=3), case([-900, 999, 1000, 0.5], 4)),
            lambda random: case(
                draw_logits(random, 5, random.choice((-990, 990))), random.randint(2, 4))),
    ),
    mistakes=(
        Mistake("softmax over all, then zeros", kept(lambda logits: logits.softmax(dim=0)),
            "You took the softmax over all logits and then set some weights to 0. What is left "
            "does not sum to 1 any more: only the chosen experts share.",
            praise="Right where all experts are chosen."),
        Mistake("zeros, then softmax over all",
            lambda a: torch.where(best(a), exact(a.logits), exact(0.0)).softmax(0).tolist(),
            "You set the logits of the other experts to 0 before the softmax. A logit of 0 still "
            "gets a share. Leave those experts out of the sum altogether.",
            praise="Right where all experts are chosen."),
        Mistake("all experts used", lambda a: a(top_k=len(a.logits)),
            "You gave every expert a weight. Only `top_k` of them are asked; the others get 0.0.",
            praise="Right where all experts are chosen."),
        Mistake("equal weights", over_chosen(lambda chosen: chosen.mul(0).softmax(dim=0)),
            "Your chosen experts all count the same. The larger its logit, the more an expert "
            "counts.",
            praise="You chose the right experts."),
        Mistake("mask returned", kept(torch.ones_like),
            "You returned 1 for each chosen expert. That says who is asked, not how much each "
            "counts.",
            praise="You chose the right experts."),
        Mistake("one expert only", as_if(top_k=1),
            "You gave everything to the expert with the largest logit. `top_k` experts are asked.",
            praise="Right for `top_k=1`."),
        Mistake("always two", lambda a: a(top_k=min(2, len(a.logits))),
            "You always ask two experts. `top_k` says how many.",
            praise="Right for `top_k=2`."),
        Mistake("one too many", lambda a: a(top_k=min(a.top_k + 1, len(a.logits))),
            "You chose one expert too many. If you compare with the logit at place `top_k` of the "
            "sorted list: places start at 0."),
        Mistake("one too few", lambda a: a(top_k=max(a.top_k - 1, 1)),
            "You chose one expert too few. Is it `>` where `>=` is meant?"),
        Mistake("logits as weights", kept(lambda logits: logits),
            "You used the logits themselves as weights. A softmax comes between: weights are "
            "positive and sum to 1."),
        Mistake("shares without exp", over_chosen(lambda chosen: chosen / chosen.sum()),
            "You divided each chosen logit by their sum. A softmax takes the exponential of each "
            "of them first; lesson 03 has it."),
        Mistake("exp without its sum", kept(torch.exp),
            "You took the exponentials, but did not divide them by their sum. Weights sum to 1."),
        Mistake("largest is one", over_chosen(lambda chosen: (chosen - chosen.max()).exp()),
            "You took the largest logit away and then the exponentials. They don't sum to 1 yet: "
            "your best expert always has the weight 1."),
        Mistake("sigmoids", kept(torch.sigmoid),
            "You took the sigmoid of each chosen logit. The weights are to sum to 1, so the "
            "chosen experts have to share one denominator."),
        Mistake("sigmoids made to sum to 1",
            over_chosen(lambda chosen: chosen.sigmoid() / chosen.sigmoid().sum()),
            "You made weights of sigmoids. They sum to 1 (DeepSeek-V3 does so), but asked is the "
            "softmax: exponentials over their sum."),
        Mistake("softmax twice", over_chosen(lambda chosen: chosen.softmax(0).softmax(0)),
            "You took the softmax of weights that were one already. Once is enough: the second "
            "makes them more alike."),
        Mistake("softmax of probabilities",
            lambda a: over_chosen(lambda chosen: chosen.softmax(0))(
                a.but(logits=exact(a.logits).softmax(0).tolist())),
            "You took the softmax over all logits, and then another one over what you kept of it. "
            "One softmax is asked for, over the chosen logits."),
        Mistake("smallest chosen", chosen_by(torch.neg),
            "You chose the experts with the smallest logits. `sorted` begins with the smallest."),
        Mistake("first experts chosen",
            chosen_by(lambda logits: -torch.arange(float(len(logits)), device="cpu")),
            "You took the first `top_k` experts as they stand. Who is asked depends on the "
            "logits: the largest ones."),
        Mistake("largest without their sign", chosen_by(torch.abs),
            "You chose by size without the sign: a logit of -3 is smaller than 1."),
        Mistake("sign of the logits", over_chosen(lambda chosen: (-chosen).softmax(dim=0)),
            "You turned the sign of the chosen logits round: your best expert gets the smallest "
            "weight.",
            praise="You chose the right experts."),
        Mistake("weights of the chosen only",
            lambda a: exact(a.logits).topk(a.top_k)[0].softmax(0).tolist(),
            "You returned the weights of the chosen experts, the largest first. Asked is a weight "
            "for every expert, each at its own place."),
        Mistake("weights of the chosen only, sorted",
            lambda a: exact(a.logits).topk(a.top_k)[0].softmax(0).tolist()[::-1],
            "You returned the weights of the chosen experts, the smallest first. Asked is a weight "
            "for every expert, each at its own place."),
        Mistake("chosen only, in the experts' order",
            lambda a: exact(a.logits)[best(a)].softmax(0).tolist(),
            "You left out the experts that are not asked. They are in the list too, with 0.0."),
        Mistake("largest first", lambda a: sorted(a(), reverse=True),
            "You returned the weights in the order of their size. The first weight belongs to the "
            "first expert, whatever its logit is."),
        Mistake("places returned", lambda a: exact(a.logits).topk(a.top_k)[1].tolist(),
            "You returned the places of the chosen experts. Asked are the weights, one for every "
            "expert."),
        Mistake("chosen logits returned", lambda a: exact(a.logits).topk(a.top_k)[0].tolist(),
            "You returned the largest logits. Asked are weights: a softmax over them, and 0.0 for "
            "the others."),
        Mistake("place and weight",
            lambda a: [[place, a()[place]] for place in exact(a.logits).topk(a.top_k)[1].tolist()],
            "You returned pairs of a place and a weight. Asked is a plain list, one weight for "
            "every expert."),
        Mistake("base two", lambda a: a(logits=exact(a.logits).mul(0.6931471805599453).tolist()),
            "You used powers of 2. The base is Euler's number, as in `math.exp`."),
        Mistake("logarithms", lambda a: exact(a()).log().nan_to_num(neginf=0.0).tolist(),
            "You returned logarithms of the weights. The softmax itself gives numbers between 0 "
            "and 1."),
    ),
    hints=(
        "First find who is asked: `sorted(logits)[-top_k]` is the smallest logit that still "
        "counts.",
        "Then go through the logits in their order: an exponential for those that count, 0.0 for "
        "the others. Last, divide by the sum.",
        "`math.exp(1000)` raises `OverflowError`. As in lesson 03: take the largest logit away "
        "from all of them first.",
    ),
)


def tokens(a: Asked) -> int:
    """How often a weight is counted: once as a parameter, once for each token as work."""
    return int(vars(a).get("tokens", 1))


def column(a: Asked) -> int:
    """The router's part for a single expert."""
    return tokens(a) * parameters(nn.Linear(a.d_model, 1, bias=False))


def met(a: Asked) -> int:
    """How many experts are counted, the shared ones among them."""
    return int(vars(a).get("top_k", a.num_experts) + a.num_shared)


def matrices(a: Asked) -> int:
    """One of the three matrices of every expert that is counted."""
    return tokens(a) * met(a) * parameters(nn.Linear(a.d_model, a.hidden_dim, bias=False))


EXPERTS = (  # of all three counts
    Mistake("router forgotten", lambda a: a() - a.num_experts * column(a),
        "You counted the experts. Somebody has to say which of them a token goes to: the router "
        "is a Linear of its own."),
    Mistake("two matrices", lambda a: a() - matrices(a),
        "You gave an expert two matrices. A SwiGLU has three: gate, up and down."),
    Mistake("shared experts ignored", as_if(num_shared=0),
        "Your number does not grow with the shared experts. Were they left out, or taken for some "
        "of the others? They come on top, and every token passes through them.",
        praise="Right without shared experts."),
    Mistake("one shared expert", lambda a: a(num_shared=min(a.num_shared, 1)),
        "You counted one shared expert. `num_shared` says how many there are.",
        praise="Right for one shared expert or none."),
    Mistake("shared experts in the router", lambda a: a() + a.num_shared * column(a),
        "Your router has a row for each shared expert too. It does not choose them: everybody "
        "goes there anyway.",
        praise="Right without shared experts."),
    Mistake("router for each expert", lambda a: a() + (met(a) - 1) * a.num_experts * column(a),
        "You counted the router again for each expert. There is one router in the layer, and it "
        "stands before all experts.", is_two=True),
    Mistake("router of one output", lambda a: a() - (a.num_experts - 1) * column(a),
        "Your router makes one number. It makes a logit for each expert: how many outputs has its "
        "Linear?"),
    Mistake("router of the hidden width",
        lambda a: a() + a.num_experts * tokens(a) * (a.hidden_dim - a.d_model),
        "Your router reads `hidden_dim` numbers. It reads the token itself, before any expert has "
        "worked on it."),
    Mistake("square in the middle",
        lambda a: a() + tokens(a) * met(a) * a.hidden_dim**2 - matrices(a),
        "One matrix of your experts leads from `hidden_dim` to `hidden_dim`. Two lead there from "
        "`d_model`, and the third leads back."),
    Mistake("square router", lambda a: a() + (a.d_model - a.num_experts) * column(a),
        "Your router is square. It reads a token and writes one logit for each expert."),
)
BIASES = (  # of both counts of parameters
    Mistake("router with a bias", lambda a: a() + a.num_experts,
        "You gave the router a bias. It has none here."),
    Mistake("experts with biases", lambda a: a() + met(a) * (2 * a.hidden_dim + a.d_model),
        "You gave the experts' matrices biases. They have none here."),
)
ONE_EXPERT = Mistake("no shared, one expert", as_if(top_k=1, num_shared=0),
    "You counted the router and a single expert. `top_k` of them work on each token, and the "
    "shared ones.", is_two=True)
ALL_EXPERTS = Mistake("all experts", lambda a: a(top_k=a.num_experts),
    "You counted all experts. A token passes through `top_k` of them; the others only wait.",
    praise="Right where all are asked.")
CHOSEN_ROWS = Mistake("chosen rows of the router",
    lambda a: a() - (a.num_experts - a.top_k) * column(a),
    "You counted the router's rows of the chosen experts only. To choose, it has to make a "
    "logit for every expert.",
    praise="Your experts are right.")
TOP_1 = Mistake("one of the experts", as_if(top_k=1),
    "You counted one of the routed experts. Each token goes to `top_k` of them.",
    praise="Right for `top_k=1`.")
WAITING = Mistake("those not chosen", lambda a: a(top_k=a.num_experts - a.top_k),
    "You counted the experts that are not chosen. Asked are those that work.")
CHOICE = (ALL_EXPERTS, CHOSEN_ROWS, TOP_1, ONE_EXPERT, WAITING)


def draw_sizes(random: Random, shared: bool = False) -> dict[str, int]:
    """Sizes of a layer that differ from each other."""
    d_model, hidden_dim = random.sample(range(2, 90), k=2)
    sizes = {"d_model": d_model, "hidden_dim": hidden_dim, "num_experts": random.randint(3, 40)}
    return sizes | ({"num_shared": random.randint(1, 4)} if shared else {})


def draw_choice(random: Random, shared: bool = False, **more: int) -> Case:
    """A layer of which a token meets some experts, more than one."""
    sizes = draw_sizes(random, shared)
    return case(**more, top_k=random.randint(2, sizes["num_experts"]), **sizes)


PARAMS = Function(
    moe_params,
    question=lambda a: (
        f"A mixture of experts: {asking.experts(a)}. How many parameters, the router's included?"),
    parts=(
        Part("a router and its experts", 2,
            (case(1, 1, 1), case(2, 3, 1), case(2, 3, 4), case(5, 4, num_experts=3),
             case(4096, 14_336, 8)),
            lambda random: case(**draw_sizes(random))),
        Part("shared experts", 1,
            (case(2, 3, 4, 1), case(3, 2, 5, num_shared=2), case(7168, 2048, 256, 1)),
            lambda random: case(**draw_sizes(random, shared=True))),
    ),
    mistakes=(
        *EXPERTS, *BIASES,
        Mistake("one expert", as_if(num_experts=1),
            "You counted one expert, with a router for one. There are `num_experts` of them."),
        Mistake("one expert, whole router", lambda a: moe_active_params(**vars(a), top_k=1),
            "You counted one expert beside the router. There are `num_experts` of them, each with "
            "matrices of its own.", is_two=True),
        Mistake("shared experts among the others",
            lambda a: a(num_experts=a.num_experts - a.num_shared),
            "You took the shared experts for some of the `num_experts`, which left fewer for the "
            "router to choose from. They come on top of them.",
            praise="Right without shared experts."),
        Mistake("experts only shared", lambda a: a(num_experts=0) + a.num_experts * column(a),
            "You counted the router and the shared experts. The experts it chooses from are there "
            "too."),
    ),
    hints=(
        "Start with one expert: gate, up and down. Write down what each reads and writes.",
        "How many experts are there, the shared ones included? Then add the router.",
        "The router is a Linear without a bias: it reads a token of `d_model` numbers. How many "
        "logits does it write?",
    ),
)

ACTIVE = Function(
    moe_active_params,
    question=lambda a: (
        f"A mixture of experts: {asking.experts(a)}; a token takes {a.top_k} of the "
        f"{a.num_experts}. How many parameters does it pass through, the router's included?"),
    parts=(
        Part("a few of the experts", 2,
            (case(1, 1, 2, 1), case(2, 3, 4, 1), case(2, 3, 4, 2), case(5, 4, 7, top_k=3),
             case(4096, 14_336, 8, 2)),
            draw_choice),
        Part("all of the experts", 1, (case(2, 3, 4, 4), case(3, 5, num_experts=6, top_k=6)),
            lambda random: case(**(sizes := draw_sizes(random)), top_k=sizes["num_experts"])),
        Part("shared experts", 1,
            (case(2, 3, 5, 2, 1), case(3, 2, 7, 3, num_shared=2), case(7168, 2048, 256, 8, 1)),
            lambda random: draw_choice(random, shared=True)),
    ),
    mistakes=(
        *EXPERTS, *BIASES, *CHOICE,
        Mistake("a share of everything",
            lambda a: a(top_k=a.num_experts) * a.top_k // a.num_experts,
            "You took the share of the chosen experts of everything. Router and shared experts "
            "are not shared out: every token passes through the whole of them."),
        Mistake("router for each choice",
            lambda a: a() + (a.top_k - 1) * a.num_experts * column(a),
            "You counted the router once for each chosen expert. One look at the token gives all "
            "the logits.",
            praise="Right for `top_k=1`."),
        Mistake("shared once for each choice", lambda a: a(num_shared=a.num_shared * a.top_k),
            "You counted the shared experts again for each chosen one. A token passes through "
            "them once.",
            praise="Right for `top_k=1`."),
        Mistake("chosen experts forgotten", as_if(top_k=0),
            "You left out the experts that the router chooses."),
    ),
    hints=(
        "Follow one token: the router, the chosen experts, the shared ones. What does it meet?",
        "Which of the router's numbers are needed to find the largest logits?",
        "You know the parameters of one expert from `moe_params`. How many experts work on one "
        "token?",
    ),
)

MULT_ADDS = Function(
    moe_mult_adds,
    question=lambda a: (
        f"A mixture of experts: {asking.experts(a)}; a token takes {a.top_k} of the "
        f"{a.num_experts}. How many mult-adds for {asking.count(a.tokens, 'token')}?"),
    parts=(
        Part("one token", 1, (case(1, 1, 1, 2, 1), case(1, 2, 3, 4, 2), case(1, 5, 4, 7, top_k=3)),
            lambda random: draw_choice(random, tokens=1)),
        Part("several tokens", 2,
            (case(3, 2, 3, 4, 1), case(6, 2, 3, 4, 2), case(tokens=10, d_model=5, hidden_dim=4,
                num_experts=3, top_k=3)),
            lambda random: draw_choice(random, tokens=random.randint(2, 99))),
        Part("shared experts", 1,
            (case(3, 2, 3, 5, 2, 1), case(9, 3, 2, 7, 3, num_shared=2),
             case(4096, 7168, 2048, 256, 8, 1)),
            lambda random: draw_choice(random, shared=True, tokens=random.randint(2, 99))),
    ),
    mistakes=(
        *EXPERTS, *CHOICE, known.FLOPS,
        Mistake("one token only", as_if(tokens=1),
            "You counted one token. Each of the `tokens` passes through router and experts.",
            praise="Right for one token."),
        Mistake("router once for all tokens",
            lambda a: a() - (a.tokens - 1) * a.num_experts * column(a) // a.tokens,
            "You counted the router for one token. It looks at every token.",
            praise="Right for one token."),
        Mistake("shared once for all tokens",
            lambda a: a(num_shared=0) + a(tokens=1) - a(tokens=1, num_shared=0),
            "You counted the shared experts for one token. Every token passes through them.",
            praise="Right for one token, and without shared experts."),
        Mistake("experts once for all tokens",
            lambda a: a(top_k=0, num_shared=0) + a(tokens=1) - a(tokens=1, top_k=0, num_shared=0),
            "You counted the experts for one token. Each works on all tokens that were sent to "
            "it.",
            praise="Right for one token."),
        Mistake("router for each choice",
            lambda a: a() + (a.top_k - 1) * a.num_experts * column(a),
            "You counted the router once for each chosen expert. One look at the token gives all "
            "the logits.",
            praise="Right for `top_k=1`."),
        Mistake("weighting counted", lambda a: a() + a.top_k * column(a),
            "You counted the weighting of the experts' answers as well. Only matrix products are "
            "counted here."),
        Mistake("gate times up counted", lambda a: a() + matrices(a) // a.d_model,
            "You counted the product of gate and up as well. It goes number by number; only "
            "matrix products are counted here."),
        Mistake("chosen experts forgotten", as_if(top_k=0),
            "You left out the experts that the router chooses."),
    ),
    hints=(
        "A matrix costs one mult-add for each of its numbers and each token that meets it.",
        "Who meets the router: all tokens, or the chosen ones? And a shared expert?",
        "Some experts get many tokens, some few. How many pairs of a token and an expert are "
        "there in all?",
    ),
)

LESSON = Lesson("21-experts", (ROUTE, PARAMS, ACTIVE, MULT_ADDS))
