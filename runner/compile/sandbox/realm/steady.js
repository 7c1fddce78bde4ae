// What gives another value at another time or by chance. When the code of a project asks for it, the same project may
// compile to another graph the next time, so that its graph is not kept (docs/decisions/0055).

let isAsked = false;

/** To be called when something was asked for that is not the same each time. */
export function notSteady() {
  isAsked = true;
}

/** Whether nothing of that kind was asked for. */
export function isSteady() {
  return !isAsked;
}

/**
 * @template {Function} Original
 * @param {Original} original
 * @param {(given: unknown[]) => boolean} [asks] whether a call or a construction with these values asks for it
 * @returns {Original}
 */
function watched(original, asks = () => true) {
  /** @type {Original} */
  const proxy = new Proxy(original, {
    apply(target, self, given) {
      notSteady();
      return Reflect.apply(target, self, given);
    },
    /** @returns {object} */
    construct(target, given, made) {
      if (asks(given)) notSteady();
      return Reflect.construct(target, given, made === proxy ? target : made);
    },
  });
  return proxy;
}

const world = /** @type {Record<string, any>} */ (/** @type {unknown} */ (globalThis));

Date.now = watched(Date.now);
Math.random = watched(Math.random);
world.Date = watched(Date, (given) => given.length === 0);
Date.prototype.constructor = world.Date;
// Without a value it formats the present.
world.Intl.DateTimeFormat = watched(Intl.DateTimeFormat);
Intl.DateTimeFormat.prototype.constructor = world.Intl.DateTimeFormat;
// When memory is freed is chance.
for (const name of ["WeakRef", "FinalizationRegistry"]) world[name] = watched(world[name]);
if (world.Temporal?.Now) {
  const { Now } = world.Temporal;
  for (const name of Object.keys(Object.getOwnPropertyDescriptors(Now))) {
    if (typeof Now[name] === "function") Now[name] = watched(Now[name]);
  }
}
