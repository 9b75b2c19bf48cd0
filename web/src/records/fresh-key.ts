/** A key that nothing has yet: `step3`, `field7`. */
export function freshKey(prefix: string, taken: readonly string[]): string {
  for (let number = taken.length + 1; ; number++) if (!taken.includes(`${prefix}${number}`)) return `${prefix}${number}`;
}
