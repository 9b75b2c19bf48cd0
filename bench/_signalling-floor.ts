/** What less than the product needs for a call, measured under the same load: a bare Node loop, and the SIP stack alone. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cpuOf } from './_process.ts';
import { figure, sipp } from './_sipp.ts';

const PORTS = { caller: 16_250, callerMedia: 16_260, relay: 16_270, carrier: 16_280, carrierMedia: 16_290 } as const;

const PROGRAMS = { loop: '_signalling-relay.ts', sip: '_signalling-agent.ts' } as const;

/** Until then V8 compiles more than it runs: the first few hundred calls of the SIP stack cost twice as much as later ones. */
const WARM_UP = { calls: 1600, rate: 200 } as const;

export interface FloorSample {
  of: keyof typeof PROGRAMS;
  callsPerSecond: number;
  calls: number;
  failed: number;
  /** CPU of the program, ms a call. */
  cpuMsPerCall: number;
}

/** Calls from SIPp to SIPp through one of the programs. */
export async function measureFloor(of: keyof typeof PROGRAMS, { rate, seconds, holdMs }: { rate: number; seconds: number; holdMs: number }): Promise<FloorSample> {
  const carrier = sipp(['-sn', 'uas', '-p', `${PORTS.carrier}`, '-mp', `${PORTS.carrierMedia}`]);
  const relay = fork(join(import.meta.dirname, PROGRAMS[of]), [`${PORTS.relay}`, `${PORTS.carrier}`]);
  try {
    await Promise.race([once(relay, 'message'), once(relay, 'exit').then(() => Promise.reject(new Error(`${PROGRAMS[of]} ended while starting`)))]);
    const call = async (calls: number, callsPerSecond = rate): Promise<number> => {
      const ports = ['-p', `${PORTS.caller}`, '-mp', `${PORTS.callerMedia}`];
      const { output } = await sipp([`127.0.0.1:${PORTS.relay}`, '-sn', 'uac', ...ports, '-r', `${callsPerSecond}`, '-m', `${calls}`, '-d', `${holdMs}`, '-l', '5000']).done;
      return figure(output, 'Failed call');
    };
    await call(WARM_UP.calls, WARM_UP.rate);
    const calls = Math.max(10, Math.round(rate * seconds));
    const before = cpuOf(relay.pid ?? 0);
    const failed = await call(calls);
    return { of, callsPerSecond: rate, calls, failed, cpuMsPerCall: Math.round(((cpuOf(relay.pid ?? 0) - before) / calls) * 1000) / 1000 };
  } finally {
    carrier.stop();
    // The next program wants the same port.
    const gone = relay.exitCode === null ? once(relay, 'exit') : null;
    relay.kill();
    await Promise.all([gone, carrier.done]);
  }
}
