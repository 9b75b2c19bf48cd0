import { describe, expect, it } from 'vitest';
import { espeakProvider, measuredWav } from './speech.ts';
import { checkWav } from './wav-check.ts';

// `npm test` installs the program; a product without it says so and has no such button.
const provider = await espeakProvider();

describe('eSpeak NG', () => {
  it('speaks kana and English as a WAV file whose head is right', async () => {
    for (const [text, language] of [['おでんわ ありがとうございます', 'ja'], ['Thank you for calling.', 'en']] as const) {
      const wav = (await provider?.speak(text, language)) ?? Buffer.alloc(0);
      expect(checkWav(wav)).toBeGreaterThan(800);
      expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    }
  });

  it('takes text for text, and refuses kanji, which it would spell', async () => {
    expect(checkWav((await provider?.speak('--version; -f /etc/passwd', 'en')) ?? Buffer.alloc(0))).toBeGreaterThan(800);
    await expect(provider?.speak('電話', 'ja')).rejects.toMatchObject({ code: 'invalid' });
  });
});

it('refuses what is no whole WAV file, also one that ends within the head of its sound', () => {
  const cut = Buffer.alloc(46);
  cut.write('RIFF');
  cut.write('data', 40, 'latin1');
  expect(() => measuredWav(cut)).toThrow(expect.objectContaining({ code: 'speech_failed' }));
  expect(() => measuredWav(Buffer.from('<html>'))).toThrow(expect.objectContaining({ code: 'speech_failed' }));
});
