/** The script of every page of the book: exercises, practice, and keeping the site for offline. */
import { h } from "../explorer/dom.js";
import { Exercise } from "./exercise.js";
import { Lesson } from "./lesson.js";
import { keepOffline, register } from "./offline.js";
import { Practice, progress } from "./practice.js";
import { Runner } from "./runner.js";

const ONLY_TO_READ =
  "Here the lesson can only be read. To do its exercises, open it from a web server: run " +
  "`python3 -m http.server` in the site's folder and open http://localhost:8000.";
const base = new URL(".", document.currentScript.src);
const runner = new Runner(base);

async function exercises() {
  const places = [...document.querySelectorAll(".elc-exercise")];
  const above = document.querySelector(".elc-answers");
  if (!places.length) return;
  const lesson = new Lesson(places[0].dataset.lesson, base);
  try {
    const { editor } = await import(new URL("editor.js", base)); // large, and not for every page
    lesson.exercises = places.map((place) => new Exercise(place, runner, lesson, editor));
    lesson.show(above);
  } catch {
    above.replaceChildren(h("p", { class: "elc-remark" }, ONLY_TO_READ));
  }
}

function ready() {
  exercises();
  const practice = document.querySelector("#elc-practice");
  if (practice) new Practice(practice, runner);
  const standing = document.querySelector("#elc-progress");
  if (standing) progress(standing, runner);
  for (const place of document.querySelectorAll("#elc-offline")) keepOffline(place, base);
  addEventListener("beforeprint", () => {
    for (const picture of document.images) picture.loading = "eager";
  });
  register(base);
}

ready();
