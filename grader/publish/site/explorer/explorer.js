/** The Layer Explorer: state, address and view, kept in step. */

import { layerAddress, networkAddress, readAddress } from "./address.js";
import { h, fill, withCode } from "./dom.js";
import { layerView } from "./layer_view.js";
import { networkView } from "./network.js";

const COURSE = "Every Layer Counts";
const main = document.getElementById("main");
const status = document.getElementById("status");
const tabs = {
  layer: document.getElementById("tab-layer"),
  network: document.getElementById("tab-network"),
};
/** What each tab last showed, so that going back to it loses nothing. */
const remembered = { layer: "", network: "#network" };

let shown = null; // the address that the page stands for
let later = 0;
let speaking = 0;

/** Keeps the address in step; browsers allow only so many changes a second. */
function keepAddress(address) {
  document.getElementById("failure")?.remove();
  shown = address;
  clearTimeout(later);
  later = setTimeout(() => {
    history.replaceState(null, "", address);
  }, 200);
}

/** Tells a screen reader what changed, once the slider rests. */
function speak(words) {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    status.textContent = words;
  }, 600);
}

function show(hash) {
  fill(main); // a view that cannot be drawn leaves no old one behind
  const state = readAddress(hash);
  for (const [name, tab] of Object.entries(tabs)) {
    tab.setAttribute("aria-pressed", String(name === state.view));
  }
  shown = hash;
  const view = state.view === "network" ? network(state) : layer(state);
  const said = state.said.map((sentence) => h("p", {}, withCode(sentence)));
  fill(main, said.length ? h("div", { class: "said", role: "alert" }, said) : null, view);
}

/** The last resort: what throws where nothing should says one sentence instead of nothing. */
function sayFailure() {
  document.getElementById("failure")?.remove();
  main.prepend(h("div", { class: "said", role: "alert", id: "failure" }, h("p", {},
    "The Explorer cannot work this out. The mistake is its own, not yours: choose something else, "
    + "or ", h("a", { href: "#linear" }, "begin again"), ".")));
}

function layer(state) {
  return layerView(state, {
    changed(next, words) {
      document.title = `${next.layer.name} · Layer Explorer · ${COURSE}`;
      remembered.layer = layerAddress(next);
      keepAddress(remembered.layer);
      speak(words);
    },
    chosen(id) {
      go(`#${id}`);
    },
  });
}

function network(state) {
  return networkView(state, {
    changed(text, input, cached, words) {
      document.title = `A network · Layer Explorer · ${COURSE}`;
      remembered.network = networkAddress(text, input, cached);
      keepAddress(remembered.network);
      speak(words);
    },
  });
}

/** Goes to an address and leaves the one before in the history. */
function go(address) {
  clearTimeout(later);
  if (shown) {
    history.replaceState(null, "", shown);
  }
  history.pushState(null, "", address);
  show(address);
}

/** What the reader chose; "mode" and "theme" are the book's own words for it. */
function keptScheme() {
  try {
    return localStorage.getItem("mode");
  } catch {
    return null; // a browser that keeps nothing
  }
}

function keepScheme(scheme) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  try {
    localStorage.setItem("mode", scheme || "auto");
    localStorage.setItem("theme", scheme || (dark ? "dark" : "light"));
  } catch {
    // nothing is kept; the page still changes
  }
}

function followScheme() {
  const choice = document.getElementById("scheme");
  const kept = keptScheme();
  const use = (scheme) => {
    document.documentElement.dataset.scheme = scheme;
  };
  choice.value = ["light", "dark"].includes(kept) ? kept : "";
  use(choice.value);
  choice.addEventListener("change", () => {
    use(choice.value);
    keepScheme(choice.value);
  });
}

window.addEventListener("error", sayFailure);
window.addEventListener("unhandledrejection", sayFailure);
followScheme();
tabs.layer.addEventListener("click", () => go(remembered.layer || "#"));
tabs.network.addEventListener("click", () => go(remembered.network));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address stays that of the layer
  main.focus();
});
for (const event of ["hashchange", "popstate"]) {
  window.addEventListener(event, () => {
    if (location.hash !== shown) {
      clearTimeout(later);
      show(location.hash);
    }
  });
}
show(location.hash);
