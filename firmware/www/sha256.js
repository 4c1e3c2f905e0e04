/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104). Browsers keep their own, `crypto.subtle`, for pages with TLS, which a board
 * in the house cannot have.
 */

const BLOCK = 64;
const ROUNDS = 64;
const FRACTION = 2 ** 32;

/** The first 64 primes: roots of them are the constants of the standard (4.2.2 and 5.3.3). */
const PRIMES = (() => {
  const found = [2];
  for (let number = 3; found.length < ROUNDS; number += 2) {
    if (found.every((prime) => number % prime)) found.push(number);
  }
  return found;
})();
const CONSTANTS = Uint32Array.from(PRIMES, (prime) => (Math.cbrt(prime) % 1) * FRACTION);
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => (Math.sqrt(prime) % 1) * FRACTION);

/** @param {number} word @param {number} bits */
const turned = (word, bits) => (word >>> bits) | (word << (32 - bits));

/**
 * @param {Uint8Array} message
 * @returns {Uint8Array} 32 bytes
 */
export function sha256(message) {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / BLOCK) * BLOCK);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / (FRACTION / 8)));
  view.setUint32(padded.length - 4, message.length * 8);
  const hash = START.slice();
  const words = new Uint32Array(ROUNDS);
  for (let start = 0; start < padded.length; start += BLOCK) {
    for (let place = 0; place < 16; place++) words[place] = view.getUint32(start + 4 * place);
    for (let place = 16; place < ROUNDS; place++) {
      const before = words[place - 15];
      const last = words[place - 2];
      const small = turned(before, 7) ^ turned(before, 18) ^ (before >>> 3);
      const large = turned(last, 17) ^ turned(last, 19) ^ (last >>> 10);
      words[place] = words[place - 16] + small + words[place - 7] + large;
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let place = 0; place < ROUNDS; place++) {
      const choice = (e & f) ^ (~e & g);
      const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + CONSTANTS[place] + words[place]) | 0;
      const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((word, place) => {
      hash[place] += word;
    });
  }
  const digest = new DataView(new ArrayBuffer(32));
  hash.forEach((word, place) => digest.setUint32(4 * place, word));
  return new Uint8Array(digest.buffer);
}

/**
 * @param {Uint8Array} key of at most 64 bytes
 * @param {Uint8Array} message
 * @returns {Uint8Array} 32 bytes
 */
export function hmac(key, message) {
  const padded = new Uint8Array(BLOCK);
  padded.set(key);
  const inner = sha256(joined(padded.map((byte) => byte ^ 0x36), message));
  return sha256(joined(padded.map((byte) => byte ^ 0x5c), inner));
}

/** @param {...Uint8Array} parts */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** @param {Uint8Array} bytes */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} digits */
export function unhex(digits) {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
