/** Bounds on what a peer may make us read. Each is far above what real equipment sends. */
export const LIMITS = {
  /** Largest UDP datagram, bytes. */
  datagramBytes: 65_535,
  /** Largest message on a stream, head and body, bytes; beyond it 513 and the connection closes. */
  streamMessageBytes: 65_536,
  /** Header lines after unfolding. */
  headerLines: 200,
  /** Via values in one message; RFC 3261 section 8.1.1.6 recommends 70 hops. */
  viaValues: 70,
  /** Parameters of one header value or URI. */
  parameters: 64,
  /** Values of one list header, empty ones too. */
  listValues: 1000,
  /** Host name, RFC 1035 section 2.3.4. */
  hostLength: 255,
} as const;

/** Largest CSeq number: less than 2^31, RFC 3261 section 8.1.1.5. */
export const MAX_CSEQ = 2 ** 31 - 1;
