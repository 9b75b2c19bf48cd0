/**
 * Node cannot set DSCP on its sockets, so the kernel does it: rules for nftables, of the ports that the product uses and of the
 * lines that want another value. Pure.
 */
export interface DscpPorts {
  /** UDP and TCP. */
  sip: number;
  /** TLS; null = off. */
  sips: number | null;
  rtp: { low: number; high: number };
}

/** What goes to these addresses gets this value, sound and signalling alike. */
export interface DscpLine {
  /** Addresses and CIDR ranges, IPv4 or IPv6. */
  to: readonly string[];
  /** Of the carrier's server, for connections of ours, which have a port of their own here. */
  port: number;
  /** 1-63 */
  dscp: number;
}

/** RFC 4594: expedited forwarding for sound. */
const SOUND = 'ef';
/** CS3: what most networks use for signalling; RFC 4594 names CS5. */
const SIGNALLING = 'cs3';

const inBraces = (values: readonly (string | number)[]): string => (values.length === 1 ? String(values[0]) : `{ ${values.join(', ')} }`);

/** An nftables script that replaces the rules of an earlier one. */
export function dscpRules({ sip, sips, rtp }: DscpPorts, lines: readonly DscpLine[]): string {
  const sound = `udp sport ${rtp.low}-${rtp.high}`;
  const tcp = `tcp sport ${inBraces(sips === null ? [sip] : [sip, sips])}`;
  const general = [`${sound} FAMILY dscp set ${SOUND}`, `udp sport ${sip} FAMILY dscp set ${SIGNALLING}`, `${tcp} FAMILY dscp set ${SIGNALLING}`];
  const rules = general.flatMap((rule) => [rule.replace('FAMILY', 'ip'), rule.replace('FAMILY', 'ip6')]);
  for (const { to, port, dscp } of lines) {
    for (const address of to) {
      // One rule for each: ranges of a set may not overlap.
      const family = address.includes(':') ? 'ip6' : 'ip';
      for (const what of [sound, `udp sport ${sip}`, tcp, `tcp dport ${port}`]) rules.push(`${family} daddr ${address} ${what} ${family} dscp set ${dscp}`);
    }
  }
  return [
    'table inet scc_dscp',
    'delete table inet scc_dscp',
    'table inet scc_dscp {',
    '\tchain output {',
    '\t\ttype filter hook output priority mangle; policy accept;',
    ...rules.map((rule) => `\t\t${rule}`),
    '\t}',
    '}',
    '',
  ].join('\n');
}
