/** Practice and progress in the page, from the same Python and the same record as in notebooks. */
import { showCard } from "./card.js";
import { element } from "./elements.js";
import * as store from "./store.js";
import { waiting } from "./waiting.js";

/** Fill practice.html: one question after the other, by the keyboard alone. */
export class Practice {
  constructor(place, runner) {
    this.runner = runner;
    this.said = element("div", { class: "elc-card", "aria-live": "polite" });
    this.question = element("div", { class: "elc-card", "aria-live": "polite" });
    this.field = element("input", { type: "text", autocomplete: "off", autocapitalize: "off" });
    this.field.placeholder = "your answer, then Enter";
    this.field.setAttribute("aria-label", "Your answer");
    const answer = element("button", { type: "submit", class: "elc-check" }, "Answer");
    const stop = element("button", { type: "button" }, "Stop");
    this.form = element("form", { class: "elc-bar", hidden: "" }, this.field, answer, stop);
    this.start = element("button", { type: "button", class: "elc-check" }, "Start");
    this.status = element("div", { class: "elc-status", role: "status" });
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
      this.said.replaceChildren(element("p", { class: "elc-remark" }, error.message));
    }
    this.busy = false;
    this.status.replaceChildren();
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
  const status = element("div", { class: "elc-status", role: "status" });
  const start = element("button", { type: "button", class: "elc-check" }, "Show my progress");
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
