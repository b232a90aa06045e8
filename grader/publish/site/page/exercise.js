/** An exercise in the page: an editor, Check, and under it the card that notebooks show. */
import { TooLongError } from "./runner.js";
import { showCard } from "./card.js";
import { h } from "../explorer/dom.js";
import * as store from "./store.js";
import { waiting } from "./waiting.js";

export class Exercise {
  /**
   * @param {HTMLElement} place an `.elc-exercise` of the book, with the starter in it
   * @param {import("./runner.js").Runner} runner
   * @param {import("./lesson.js").Lesson} lesson
   * @param {typeof import("./editor.js").editor} editor
   */
  constructor(place, runner, lesson, editor) {
    ({ exercise: this.name, cell: this.cell } = place.dataset);
    this.points = Number(place.dataset.points);
    this.runner = runner;
    this.lesson = lesson;
    this.starter = place.querySelector(".elc-starter code").textContent;
    this.#build(place, editor);
  }

  get text() {
    return this.editor.text().replaceAll("\u00a0", " "); // as it comes from a web page
  }

  /** Whether there is more than the starter. */
  get isBegun() {
    return this.text !== this.starter;
  }

  /** Put another text into the editor; null is the starter. */
  write(text) {
    this.editor.replace(text ?? this.starter);
  }

  async check() {
    if (this.button.disabled) return;
    this.button.disabled = true;
    waiting(this.status, this.runner);
    try {
      this.#show(await this.#ask());
    } catch (error) {
      this.#tell(error.message);
    } finally {
      this.button.disabled = false;
      this.status.replaceChildren();
    }
  }

  async #ask() {
    const record = store.record();
    try {
      const notebook = JSON.stringify(await this.lesson.notebook());
      const answers = this.lesson.answers();
      return await this.runner.ask({ ask: "judge", name: this.name, notebook, answers, record });
    } catch (error) {
      if (!(error instanceof TooLongError)) throw error;
      const { seconds } = error;
      return this.runner.ask({ ask: "stopped", name: this.name, record, seconds });
    }
  }

  #build(place, editor) {
    const field = h("div", { class: "elc-editor" });
    this.button = h("button", { type: "button", class: "elc-check" }, "Check");
    const again = h("button", { type: "button" }, "Start again");
    this.status = h("div", { class: "elc-status", role: "status" });
    this.printed = h("pre", { class: "elc-printed", tabindex: "0", hidden: "" });
    this.printed.setAttribute("aria-label", "What your code printed");
    this.card = h("div", { class: "elc-card", "aria-live": "polite" });
    const keys = h("span", { class: "elc-keys" }, "Shift Enter checks · Esc, Tab leaves");
    const bar = h("div", { class: "elc-bar" }, this.button, again, keys, this.status);
    place.replaceChildren(field, bar, this.printed, this.card);
    this.editor = editor(field, {
      text: store.answersOf(this.lesson.name)[this.cell] ?? this.starter,
      label: `Your answer: ${this.name}`,
      onChange: (text) => this.#keep(text),
      onCheck: () => this.check(),
    });
    this.button.addEventListener("click", () => this.check());
    again.addEventListener("click", () => this.#startAgain());
  }

  #keep(text) {
    if (text === this.starter) store.forgetAnswer(this.lesson.name, this.cell);
    else store.keepAnswer(this.lesson.name, this.cell, text);
    if (store.remark) this.#tell(store.remark);
  }

  #startAgain() {
    if (this.isBegun && !confirm("Throw away what you wrote here?")) return;
    this.write(null);
    this.card.replaceChildren();
    this.printed.hidden = true;
    this.editor.focus();
  }

  #show({ html, printed, record }) {
    store.keepRecord(record);
    this.printed.textContent = String(printed ?? "");
    this.printed.hidden = !printed;
    showCard(this.card, html);
    this.lesson.scored();
  }

  #tell(sentence) {
    this.card.replaceChildren(h("p", { class: "elc-remark" }, sentence));
  }
}
