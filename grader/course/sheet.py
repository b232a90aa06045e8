"""The cheat sheet: one line of formulas for each layer, shown in a notebook and printed on a page.

Every formula is a Python expression in the sheet's short names, so that a notebook can try it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4 landscape; margin: 9mm }}
body {{ font: 8pt/1.25 "Helvetica Neue", Arial, "Liberation Sans", sans-serif; color: #1b1f24 }}
h1 {{ font-size: 14pt; margin: 0 0 4px }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: 1.7px 9px 1.7px 0; border-bottom: 0.5px solid #aab4be }}
tr.family th {{ padding-top: 5px; color: #0060a0; border-bottom: 1px solid #0060a0 }}
p {{ margin: 5px 0 0 }}
</style>
<h1>{title}</h1>
{body}
</html>
"""
CELL = "text-align:left;padding:3px 12px 3px 0;font-size:88%"


@dataclass(frozen=True)
class Row:
    """One layer. All but the first are formulas in the sheet's names, such as `"i*o + o"`."""

    layer: str
    input: str
    output: str
    parameters: str
    buffers: str = "0"
    mult_adds: str = "0"


@dataclass(frozen=True)
class Sheet:
    """Rows by family, and what their short names mean."""

    title: str
    families: Mapping[str, Sequence[Row]]
    legend: Sequence[str]

    def __repr__(self) -> str:
        count = sum(map(len, self.families.values()))
        return f"{self.title}: {count} layers"

    def _repr_html_(self) -> str:
        return self._table(f' style="{CELL}"') + self._notes()

    def save(self, path: str) -> None:
        """Write the sheet as a web page of its own, which prints on one page of A4."""
        page = PAGE.format(title=escape(self.title), body=self._table("") + self._notes())
        Path(path).write_text(page, encoding="utf-8")

    def _table(self, style: str) -> str:
        columns = [field.name for field in fields(Row)]
        head = "".join(f"<th{style}>{name.replace('_', '-')}</th>" for name in columns)
        lines = [f"<tr>{head}</tr>"]
        for family, rows in self.families.items():
            lines.append(
                f'<tr class="family"><th{style} colspan="{len(columns)}">{family}</th></tr>'
            )
            for row in rows:
                cells = (f"<td{style}>{_shown(getattr(row, name))}</td>" for name in columns)
                lines.append(f"<tr>{''.join(cells)}</tr>")
        return "<table>\n" + "\n".join(lines) + "\n</table>"

    def _notes(self) -> str:
        return "".join(f"\n<p>{escape(note)}</p>" for note in self.legend)


def _shown(formula: str) -> str:
    """As one writes it: a dot for a product, a dash for nothing."""
    if formula == "0":
        return "–"
    powers = re.sub(r"\b(\w)\*\1\b", r"\1²", formula)
    written = escape(powers.replace("//", "/").replace("*", "·"))
    return f'<span style="font-family:monospace">{written}</span>'
