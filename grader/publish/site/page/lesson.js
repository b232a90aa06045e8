/** A lesson's answers in this page: how many points they have, and the notebook of them. */
import { h } from "../explorer/dom.js";
import * as store from "./store.js";

const NO_CONNECTION =
  "There is no connection. Your answers are kept in this browser; try again when it is back.";
const HOW =
  "On this page, grey cells are to read. Write in the framed cell of an exercise and press " +
  "Check; its hints are folded below.";
const LARGEST = 1_000_000; // bytes of a notebook: a lesson has a twentieth of that

export class Lesson {
  exercises = [];

  /**
   * @param {string} name such as "06-conv2d"
   * @param {URL} base where the site's scripts stand
   */
  constructor(name, base) {
    this.name = name;
    this.address = new URL(`lessons/${name}.ipynb`, base);
  }

  /** The lesson's notebook as it was released. */
  async notebook() {
    this.released ??= await this.#fetch();
    return this.released;
  }

  async #fetch() {
    let response = null;
    try {
      response = await fetch(this.address);
    } catch {
      // no connection: told below
    }
    if (!response?.ok) throw new Error(NO_CONNECTION);
    return response.json();
  }

  /** What stands in the editors, by the grade id of their cells. */
  answers() {
    return Object.fromEntries(this.exercises.map((each) => [each.cell, each.text]));
  }

  /** Fill the place under the title: points, download, upload. */
  show(place) {
    this.said = h("span", { class: "elc-points", role: "status" });
    const save = h("button", { type: "button" }, "Download my answers");
    const load = h("button", { type: "button" }, "Upload a notebook");
    this.file = h("input", { type: "file", accept: ".ipynb", hidden: "" });
    this.file.setAttribute("aria-label", "A notebook of this lesson");
    const how = h("p", { class: "elc-how" }, HOW);
    place.replaceChildren(how, this.said, save, load, this.file);
    save.addEventListener("click", () => this.#download());
    load.addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => this.#upload());
    this.scored();
    this.notebook().catch(() => {}); // so that it is there when the connection is not
  }

  /** Say how many points there are by now; the best of each exercise counts. */
  scored() {
    const best = store.points();
    const sum = this.exercises.reduce((all, { name }) => all + (best[name] ?? 0), 0);
    const total = this.exercises.reduce((all, { points }) => all + points, 0);
    this.said.textContent = `${sum} of ${total} points. Your answers stay in this browser.`;
  }

  async #download() {
    try {
      const notebook = structuredClone(await this.notebook());
      const answers = this.answers();
      for (const cell of notebook.cells) {
        const text = answers[cell.metadata?.nbgrader?.grade_id];
        if (text !== undefined) cell.source = lines(text);
      }
      download(`${this.name}.ipynb`, `${JSON.stringify(notebook, null, 1)}\n`, "application/json");
    } catch (error) {
      this.said.textContent = error.message;
    }
  }

  async #upload() {
    const [file] = this.file.files;
    this.file.value = ""; // the same file may be chosen again
    if (!file) return;
    const found = await answersIn(file);
    const mine = this.exercises.filter(({ cell }) => cell in found);
    const written = mine.filter((each) => each.isBegun && each.text !== found[each.cell]);
    const question = `Replace what you wrote in this page for ${written.length} of the exercises?`;
    if (written.length && !confirm(question)) return;
    for (const exercise of mine) exercise.write(found[exercise.cell]);
    this.said.textContent = mine.length
      ? `${mine.length} of ${this.exercises.length} answers are from ${file.name} now. Check them.`
      : `${file.name} holds no answer of this lesson: upload ${this.name}.ipynb.`;
  }
}

/** Hand a text to the reader as a file. */
function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A text as notebooks keep it: a list of lines. */
function lines(text) {
  return text.split(/(?<=\n)/);
}

/** The answers of a notebook's file by grade id; none if it is no notebook. */
async function answersIn(file) {
  const found = {};
  if (file.size > LARGEST) return found;
  try {
    for (const cell of JSON.parse(await file.text()).cells) {
      const marks = cell.metadata?.nbgrader;
      const lines = [cell.source].flat();
      const isText = lines.every((line) => typeof line === "string");
      if (marks?.solution && isText) found[marks.grade_id] = lines.join("");
    }
  } catch {
    return {}; // no notebook
  }
  return found;
}
