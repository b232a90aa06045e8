/**
 * What a reader wrote and reached, in this browser: `{version, answers: {lesson: {cell: text}},
 * record}`, where `record` is the text of practice.json as notebooks keep it. Read anew before
 * each change, since another tab may have written.
 */
const KEY = "every-layer-counts";
const VERSION = 1;
const EMPTY = { version: VERSION, answers: {}, record: "" };

let inMemory = null; // where the browser lets nothing be kept

/** What went wrong with keeping, for the reader; "" if nothing did. */
export let remark = "";

function load() {
  if (inMemory) return inMemory;
  let text = null;
  try {
    text = localStorage.getItem(KEY);
    const kept = JSON.parse(text ?? "null");
    if (kept === null) return structuredClone(EMPTY);
    if (kept.version === VERSION && typeof kept.answers === "object") return kept;
    throw new Error("another version");
  } catch {
    setAside(text);
    return structuredClone(EMPTY);
  }
}

/** A text that cannot be understood is kept beside, not lost. */
function setAside(text) {
  if (!text) return;
  try {
    localStorage.setItem(`${KEY}-${Date.now()}`, text);
    localStorage.removeItem(KEY);
    remark = "What this browser had kept could not be understood. It is set aside; you start anew.";
  } catch {
    remark = "What this browser had kept could not be understood.";
  }
}

function save(kept) {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    inMemory = kept;
    remark = "This browser keeps nothing: download your answers before you close the page.";
  }
}

function change(how) {
  const kept = load();
  how(kept);
  save(kept);
}

/** The answers of a lesson, by grade id of their cells. */
export function answersOf(lesson) {
  return load().answers[lesson] ?? {};
}

export function keepAnswer(lesson, cell, text) {
  change((kept) => {
    kept.answers[lesson] = { ...kept.answers[lesson], [cell]: text };
  });
}

export function forgetAnswer(lesson, cell) {
  change((kept) => {
    if (kept.answers[lesson]) delete kept.answers[lesson][cell];
  });
}

/** The text of practice.json, or "". */
export function record() {
  return load().record ?? "";
}

/** Keep a record, unless it says less than the one there is: points never fall. */
export function keepRecord(text) {
  const [before, after] = [points(), pointsIn(text)];
  if (after === null || Object.keys(before).some((name) => !(after[name] >= before[name]))) return;
  change((kept) => {
    kept.record = text;
  });
}

/** The most points reached in each exercise. */
export function points() {
  return pointsIn(record()) ?? {};
}

function pointsIn(text) {
  try {
    return JSON.parse(text || "{}").points ?? {};
  } catch {
    return null;
  }
}
