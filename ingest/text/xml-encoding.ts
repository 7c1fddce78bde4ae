const declaration = /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w-]+)["']/i;

// With one byte for each character, so that a file can be decoded in any pieces.
const single = /^(iso-?8859-?\d+|latin\d|l\d|(windows-|cp)125\d)$/i;

/**
 * Takes the first bytes of an XML document and gives the encoding that it declares, such as
 * `ISO-8859-1`; undefined for UTF-8 and for encodings that are not read.
 */
export function xmlEncoding(head: Buffer): string | undefined {
  const name = declaration.exec(head.toString("latin1"))?.[1] ?? "";
  if (!single.test(name)) return undefined;
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return undefined;
  }
}
