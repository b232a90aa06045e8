"""Feedback pages whose formulas need no network: they are in the page, as MathML."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import PackageLoader, pass_context
from math_core import LatexError, LatexToMathML
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

SPACE_BELOW = re.compile(r"\\\\\s*\[[^\]]*\]")  # of a row, `\\[4pt]`: the converter would show it
OPENS = re.compile(r"[\\{(\[^_]")  # what can begin a level of nesting
DEEPEST = 1000  # levels: some thousands overflow the stack of the converter, which ends Python
LONGEST = 10_000  # characters
BRACKET = re.compile(  # group 1 has those that open
    r"([(\[⟨⌈⌊⟦⟪⟮⟬⦃⎰]|\\\{|\\[lu]l?(?:angle|brac[ek]|ceil|floor|[vV]ert|group|moustache|paren|corner|B))"
    r"|[)\]⟩⌉⌋⟧⟫⟯⟭⦄⎱]|\\\}|\\[ru]r?(?:angle|brac[ek]|ceil|floor|[vV]ert|group|moustache|paren|corner|B)"
)
MOST_OPEN = 12  # brackets at once: the converter takes twice as long for each that nobody closes
CONVERTER = LatexToMathML(fancy_error=False)


def mathml(tex: str, alone: bool = False) -> str | None:
    """A formula as MathML; None where it cannot be converted, or is larger than formulas are.

    Args:
        alone: on a line of its own.
    """
    if len(tex) > LONGEST or len(OPENS.findall(tex)) > DEEPEST or _open(tex) > MOST_OPEN:
        return None
    try:
        return CONVERTER.convert_with_local_state(SPACE_BELOW.sub(r"\\\\", tex), displaystyle=alone)
    except (LatexError, UnicodeError):  # half of a pair of surrogates
        return None


def _open(tex: str) -> int:
    """How many brackets are open at most; of whatever kind, each closes the last one."""
    most = now = 0
    for found in BRACKET.finditer(tex):
        now = now + 1 if found[1] else max(now - 1, 0)
        most = max(most, now)
    return most


class OfflinePage(HTMLExporter):  # type: ignore[misc]  # nbconvert has no types
    """What GenerateFeedback exports with: its own page, but for MathJax, which comes from afar.

    Current browsers show MathML by themselves. A formula that cannot be converted is shown as it
    was typed.
    """

    def __init__(self, **kwargs: Any) -> None:
        ours = PackageLoader("grader.classroom", "templates")  # its mathjax.html.j2 goes before
        super().__init__(extra_loaders=[ours], **kwargs)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Prose as HTML."""
        renderer = _WithMathML(
            escape=False,
            anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links,
        )
        return str(MarkdownWithMath(renderer=renderer).render(source))


class _WithMathML(IPythonRenderer):  # type: ignore[misc]  # nbconvert has no types
    def inline_math(self, body: str) -> str:
        return mathml(body) or str(super().inline_math(body))

    def block_math(self, body: str) -> str:
        return mathml(body, alone=True) or str(super().block_math(body))

    def latex_environment(self, name: str, body: str) -> str:
        whole = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return mathml(whole, alone=True) or str(super().latex_environment(name, body))
