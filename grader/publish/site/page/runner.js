/**
 * Python in a worker: loaded when it is asked for the first time, asked one thing after the other,
 * ended when it takes too long or breaks.
 */
const SECONDS = 20; // for one answer; Python itself stops most of them sooner
const AS_A_FILE =
  "A page that was opened as a file may start no Python. Run `python3 -m http.server` in the " +
  "site's folder and open http://localhost:8000.";
const BROKEN = "Python had to be started anew. Press the button again.";

export class TooLongError extends Error {
  seconds = SECONDS;
}

export class Runner {
  onProgress = () => {};
  #waiting = null; // {number, resolve, reject} of the question that is under way
  #number = 0;
  #worker = null;
  #loading = null;
  #turn = Promise.resolve();

  /** @param {URL} base where the site's scripts stand */
  constructor(base) {
    this.base = base;
  }

  /** Whether Python is here already. */
  get loaded() {
    return this.#loading !== null;
  }

  /**
   * Ask Python, when it is this question's turn; see `reply` in grader/page.py.
   * @param {object} request
   * @returns {Promise<object>} its reply
   * @throws {TooLongError} if it had to be stopped
   */
  ask(request) {
    const answered = this.#turn.then(() => this.#ask(request));
    this.#turn = answered.catch(() => {});
    return answered;
  }

  async #ask(request) {
    this.#loading ??= this.#start();
    await this.#loading;
    const timer = setTimeout(() => this.#end(new TooLongError()), SECONDS * 1000);
    try {
      return read(await this.#send("ask", JSON.stringify(request)));
    } catch (error) {
      if (error instanceof TooLongError || error.message) throw error;
      this.#end(error); // what broke Python must not speak for the next answer
      throw new Error(BROKEN);
    } finally {
      clearTimeout(timer);
    }
  }

  async #start() {
    try {
      if (location.protocol === "file:") throw new Error(AS_A_FILE);
      this.#worker = new Worker(new URL("worker.js", this.base), { type: "module" });
      this.#worker.onmessage = ({ data }) => this.#hear(data);
      this.#worker.onerror = () =>
        this.#end(new Error("Python could not be started. Is this browser older than 2023?"));
      await this.#send("load", "");
    } catch (error) {
      this.#end(error);
      throw error;
    }
  }

  #send(what, text) {
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting = { number, resolve, reject };
      this.#worker.postMessage({ number, what, text });
    });
  }

  #hear({ number, progress, reply, error }) {
    if (progress !== undefined) this.onProgress(progress);
    if (number !== this.#waiting?.number) return;
    const { resolve, reject } = this.#waiting;
    this.#waiting = null;
    if (error === undefined) resolve(reply);
    else reject(new Error(error));
  }

  /** What is under way fails with this error; the next question starts Python anew. */
  #end(error) {
    this.#worker?.terminate();
    this.#worker = this.#loading = null;
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}

/** Python's reply; a student's code may have put anything in its place. */
function read(text) {
  try {
    const reply = JSON.parse(text);
    if (typeof reply.html === "string") return reply;
  } catch {
    // no reply: told below
  }
  throw new Error(); // as if Python had broken
}
