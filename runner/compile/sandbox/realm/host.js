// The only way out of the realm: one function of the process around it, which takes texts and gives
// a text. It is kept in this module, and nothing that the code of a project can reach refers to it.

/** @typedef {(name: string, ...values: unknown[]) => unknown} Outer */

const world = /** @type {{ door?: Outer }} */ (globalThis);
const outer = world.door;
delete world.door;

/**
 * Asks the surrounding process; throws its error as an error of this realm.
 * @param {string} name
 * @param {...string} values
 * @returns {string | undefined}
 */
export function host(name, ...values) {
  const answer = passOn(name, values);
  if (answer === undefined) return undefined;
  const text = `${answer}`;
  if (text.startsWith("=")) return text.slice(1);
  throw new Error(text.slice(1));
}

/**
 * For what takes or gives values of this realm: compiling, printing, timers.
 * @param {string} name
 * @param {unknown[]} values
 */
export function passOn(name, values) {
  try {
    return outer?.(name, ...values);
  } catch {
    // An error of the other side is an object of the other side.
    return "!it failed";
  }
}
