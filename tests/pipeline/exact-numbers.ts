/** a / b with so many decimals, exact, halves up; for numbers that are not negative. */
export function quotient(a: number | bigint, b: number | bigint, places: number): string {
  const divisor = BigInt(b);
  const scaled = (2n * BigInt(a) * 10n ** BigInt(places) + divisor) / (2n * divisor);
  return fixed(scaled, places);
}

/** A whole number of thousandths (or other decimal parts) without zeros at its end. */
export function decimals(parts: bigint, places: number): string {
  return fixed(parts, places)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

/** Lower end of the 95 % Wilson interval of passed of total, in per cent with 5 decimals. */
export function wilsonLow(passed: number, total: number): string {
  const one = 10n ** 40n;
  const [successes, tests] = [BigInt(passed), BigInt(total)];
  const square = (38_416n * one) / 10_000n;
  const inner = square + (4n * successes * (tests - successes) * one) / tests;
  const root = squareRoot(inner * one);
  const numerator = 2n * successes * one + square - (196n * root) / 100n;
  return quotient(50n * (numerator > 0n ? numerator : 0n), tests * one + square, 5);
}

function squareRoot(number: bigint): bigint {
  let root = number;
  for (;;) {
    const next = (root + number / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}

function fixed(parts: bigint, places: number): string {
  const digits = parts.toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  return places === 0 ? whole : `${whole}.${digits.slice(-places)}`;
}
