/** The running quarter as it goes on, from Home Assistant. */

/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {{config_entry_id?: string, device_id?: string}} Which board is meant; with neither, the only one */

// While Home Assistant starts, nobody knows the command yet.
const RETRY_MILLISECONDS = 5000;

/** Tells by the events `change`, and `leave` when it is about another board from now on. */
export class Source extends EventTarget {
  /** @type {any} the last message, null before the first */
  live = null;
  /** @type {string | null} why there is none: the code of an error */
  error = null;

  /** @type {any} Home Assistant's connection */
  #connection = null;
  /** @type {Which} */
  #which = {};
  /** @type {Promise<() => void> | null} */
  #subscription = null;
  #turn = 0;
  #timer = 0;

  /**
   * Follow a board.
   *
   * @param {any} connection
   * @param {Which} which
   */
  follow(connection, which) {
    this.leave();
    this.#connection = connection;
    this.#which = which;
    this.#subscribe();
  }

  /** Listen no more. */
  leave() {
    clearTimeout(this.#timer);
    this.#turn++;
    this.#subscription?.then(
      (end) => end(),
      () => undefined,
    );
    this.#subscription = null;
    this.live = null;
    this.error = null;
    this.dispatchEvent(new Event("leave"));
  }

  #subscribe() {
    // What an earlier subscription still says is of another board.
    const turn = ++this.#turn;
    this.#subscription = this.subscribe("digimon/quarter/subscribe", {}, (live) => {
      if (turn !== this.#turn) return;
      this.live = live;
      this.error = null;
      this.dispatchEvent(new Event("change"));
    });
    this.#subscription.catch((/** @type {any} */ error) => {
      if (turn !== this.#turn) return;
      this.error = error?.code ?? "failed";
      this.#timer = window.setTimeout(() => this.#subscribe(), RETRY_MILLISECONDS);
      this.dispatchEvent(new Event("change"));
    });
  }

  /**
   * Ask for something of the board.
   *
   * @param {string} type
   * @param {object} [fields]
   * @returns {Promise<any>}
   */
  ask(type, fields) {
    return this.#connection.sendMessagePromise({ type, ...this.#which, ...fields });
  }

  /**
   * Be told of something of the board again and again.
   *
   * @param {string} type
   * @param {object} fields
   * @param {(message: any) => void} tell
   * @returns {Promise<() => void>} what ends it
   */
  subscribe(type, fields, tell) {
    return this.#connection.subscribeMessage(tell, { type, ...this.#which, ...fields });
  }

  /** The running quarter, null before the first telegram. @returns {QuarterDocument | null} */
  get quarter() {
    return this.live?.quarter ?? null;
  }
}
