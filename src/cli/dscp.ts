import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { dscpRules, type DscpLine } from '../modules/telephony/dscp-rules.ts';
import { readOutbound } from '../modules/telephony/outbound-config.ts';
import { loadConfig } from './environment.ts';
import { complain, print } from './output.ts';
import { cliActor, withDatabase } from './with-database.ts';

/** Addresses of a carrier's server; none when its name is not known now. */
async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    complain(`${host} has no address now; its line gets no rule of its own`);
    return [];
  }
}

/** `scc dscp`: prints rules for nftables that mark what the product sends, with the values of all tenants' lines. */
export async function dscpCommand(): Promise<void> {
  const { sipPort, sipsPort, rtpPorts } = loadConfig();
  const lines = await withDatabase(async (database) => {
    const found: DscpLine[] = [];
    for (const { id, status } of await database.directory.tenants()) {
      if (status !== 'active') continue;
      const { trunks } = await database.withTenant(id, cliActor, readOutbound);
      for (const { host, port, transport, sourceRanges, dscp } of trunks) {
        const to = [...new Set([...(await addressesOf(host)), ...sourceRanges])];
        if (dscp > 0 && to.length > 0) found.push({ to, port: port ?? (transport === 'tls' ? 5061 : 5060), dscp });
      }
    }
    return found;
  });
  print(dscpRules({ sip: sipPort, sips: sipsPort, rtp: rtpPorts }, lines).trimEnd());
}
