/** The rules as text, and what the kernel makes of them: datagrams in a network namespace of their own are counted by their DSCP. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dscpRules } from './dscp-rules.ts';

const PORTS = { sip: 5060, sips: 5061, rtp: { low: 20_000, high: 39_999 } };
/** Rules need a namespace of their own, which not every machine gives to everybody. */
const mayUnshare = existsSync('/usr/sbin/nft') && spawnSync('unshare', ['-rn', 'true']).status === 0;

describe('rules for nftables', () => {
  it('without lines of their own are those that are shipped', () => {
    const shipped = readFileSync(join(import.meta.dirname, '../../../deploy/dscp/scc.nft'), 'utf8');
    expect(shipped.split('\n').filter((line) => !line.startsWith('#')).join('\n')).toBe(dscpRules(PORTS, []));
  });

  it('leave TLS out where it is off', () => {
    expect(dscpRules({ ...PORTS, sips: null }, [])).toContain('tcp sport 5060 ip dscp set cs3');
  });
});

describe.skipIf(!mayUnshare)('the kernel', () => {
  /** Sends one datagram from each port to each address. @returns packets by address and DSCP */
  function marked(rules: string): Record<string, number> {
    const counters = ['127.0.0.5', '127.0.0.6'].flatMap((address) => [0, 24, 32, 46].map((dscp) => `ip daddr ${address} ip dscp ${dscp} counter`));
    const count = `table inet counted {\n chain output {\n type filter hook output priority 0; policy accept;\n ${counters.join('\n ')}\n }\n}\n`;
    const one = (port: number, to: string): string => `"$NODE" -e "const s=require('node:dgram').createSocket('udp4');s.bind(${port},'127.0.0.1',()=>s.send('x',9,'${to}',()=>s.close()))"`;
    const script = ['set -e', 'ip link set lo up', `nft -f - <<'RULES'\n${rules}\n${count}RULES`, ...['127.0.0.5', '127.0.0.6'].flatMap((to) => [5060, 5070, 20_000].map((port) => one(port, to))), 'nft list table inet counted'].join('\n');
    const output = execFileSync('unshare', ['-rn', 'sh', '-c', script], { encoding: 'utf8', env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, NODE: process.execPath } });
    const found: Record<string, number> = {};
    for (const [, address = '', dscp = '', packets = ''] of output.matchAll(/ip daddr (\S+) ip dscp (\S+) counter packets (\d+)/g)) if (packets !== '0') found[`${address} ${dscp}`] = Number(packets);
    return found;
  }

  it('marks sound and signalling, a line with its own value, and nothing else', () => {
    const rules = dscpRules(PORTS, [{ to: ['127.0.0.6', '127.0.0.0/30', '2001:db8::/32'], port: 5060, dscp: 32 }]);
    expect(marked(rules)).toEqual({ '127.0.0.5 ef': 1, '127.0.0.5 cs3': 1, '127.0.0.5 cs0': 1, '127.0.0.6 cs4': 2, '127.0.0.6 cs0': 1 });
  });

  it('control: without the rules nothing is marked', () => {
    expect(marked('')).toEqual({ '127.0.0.5 cs0': 3, '127.0.0.6 cs0': 3 });
  });
});
