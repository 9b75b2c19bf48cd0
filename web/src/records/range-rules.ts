/** Ranges as typed, one per line or separated by commas, in any width; blank lines do not count. */
export const parseRanges = (text: string): string[] => [
  ...new Set(
    text
      .normalize('NFKC')
      .split(/[\s,、]+/u)
      .filter((part) => part !== ''),
  ),
];

/** Whether a text looks like an address or a range; the server decides what is one. */
export function looksLikeRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (rest.length > 0) return false;
  const isV6 = address.includes(':');
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > (isV6 ? 128 : 32))) return false;
  if (isV6) return /^[0-9a-f:.]{2,45}$/i.test(address);
  const parts = address.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** The first few that are no ranges. */
export const wrongRanges = (ranges: readonly string[]): string[] => ranges.filter((range) => !looksLikeRange(range)).slice(0, 3);
