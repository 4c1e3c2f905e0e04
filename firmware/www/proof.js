/** Shows the board that one knows its password, without sending it. */

import { hex, hmac, joined, sha256, unhex } from "./sha256.js";

const utf8 = new TextEncoder();

/**
 * The key that a password gives: SHA-256 again and again, so that guessing is slow.
 *
 * @param {string} password
 * @param {Uint8Array} salt
 * @param {number} rounds
 */
function keyOf(password, salt, rounds) {
  let key = sha256(joined(salt, utf8.encode(password)));
  for (let round = 1; round < rounds; round++) key = sha256(joined(key, salt));
  return key;
}

/**
 * The value of `Authorization` for one request.
 *
 * @param {string} password
 * @param {{nonce: string, salt: string, rounds: number}} challenge of the board, for this request only
 * @param {string} method
 * @param {string} path
 * @param {Uint8Array} body
 */
export function proof(password, challenge, method, path, body) {
  const key = keyOf(password, unhex(challenge.salt), challenge.rounds);
  const text = [challenge.nonce, method, path, hex(sha256(body))].join("\n");
  return `Digimon ${challenge.nonce}:${hex(hmac(key, utf8.encode(text)))}`;
}
