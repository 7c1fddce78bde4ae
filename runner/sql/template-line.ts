/** A piece of one SQLX line: SQL as written, or a `${…}` whose text is known after compilation. */
export interface LinePart {
  kind: "text" | "expression";
  text: string;
  /** Index in the source line, in UTF-16 units. */
  sourceOffset: number;
}

/** A part of a source line with the place that it takes in the compiled line. */
export interface AlignedPart extends LinePart {
  start: number;
  end: number;
}

/**
 * Takes one line of SQLX and returns it cut at its `${…}`. An expression that is not closed on the
 * line ends with it.
 */
export function splitExpressions(line: string): LinePart[] {
  const parts: LinePart[] = [];
  let offset = 0;
  while (offset < line.length) {
    const start = line.indexOf("${", offset);
    if (start !== offset) {
      const text = line.slice(offset, start < 0 ? undefined : start);
      parts.push({ kind: "text", text, sourceOffset: offset });
    }
    if (start < 0) break;
    offset = endOfExpression(line, start + 2);
    parts.push({ kind: "expression", text: line.slice(start, offset), sourceOffset: start });
  }
  return parts;
}

/**
 * Takes the parts of a source line and a compiled line, both without outer blanks. Returns every
 * part with its place in the compiled line, or undefined when the written parts are not in it.
 * Runs in linear time, whatever the line holds.
 */
export function alignParts(parts: LinePart[], compiled: string): AlignedPart[] | undefined {
  const aligned: AlignedPart[] = [];
  let end = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind === "expression") {
      aligned.push({ ...part, start: end, end });
      continue;
    }
    const isLast = index === parts.length - 1;
    const start = isLast ? compiled.length - part.text.length : compiled.indexOf(part.text, end);
    if (start < end || (index === 0 && start !== 0)) return undefined;
    if (!compiled.startsWith(part.text, start)) return undefined;
    const previous = aligned.at(-1);
    if (previous) previous.end = start;
    end = start + part.text.length;
    aligned.push({ ...part, start, end });
  }
  const last = aligned.at(-1);
  if (last?.kind === "expression") last.end = compiled.length;
  return aligned;
}

function endOfExpression(line: string, start: number): number {
  const open = ["}"];
  let index = start;
  while (open.length > 0 && index < line.length) index += readJavaScript(line, index, open);
  return Math.min(index, line.length);
}

/** Reads one character of JavaScript, keeps the stack of closers and returns how far it went. */
function readJavaScript(line: string, index: number, open: string[]): number {
  const character = line.charAt(index);
  const closer = open.at(-1);
  if (character === closer) {
    open.pop();
    return 1;
  }
  if (closer !== "}") {
    const opensExpression = closer === "`" && line.startsWith("${", index);
    if (opensExpression) open.push("}");
    return opensExpression || character === "\\" ? 2 : 1;
  }
  if (character === "{") open.push("}");
  else if ("'\"`".includes(character)) open.push(character);
  return 1;
}
