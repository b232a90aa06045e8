/**
 * The service worker: pages come from the network and else from what was kept; all other files,
 * which change their site's version with them, come from what was kept and else from the network.
 */
const KEPT = `every-layer-counts-${VERSION}`; // VERSION is written by the build
const MISSING = `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>No connection</title>
<body style="font-family:system-ui;max-width:34em;margin:3em auto;padding:0 1em;line-height:1.6">
<h1>No connection</h1><p>This page has not been opened before, so it is not kept here. When you are
connected, “Keep the course for offline use” on the
<a href="${self.registration.scope}index.html">first page</a> fetches all but the decks.</p>`;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("message", (event) => event.waitUntil(keep(event.data.keep)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOurs = request.url.startsWith(self.registration.scope);
  if (request.method !== "GET" || !isOurs || request.headers.has("range")) return;
  event.respondWith(request.mode === "navigate" ? page(request) : file(request));
});

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name !== KEPT);
  await Promise.all(
    old.filter((name) => name.startsWith("every-layer-counts-")).map((name) => caches.delete(name)),
  );
  await self.clients.claim();
}

async function keep(addresses) {
  const kept = await caches.open(KEPT);
  const ours = addresses.filter((each) => each.startsWith(self.registration.scope));
  await Promise.allSettled(
    ours.map(async (each) => (await kept.match(each)) ?? kept.add(each)),
  );
}

async function page(request) {
  const kept = await caches.open(KEPT);
  try {
    const response = await fetch(request);
    if (response.ok) await kept.put(request.url.split("#")[0], response.clone());
    return response;
  } catch {
    const found = await kept.match(request.url.split("#")[0], { ignoreSearch: true });
    return found ?? new Response(MISSING, { headers: { "Content-Type": "text/html" } });
  }
}

async function file(request) {
  const kept = await caches.open(KEPT);
  const found = await kept.match(request, { ignoreVary: true });
  if (found) return found;
  const response = await fetch(request);
  if (response.status === 200) await kept.put(request, response.clone());
  return response;
}
