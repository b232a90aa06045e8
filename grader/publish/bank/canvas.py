"""QTI 1.2 as Canvas imports it: a question bank for each part of each topic.

In Canvas every number of a numerical question is right, whatever the file says of it. So only the
right one is written there, and the mistakes show in the questions with options.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from xml.etree import ElementTree as ET

from grader.practice.session import said
from grader.publish.bank.items import Choice, Item, Numerical, identifier
from grader.publish.bank.markup import add, archive, as_html, document, margin, number

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"


def render(items: Sequence[Item]) -> bytes:
    """The bank as an archive."""
    banks = {
        identifier(*category): _bank(category, questions)
        for category, questions in groupby(items, key=lambda item: item.category)
    }
    files = {f"{name}.xml": content for name, content in banks.items()}
    return archive({"imsmanifest.xml": _manifest(banks), **files})


def _manifest(names: Iterable[str]) -> bytes:
    names = list(names)
    manifest = ET.Element("manifest", xmlns=PACKAGE, identifier=identifier("manifest", *names))
    metadata = add(manifest, "metadata")
    add(metadata, "schema", "IMS Content")
    add(metadata, "schemaversion", "1.1.3")
    add(manifest, "organizations")
    resources = add(manifest, "resources")
    for name in names:
        href = f"{name}.xml"
        entry = add(resources, "resource", identifier=name, type="imsqti_xmlv1p2", href=href)
        add(entry, "file", href=href)
    ET.indent(manifest)
    return document(manifest)


def _bank(category: Sequence[str], items: Iterable[Item]) -> bytes:
    root = ET.Element("questestinterop", xmlns=QTI)
    bank = add(root, "objectbank", ident=identifier(*category))
    _field(add(bank, "qtimetadata"), "bank_title", "/".join(category))
    for item in items:
        _item(bank, item)
    ET.indent(root)
    return document(root)


def _item(bank: ET.Element, item: Item) -> None:
    element = add(bank, "item", ident=item.identifier, title=item.title)
    fields = add(add(element, "itemmetadata"), "qtimetadata")
    kind = "multiple_choice_question" if isinstance(item, Choice) else "numerical_question"
    _field(fields, "question_type", kind)
    _field(fields, "points_possible", "1")
    presentation = add(element, "presentation")
    _html(presentation, item.text)
    processing = add(element, "resprocessing")
    score = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    add(add(processing, "outcomes"), "decvar", **score)
    if isinstance(item, Choice):
        _options(presentation, item)
        _choose(processing, item)
        _feedback(element, item)
    if isinstance(item, Numerical):
        _field_to_fill(presentation)
        _compare(processing, item)


def _options(presentation: ET.Element, item: Choice) -> None:
    response = add(presentation, "response_lid", ident="response1", rcardinality="Single")
    choice = add(response, "render_choice")
    for place, (answer, _) in enumerate(item.options, 1):
        material = add(add(choice, "response_label", ident=str(place)), "material")
        add(material, "mattext", said(answer), texttype="text/plain")


def _choose(processing: ET.Element, item: Choice) -> None:
    """First what is said, then what is right: Canvas stops there."""
    for place, (_, sentence) in enumerate(item.options, 1):
        if sentence:
            condition = _if_equal(processing, str(place), goes_on="Yes")
            reference = f"{place}_fb"
            add(condition, "displayfeedback", feedbacktype="Response", linkrefid=reference)
    right = [sentence for _, sentence in item.options].index("") + 1
    _is_right(_if_equal(processing, str(right), goes_on="No"))


def _if_equal(processing: ET.Element, answer: str, goes_on: str) -> ET.Element:
    condition = add(processing, "respcondition", **{"continue": goes_on})
    add(add(condition, "conditionvar"), "varequal", answer, respident="response1")
    return condition


def _is_right(condition: ET.Element) -> None:
    add(condition, "setvar", "100", action="Set", varname="SCORE")


def _feedback(element: ET.Element, item: Choice) -> None:
    for place, (_, sentence) in enumerate(item.options, 1):
        if sentence:
            feedback = add(element, "itemfeedback", ident=f"{place}_fb")
            _html(add(feedback, "flow_mat"), sentence)


def _field_to_fill(presentation: ET.Element) -> None:
    response = add(presentation, "response_str", ident="response1", rcardinality="Single")
    add(add(response, "render_fib", fibtype="Decimal"), "response_label", ident="answer1")


def _compare(processing: ET.Element, item: Numerical) -> None:
    """Canvas takes the margin from the upper bound."""
    exact = Decimal(number(item.right))
    around = Decimal(margin(item.margin))
    condition = add(processing, "respcondition", **{"continue": "No"})
    either = add(add(condition, "conditionvar"), "or")
    add(either, "varequal", str(exact), respident="response1")
    both = add(either, "and")
    add(both, "vargte", str(exact - around), respident="response1")
    add(both, "varlte", str(exact + around), respident="response1")
    _is_right(condition)


def _html(parent: ET.Element, text: str) -> None:
    add(add(parent, "material"), "mattext", as_html(text), texttype="text/html")


def _field(fields: ET.Element, label: str, entry: str) -> None:
    field = add(fields, "qtimetadatafield")
    add(field, "fieldlabel", label)
    add(field, "fieldentry", entry)
