/**
 * The worker in which a student's Python runs: Pyodide, the judge's files, the answer keys.
 * `grader/page.py` says what it can be asked.
 */
const HERE = new URL(".", import.meta.url);
const POOLS = ["practise", "progress"]; // what needs the questions of practice

let python = null;
let reply = null;
let hasPools = false;

self.onmessage = async ({ data: { number, what, text } }) => {
  try {
    if (what === "load") await load();
    else if (POOLS.includes(JSON.parse(text).ask)) await unpackPools();
    self.postMessage({ number, reply: what === "load" ? "" : reply(text) });
  } catch (error) {
    self.postMessage({ number, error: sentence(error) });
  }
};

async function load() {
  const sizes = await (await fetch(new URL("sizes.json", HERE))).json();
  countWhatArrives(sizes);
  const { loadPyodide } = await import(new URL("pyodide/pyodide.mjs", HERE));
  const packed = fetch(new URL("python.zip", HERE)).then((response) => response.arrayBuffer());
  packed.catch(() => {}); // waited for below
  python = await loadPyodide({
    indexURL: new URL("pyodide/", HERE).href,
    stdin: () => null, // nobody answers an `input()`
    stdout: () => {},
    stderr: () => {},
    jsglobals: {}, // `import js` finds nothing of the page
  });
  python.unpackArchive(await packed, "zip", { extractDir: "/course" });
  reply = python.runPython(`
    import sys
    sys.path.insert(0, "/course")
    from grader.page import reply
    reply
  `);
}

async function unpackPools() {
  if (hasPools) return;
  const response = await fetch(new URL("pools.zip", HERE));
  python.unpackArchive(await response.arrayBuffer(), "zip", { extractDir: "/course" });
  hasPools = true;
}

/** Post how much of the files in `sizes` has arrived, from 0 to 1. */
function countWhatArrives(sizes) {
  const all = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const plain = self.fetch;
  let arrived = 0;
  self.fetch = async (address, options) => {
    const response = await plain(address, options);
    const name = String(address.url ?? address).split("/").pop();
    if (!(name in sizes) || !response.ok || !response.body) return response;
    const counted = new TransformStream({
      transform(chunk, controller) {
        arrived += chunk.byteLength;
        self.postMessage({ progress: Math.min(arrived / all, 1) });
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(counted), response);
  };
}

/** What to tell of an error; "" if Python itself broke. */
function sentence(error) {
  const isNetwork = error instanceof TypeError && /fetch|load|import/i.test(error.message);
  if (isNetwork) return "There is no connection, and Python is not here yet. Try again later.";
  console.error(error);
  return "";
}
