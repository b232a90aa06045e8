import { h } from "../explorer/dom.js";

/** Say that Python is loading, and how far it is. */
export function waiting(status, runner) {
  if (runner.loaded) {
    status.replaceChildren("Running …");
    return;
  }
  const bar = h("progress", { max: "1", value: "0", "aria-label": "Loading Python" });
  status.replaceChildren("Loading Python, once ", bar);
  runner.onProgress = (share) => {
    bar.value = share;
  };
}
