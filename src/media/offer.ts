import { MediaError } from './errors.ts';

/** An offer reduced to what we do. */
export interface NarrowOffer {
  sdp: string;
  mid: string;
  /** telephone-event at 8000 Hz, when offered. */
  dtmfPayloadType: number | null;
}

const MAX_OFFER_BYTES = 64 * 1024;

/**
 * Reduces a browser's offer to one audio section with PCMU (payload type 0, RFC 3551) and telephone-event, so that whatever
 * answers it can agree on nothing else. A pure function on the text: unknown lines stay as they are.
 * @throws MediaError `bad_sdp`
 */
export function narrowOffer(sdp: string): NarrowOffer {
  if (sdp.length > MAX_OFFER_BYTES) throw new MediaError('bad_sdp', 'The offer is too long.');
  const lines = sdp.split(/\r?\n/).filter((line) => line !== '');
  const sections = lines.filter((line) => line.startsWith('m='));
  const [media] = sections;
  if (!media || sections.length !== 1 || !media.startsWith('m=audio ')) {
    throw new MediaError('bad_sdp', 'The offer must have exactly one section, and that audio.');
  }
  const [, port = '9', transport = '', ...formats] = media.slice(2).split(' ');
  if (!formats.includes('0')) throw new MediaError('bad_sdp', 'The offer does not have PCMU.');
  if (!transport.includes('SAVPF')) throw new MediaError('bad_sdp', 'The offer is not encrypted.');
  const mid = valueOf(lines, 'a=mid:');
  if (mid === null) throw new MediaError('bad_sdp', 'The offer has no media id.');
  const dtmf = dtmfType(lines, formats);
  const kept = dtmf === null ? ['0'] : ['0', String(dtmf)];
  const narrowed = lines
    .filter((line) => keeps(line, kept))
    .map((line) => (line === media ? `m=audio ${port} ${transport} ${kept.join(' ')}` : line));
  return { sdp: `${narrowed.join('\r\n')}\r\n`, mid, dtmfPayloadType: dtmf };
}

function valueOf(lines: readonly string[], prefix: string): string | null {
  return lines.find((line) => line.startsWith(prefix))?.slice(prefix.length) ?? null;
}

function dtmfType(lines: readonly string[], formats: readonly string[]): number | null {
  for (const line of lines) {
    const match = /^a=rtpmap:(\d{1,3}) telephone-event\/8000$/i.exec(line);
    if (match?.[1] && formats.includes(match[1])) return Number(match[1]);
  }
  return null;
}

/** Attributes of formats that are gone go with them. */
function keeps(line: string, formats: readonly string[]): boolean {
  const match = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d{1,3}|\*)[ ]/.exec(line);
  return !match?.[1] || match[1] === '*' || formats.includes(match[1]);
}
