/** Practice and progress in the page, from the same Python and the same record as in notebooks. */
import { showCard } from "./card.js";
import { h } from "../explorer/dom.js";
import * as store from "./store.js";
import { waiting } from "./waiting.js";

/** Fill practice.html: one question after the other, by the keyboard alone. */
export class Practice {
  constructor(place, runner) {
    this.runner = runner;
    this.said = h("div", { class: "elc-card", "aria-live": "polite" });
    this.question = h("div", { class: "elc-card", "aria-live": "polite" });
    this.field = h("input", { type: "text", autocomplete: "off", autocapitalize: "off" });
    this.field.placeholder = "your answer, then Enter";
    this.field.setAttribute("aria-label", "Your answer");
    const answer = h("button", { type: "submit", class: "elc-check" }, "Answer");
    const stop = h("button", { type: "button" }, "Stop");
    this.form = h("form", { class: "elc-bar", hidden: "" }, this.field, answer, stop);
    this.start = h("button", { type: "button", class: "elc-check" }, "Start");
    this.status = h("div", { class: "elc-status", role: "status" });
    place.replaceChildren(this.said, this.question, this.form, this.start, this.status);
    this.start.addEventListener("click", () => this.#begin());
    stop.addEventListener("click", () => this.#ask({ ask: "stop" }));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask({ ask: "answer", typed: this.field.value });
    });
  }

  #begin() {
    const { topics } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    const names = topics ? topics.split(",") : [];
    this.#ask({ ask: "practise", topics: names, record: store.record() });
  }

  async #ask(request) {
    if (this.busy) return; // a second Enter is not an answer to the next question
    this.busy = true;
    waiting(this.status, this.runner);
    try {
      this.#show(await this.runner.ask(request));
    } catch (error) {
      this.#breakOff(error.message || "Python took too long. Start again.");
    }
    this.busy = false;
    this.status.replaceChildren();
  }

  /** The round is gone with Python; what was answered is remembered. */
  #breakOff(sentence) {
    this.said.replaceChildren(h("p", { class: "elc-remark" }, sentence));
    this.question.replaceChildren();
    this.form.hidden = true;
    this.start.hidden = false;
  }

  #show({ said, html, done, taken, record }) {
    if (record) store.keepRecord(record);
    showCard(this.said, said);
    showCard(this.question, html);
    this.form.hidden = Boolean(done);
    this.start.hidden = !done;
    if (taken) this.field.value = "";
    (done ? this.start : this.field).focus();
  }
}

/** Fill progress.html. */
export async function progress(place, runner) {
  const status = h("div", { class: "elc-status", role: "status" });
  const start = h("button", { type: "button", class: "elc-check" }, "Show my progress");
  place.replaceChildren(start, status);
  start.addEventListener("click", async () => {
    start.disabled = true;
    waiting(status, runner);
    try {
      const { html } = await runner.ask({ ask: "progress", record: store.record() });
      showCard(place, html);
    } catch (error) {
      status.textContent = error.message;
      start.disabled = false;
    }
  });
}
