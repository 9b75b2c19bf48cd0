import type { HeaderId } from './header.ts';
import type { SipMessage } from './message.ts';
import { splitList } from './scan.ts';

/**
 * All elements of a comma-separated header, over all its lines; empty elements are left out.
 * @throws SipParseError on an unclosed quote, or too many elements
 */
export function listOf(message: SipMessage, id: HeaderId): string[] {
  const values: string[] = [];
  for (const header of message.headers) {
    if (header.id !== id) continue;
    for (const part of splitList(header.value)) if (part !== '') values.push(part);
  }
  return values;
}
