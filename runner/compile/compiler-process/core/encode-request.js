// The request that core.main() takes, in protobuf's wire format (core.proto: CoreExecutionRequest).
// Written by hand: loading a protobuf library for these seven fields takes as long as loading core.

/**
 * @typedef {object} CoreRequest
 * @property {string} projectDir
 * @property {string[]} filePaths relative to the project folder
 * @property {Uint8Array} projectConfigOverride an encoded ProjectConfig
 * @property {Extension} [extension]
 *
 * @typedef {{ name: string, compilationMode?: string, options?: Record<string, string> }} Extension
 */

const compilationModes = ["COMPILATION_MODE_UNSPECIFIED", "PROLOGUE", "APPLICATION_CODE"];

/**
 * Takes the request and returns its bytes.
 * @param {CoreRequest} request
 * @returns {Uint8Array}
 */
export function encodeRequest(request) {
  const compileConfig = Buffer.concat([
    field(1, request.projectDir),
    ...request.filePaths.map((file) => field(8, file)),
    field(3, request.projectConfigOverride),
    ...(request.extension ? [field(10, encodeExtension(request.extension))] : []),
  ]);
  return field(1, field(1, compileConfig));
}

/**
 * The settings of a project hold it as it was written; core says what is wrong with it.
 * @param {Extension} extension
 */
function encodeExtension({ name, compilationMode = "", options }) {
  const mode = Math.max(0, compilationModes.indexOf(compilationMode));
  const entries = Object.entries(options ?? {}).map(([key, value]) =>
    field(3, Buffer.concat([field(1, key), field(2, String(value))])),
  );
  return Buffer.concat([field(1, String(name ?? "")), Buffer.from([2 << 3, mode]), ...entries]);
}

/**
 * @param {number} number
 * @param {string | Uint8Array} value
 */
function field(number, value) {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...lengthDigits(bytes.length)]), bytes]);
}

/**
 * Base 128, the lowest digit first; the high bit says that another follows.
 * @param {number} length
 * @returns {number[]}
 */
function lengthDigits(length) {
  return length < 128 ? [length] : [(length & 127) | 128, ...lengthDigits(length >>> 7)];
}
