import { describe, expect, it } from 'vitest';
import type { MediaClient, MediaCommandName } from '../media/protocol.ts';
import { MediaRouter } from './media-router.ts';
import { FakeMedia } from './testing/fake-media.ts';

/** Two media processes; endpoints go to them in turn. */
function world() {
  const processes = [new FakeMedia(), new FakeMedia()];
  const log: string[] = [];
  const clients = processes.map(
    (media, index): MediaClient => ({
      index,
      connected: true,
      call(command, args) {
        log.push(`${index} ${command}`);
        return media.call(command, args);
      },
    }),
  );
  let turn = 0;
  const router = new MediaRouter({ client: (index) => clients[index], pick: () => clients[turn++ % 2] as MediaClient });
  const ran = (command: MediaCommandName): string[] => log.filter((line) => line.endsWith(` ${command}`));
  return { processes, router, ran };
}

const rtp = (endpoint: string) => ({ endpoint, remote: null });
const seal = { key: '', associatedData: '' };

describe('MediaRouter', () => {
  it('keeps the endpoints of one call together', async () => {
    const { processes, router } = world();
    await router.call('createRtpEndpoint', rtp('one:far'));
    await router.call('createRtpEndpoint', rtp('two:far'));
    await router.call('createRtpEndpoint', rtp('one:s1'));
    expect(processes.map((media) => media.endpointIds())).toEqual([['one:far', 'one:s1'], ['two:far']]);
  });

  it('joins endpoints of two processes by a link, records the link\'s end, and takes it down again', async () => {
    const { processes, router } = world();
    await router.call('createRtpEndpoint', rtp('one:far'));
    await router.call('createWebrtcEndpoint', { endpoint: 'line-ann:1', offerSdp: '' });
    await router.call('createBridge', { bridge: 'b', a: 'one:far', b: 'line-ann:1' });
    await router.call('startRecording', { recording: 'r', left: 'one:far', right: 'line-ann:1', path: '', seal });

    expect(processes.map((media) => [...media.bridges.values()])).toEqual([[{ a: 'one:far', b: 'b:x' }], [{ a: 'b:y', b: 'line-ann:1' }]]);
    expect(processes[0]?.recordings.get('r')).toEqual({ left: 'one:far', right: 'b:x' });

    await router.call('closeBridge', { bridge: 'b' });
    expect(processes.map((media) => media.endpointIds())).toEqual([['one:far'], ['line-ann:1']]);
    expect(processes.map((media) => media.bridges.size)).toEqual([0, 0]);
  });

  it('sends a command to where its endpoint or recording is, also after a restart', async () => {
    const { router, ran } = world();
    const stats = { packetsReceived: 0, packetsSent: 0, bytesReceived: 0, bytesSent: 0, packetsLost: 0, jitterMs: 0, packetsFromStrangers: 0 };
    router.adopt(1, { endpoints: [{ endpoint: 'one:far', kind: 'rtp', bridge: null, mix: null, stats }], recordings: [{ recording: 'r', path: '' }] });
    await router.call('stopPlay', { endpoint: 'one:far', playback: 'p' }).catch(() => undefined);
    await router.call('stopRecording', { recording: 'r' }).catch(() => undefined);
    expect([...ran('stopPlay'), ...ran('stopRecording')]).toEqual(['1 stopPlay', '1 stopRecording']);
  });

  it('knows what died with a process', async () => {
    const { router } = world();
    await router.call('createRtpEndpoint', rtp('one:far'));
    await router.call('createRtpEndpoint', rtp('two:far'));
    expect(router.lose(0)).toEqual(['one:far']);
    await expect(router.call('setEcho', { endpoint: 'one:far', on: true })).rejects.toMatchObject({ code: 'unknown_endpoint' });
    await expect(router.call('setEcho', { endpoint: 'two:far', on: true })).resolves.toEqual({});
  });

  it('takes members of another process into a mix by a link each, whispers included, also after a restart of core', async () => {
    const { processes, router } = world();
    await router.call('createRtpEndpoint', rtp('one:far'));
    await router.call('createRtpEndpoint', rtp('line-ann:1'));
    await router.call('createMix', { mix: 'one:m1' });
    await router.call('setMixMember', { mix: 'one:m1', endpoint: 'one:far', hears: 'all', heardBy: ['line-ann:1'] });
    await router.call('setMixMember', { mix: 'one:m1', endpoint: 'line-ann:1', hears: 'all', heardBy: 'all' });
    await router.call('setMixMember', { mix: 'one:m1', endpoint: 'one:far', hears: 'all', heardBy: ['line-ann:1'] });
    const end = 'one:m1~line-ann:1:x';
    expect(processes[0]?.mixes.get('one:m1')).toEqual(
      new Map([
        ['one:far', { hears: 'all', heardBy: [end] }],
        [end, { hears: 'all', heardBy: 'all' }],
      ]),
    );
    expect([...(processes[1]?.bridges.values() ?? [])]).toEqual([{ a: 'one:m1~line-ann:1:y', b: 'line-ann:1' }]);

    const restarted = new MediaRouter({ client: (index) => ({ index, connected: true, call: (command, args) => (processes[index] as FakeMedia).call(command, args) }), pick: () => expect.unreachable() });
    for (const [index, process] of processes.entries()) restarted.adopt(index, process.dump());
    restarted.adoptLinks();
    await restarted.call('leaveMix', { mix: 'one:m1', endpoint: 'line-ann:1' });
    await restarted.call('closeMix', { mix: 'one:m1' });
    expect(processes.map((media) => media.endpointIds())).toEqual([['one:far'], ['line-ann:1']]);
    expect(processes.map(({ bridges, mixes }) => bridges.size + mixes.size)).toEqual([0, 0]);
  });
});
