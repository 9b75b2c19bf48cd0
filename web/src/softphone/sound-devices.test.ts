import { describe, expect, it } from 'vitest';
import { deviceList, parseChoice } from './sound-devices.ts';

describe('deviceList', () => {
  it('names microphones and speakers once, and no cameras', () => {
    const list = deviceList([
      { kind: 'audioinput', deviceId: 'default', label: 'Default - Headset' },
      { kind: 'audioinput', deviceId: 'communications', label: 'Communications - Headset' },
      { kind: 'audioinput', deviceId: 'a', label: 'Headset' },
      { kind: 'videoinput', deviceId: 'b', label: 'Camera' },
      { kind: 'audiooutput', deviceId: 'c', label: 'Headset' },
    ]);

    expect(list).toEqual({ microphones: [{ id: 'a', label: 'Headset' }], speakers: [{ id: 'c', label: 'Headset' }] });
  });

  it('is empty before the microphone is allowed', () => {
    expect(deviceList([{ kind: 'audioinput', deviceId: '', label: '' }])).toEqual({ microphones: [], speakers: [] });
  });
});

describe('parseChoice', () => {
  it('reads what was stored', () => {
    expect(parseChoice(JSON.stringify({ microphone: 'a', speaker: null }))).toEqual({ microphone: 'a', speaker: null });
  });

  it.each([null, '', '{', '7', '[]', '{"microphone":{"a":1},"speaker":""}'])('takes %j for no choice', (text) => {
    expect(parseChoice(text)).toEqual({ microphone: null, speaker: null });
  });
});
