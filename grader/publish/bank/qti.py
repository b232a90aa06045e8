"""QTI 2.1: a package with a file for each question, and its category as metadata."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from grader.practice.session import said
from grader.publish.bank.items import Choice, Item, Numerical, identifier
from grader.publish.bank.markup import add, archive, document, margin, number, spans

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
SCHEMA = {
    "xmlns": QTI,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{QTI} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
}
LETTERS = "ABCDE"


def render(items: Sequence[Item]) -> bytes:
    """The bank as an archive."""
    files = {_path(item): _assessment_item(item) for item in items}
    return archive({"imsmanifest.xml": _manifest(items), **files})


def _path(item: Item) -> str:
    _, lesson, topic, _ = item.category
    return f"{lesson}/{topic}/{item.identifier}.xml"


def _manifest(items: Sequence[Item]) -> bytes:
    name = identifier("manifest", *(item.identifier for item in items))
    manifest = ET.Element("manifest", xmlns=PACKAGE, identifier=name)
    metadata = add(manifest, "metadata")
    add(metadata, "schema", "QTIv2.1 Package")
    add(metadata, "schemaversion", "1.0.0")
    add(manifest, "organizations")
    resources = add(manifest, "resources")
    for item in items:
        kind, href = "imsqti_item_xmlv2p1", _path(item)
        entry = add(resources, "resource", identifier=item.identifier, type=kind, href=href)
        _classification(add(entry, "metadata"), item.category)
        add(entry, "file", href=href)
    ET.indent(manifest)
    return document(manifest)


def _classification(metadata: ET.Element, category: Sequence[str]) -> None:
    course, *names = category
    place = add(add(metadata, "lom", xmlns=LOM), "classification")
    purpose = add(place, "purpose")
    add(purpose, "source", "LOMv1.0")
    add(purpose, "value", "discipline")
    path = add(place, "taxonPath")
    add(add(path, "source"), "string", course, language="en")
    for name in names:
        add(add(add(path, "taxon"), "entry"), "string", name, language="en")


def _assessment_item(item: Item) -> bytes:
    root = ET.Element("assessmentItem", SCHEMA)
    root.attrib |= {"identifier": item.identifier, "title": item.title, "xml:lang": "en"}
    root.attrib |= {"adaptive": "false", "timeDependent": "false"}
    answers = _choice(root, item) if isinstance(item, Choice) else _number(root, item)
    _processing(root, answers)
    for name, sentence, _ in answers[1:]:
        feedback = add(root, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name)
        feedback.set("showHide", "show")
        _marked_up(add(feedback, "p"), sentence)
    return document(root)


Answer = tuple[
    str, str, ET.Element
]  # its name, what is said, when it is given; the right one first


def _choice(root: ET.Element, item: Choice) -> list[Answer]:
    options = list(zip(LETTERS, item.options, strict=False))
    right = next(letter for letter, (_, sentence) in options if not sentence)
    body = _declared(root, "identifier", right, item.text)
    question = add(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true")
    question.set("maxChoices", "1")
    answers = []
    for letter, (answer, sentence) in options:
        add(question, "simpleChoice", said(answer), identifier=letter)
        answers.append((letter, sentence, _given("match", "identifier", letter)))
    return sorted(answers, key=lambda each: each[0] != right)


def _number(root: ET.Element, item: Item) -> list[Answer]:
    """All numbers are floats: an integer of QTI has 32 bits, which some counts need more than."""
    assert isinstance(item, Numerical)
    body = _declared(root, "float", number(item.right), item.text)
    line = add(body, "p")
    add(line, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength="15")
    rows = [(item.right, "", item.margin), *((w.answer, w.sentence, w.margin) for w in item.wrong)]
    answers = []
    for place, (answer, sentence, around) in enumerate(rows):
        given = _given("equal", "float", number(answer))
        given.set("toleranceMode", "absolute" if around else "exact")
        if around:
            given.set("tolerance", f"{margin(around)} {margin(around)}")
        answers.append((f"M{place}", sentence, given))
    return answers


def _declared(root: ET.Element, base_type: str, right: str, text: str) -> ET.Element:
    """Declare the response and the outcomes; returns the body, with the question in it."""
    response = add(root, "responseDeclaration", identifier="RESPONSE", cardinality="single")
    response.set("baseType", base_type)
    add(add(response, "correctResponse"), "value", right)
    for name, kind in (("SCORE", "float"), ("FEEDBACK", "identifier")):
        outcome = add(root, "outcomeDeclaration", identifier=name, cardinality="single")
        outcome.set("baseType", kind)
        if name == "SCORE":
            add(add(outcome, "defaultValue"), "value", "0")
    body = add(root, "itemBody")
    _marked_up(add(body, "p"), text)
    return body


def _given(test: str, base_type: str, answer: str) -> ET.Element:
    element = ET.Element(test)
    add(element, "variable", identifier="RESPONSE")
    add(element, "baseValue", answer, baseType=base_type)
    return element


def _processing(root: ET.Element, answers: Sequence[Answer]) -> None:
    """The first answer scores; each of the others shows its feedback."""
    condition = add(add(root, "responseProcessing"), "responseCondition")
    for name, sentence, given in answers:
        branch = add(condition, "responseElseIf" if sentence else "responseIf")
        branch.append(given)
        outcome = add(branch, "setOutcomeValue", identifier="FEEDBACK" if sentence else "SCORE")
        kind, value = ("identifier", name) if sentence else ("float", "1")
        add(outcome, "baseValue", value, baseType=kind)


def _marked_up(element: ET.Element, text: str) -> None:
    """Text with code, as an element's content."""
    for piece, is_code in spans(text):
        if is_code:
            add(element, "code", piece)
        elif len(element):
            element[-1].tail = piece
        else:
            element.text = piece
