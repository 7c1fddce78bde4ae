/** Turns a value into a place. */
export type Scale = (value: number) => number;

/** A logarithmic scale; what is beyond its ends is at its ends. */
export function logScale([low, high]: [number, number], [from, to]: [number, number]): Scale {
  const length = Math.log(high / low);
  return (value) => {
    const share = Math.log(Math.min(high, Math.max(low, value)) / low) / length;
    return round(from + share * (to - from));
  };
}

/** A linear scale; what is beyond its ends is at its ends. */
export function linearScale([low, high]: [number, number], [from, to]: [number, number]): Scale {
  return (value) => {
    const share = (Math.min(high, Math.max(low, value)) - low) / (high - low);
    return round(from + share * (to - from));
  };
}

/** A tenth of a pixel is enough, and keeps pages small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The path of points; a null is a gap. */
export function linePath(points: readonly ([number, number] | null)[]): string {
  let isOpen = false;
  return points
    .map((point) => {
      const step = point === null ? "" : `${isOpen ? "L" : "M"}${point[0]} ${point[1]}`;
      isOpen = point !== null;
      return step;
    })
    .join("");
}
