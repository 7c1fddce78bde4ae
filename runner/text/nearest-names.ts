/**
 * Takes a name that was not found and the names that exist; returns up to `limit` of them that a
 * person may have meant, the nearest first.
 */
export function nearestNames(wanted: string, known: readonly string[], limit = 3): string[] {
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  return [...new Set(known)]
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= allowed || contains(name, wanted))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name);
}

function contains(name: string, wanted: string): boolean {
  return wanted.length >= 3 && name.toLowerCase().includes(wanted.toLowerCase());
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = a[row - 2] === b[column - 1] && a[row - 1] === b[column - 2];
      const replaced = (previous[column - 1] ?? 0) + (isSame ? 0 : 1);
      const swapped = isSwap ? (beforePrevious[column - 2] ?? row) + 1 : replaced;
      const added = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, swapped, added, (previous[column] ?? 0) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
