/** Asks the board: politely, because it serves five clients and has a meter to listen to. */

const PATIENCE_MILLISECONDS = 10000;
const BUSY = 503;
const BUSY_TRIES = 6;
const BUSY_MILLISECONDS = 1000;
const NOT_FOUND = 404;

/** The board cannot be reached, or answers with an error. */
export class BoardError extends Error {}

export class Board {
  /** What comes after the request before it: those about the past go one at a time. */
  #queue = Promise.resolve();

  /**
   * A document, null when the board does not know the path.
   *
   * @param {string} path
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   * @throws {BoardError}
   */
  async document(path, signal) {
    const response = await this.#answer(path, signal);
    if (!response) return null;
    try {
      return await response.json();
    } catch (error) {
      throw new BoardError(String(error));
    }
  }

  /**
   * The same, after all other requests for the past.
   *
   * @param {string} path
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  stored(path, signal) {
    const turn = this.#queue.then(() => {
      signal?.throwIfAborted();
      return this.document(path, signal);
    });
    this.#queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /**
   * A text, null when the board does not know the path.
   *
   * @param {string} path
   * @returns {Promise<string | null>}
   * @throws {BoardError}
   */
  async text(path) {
    return (await (await this.#answer(path))?.text()) ?? null;
  }

  /**
   * @param {string} path
   * @param {AbortSignal} [signal]
   */
  async #answer(path, signal) {
    for (let left = BUSY_TRIES; ; left--) {
      const response = await this.#fetch(path, signal);
      if (response.ok) return response;
      if (response.status === NOT_FOUND) return null;
      if (response.status !== BUSY || left === 1) throw new BoardError(String(response.status));
      await new Promise((resolve) => setTimeout(resolve, BUSY_MILLISECONDS));
    }
  }

  /**
   * @param {string} path
   * @param {AbortSignal} [signal]
   */
  async #fetch(path, signal) {
    const control = new AbortController();
    const give = () => control.abort();
    const timer = setTimeout(give, PATIENCE_MILLISECONDS);
    signal?.addEventListener("abort", give);
    try {
      const response = await fetch(path, { signal: control.signal, cache: "no-store" });
      // The body has to arrive in the same time.
      return new Response(await response.arrayBuffer(), response);
    } catch (error) {
      signal?.throwIfAborted();
      throw new BoardError(control.signal.aborted ? "" : String(error));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", give);
    }
  }
}
