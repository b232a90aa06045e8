/** The site without a connection: what was read stays, and all of it can be kept at once. */
import { h } from "../explorer/dom.js";

/** Let the service worker at the site's root keep what is read. */
export async function register(base) {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(new URL("../../sw.js", base));
    const { active } = await navigator.serviceWorker.ready;
    // This page arrived before the service worker did.
    const seen = performance.getEntriesByType("resource").map(({ name }) => name);
    active.postMessage({ keep: [location.href.split("#")[0], ...seen] });
  } catch {
    // A page that was opened as a file, or without https: it needs its connection.
  }
}

/** A button that fetches the whole site, decks apart. */
export async function keepOffline(place, base) {
  if (!("serviceWorker" in navigator) || location.protocol === "file:") return;
  const files = await (await fetch(new URL("files.json", base))).json();
  const all = Object.values(files).reduce((sum, size) => sum + size, 0);
  const size = `${Math.round(all / 1e6)} MB`;
  const button = h("button", { type: "button" }, `Keep the course for offline use (${size})`);
  const status = h("span", { class: "elc-status", role: "status" });
  place.replaceChildren(button, status);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await keepAll(files, new URL("../../", base), (arrived) => {
        status.textContent = `${Math.floor((100 * arrived) / all)} %`;
      });
      status.textContent = "All but the decks is here: it works without a connection now.";
    } catch {
      status.textContent = "The connection broke off. What has arrived is kept; try again.";
    }
    button.disabled = false;
  });
}

async function keepAll(files, root, onArrived) {
  let arrived = 0;
  await navigator.serviceWorker.ready;
  for (const [file, size] of Object.entries(files)) {
    const response = await fetch(new URL(file, root)); // the service worker keeps it
    if (!response.ok) throw new Error(file);
    await response.arrayBuffer();
    arrived += size;
    onArrived(arrived);
  }
}
