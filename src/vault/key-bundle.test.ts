import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newId } from '../lib/ids.ts';
import { bundleInPieces, bundleKind, bundleUnderPassphrase, openBundle } from './key-bundle.ts';

const bundle = { tenantId: newId(), slug: 'acme', keys: [{ version: 1, key: randomBytes(32) }, { version: 2, key: randomBytes(32) }] };
const invalid = expect.objectContaining({ code: 'invalid' });

describe('a file of keys under a passphrase', () => {
  it('opens with its passphrase only, however it was typed, and not when a byte was changed', async () => {
    const text = await bundleUnderPassphrase(bundle, '長いパスフレーズ ｶﾞ');
    expect(bundleKind(text)).toBe('passphrase');
    for (const { key } of bundle.keys) expect(text).not.toContain(key.toString('base64'));
    expect(await openBundle([text], '長いパスフレーズ ガ')).toEqual(bundle);
    await expect(openBundle([text], '長いパスフレーズ')).rejects.toThrow(invalid);
    await expect(openBundle([text], null)).rejects.toThrow(invalid);
    const file = JSON.parse(text) as { sealed: string };
    const bytes = Buffer.from(file.sealed, 'base64');
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await expect(openBundle([JSON.stringify({ ...file, sealed: bytes.toString('base64') })], '長いパスフレーズ ガ')).rejects.toThrow(invalid);
    await expect(openBundle([JSON.stringify({ ...file, tenantId: newId() })], '長いパスフレーズ ガ')).rejects.toThrow(invalid);
  });
});

describe('keys in pieces', () => {
  it('open with all pieces in any order, and say which is missing', async () => {
    const pieces = bundleInPieces(bundle, 3);
    expect(await openBundle(pieces.toReversed(), null)).toEqual(bundle);
    await expect(openBundle(pieces.slice(1), null)).rejects.toThrow('Piece 1 of 3 is missing');
    await expect(openBundle([...pieces, pieces[0] ?? ''], null)).rejects.toThrow('twice');
    await expect(openBundle([...pieces.slice(0, 2), bundleInPieces(bundle, 3)[2] ?? ''], null)).rejects.toThrow('do not belong together');
    const last = JSON.parse(pieces[2] ?? '') as { piece: { share: string } };
    await expect(openBundle([...pieces.slice(0, 2), JSON.stringify({ ...last, piece: { ...last.piece, share: randomBytes(32).toString('base64') } })], null)).rejects.toThrow('one was changed');
  });

  it('are refused in a senseless number, and no other file is taken for one', async () => {
    expect(() => bundleInPieces(bundle, 1)).toThrow(invalid);
    await expect(openBundle(['{}'], 'x')).rejects.toThrow(invalid);
    await expect(openBundle(['no json'], 'x')).rejects.toThrow(invalid);
  });
});
