import { describe, expect, it } from 'vitest';
import { readEssentials } from '../protocol/sip/essentials.ts';
import { headerOf, headersOf, type SipRequest, type SipResponse } from '../protocol/sip/message.ts';
import { parseMessage } from '../protocol/sip/parse-message.ts';
import { belongsTo, dialogRequest, nextHopUri, receiveRequest, refreshTarget, requestUriOf, restoreDialog, uacDialog, uasDialog, type DialogState } from './dialog.ts';

const CONTACT = 'sip:us@192.0.2.1:5060';

function invite(extra = ''): SipRequest {
  const text = `INVITE sip:bob@us SIP/2.0\r\nVia: SIP/2.0/UDP them;branch=z9hG4bK1\r\nFrom: "A" <sip:alice@them>;tag=at\r\nTo: <sip:bob@us>\r\nCall-ID: c1\r\nCSeq: 7 INVITE\r\nContact: <sip:alice@192.0.2.9:5070;x=y?Route=evil>\r\n${extra}\r\n`;
  return parseMessage(Buffer.from(text)) as SipRequest;
}

function answer(extra = ''): SipResponse {
  const text = `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP us;branch=z9hG4bK1\r\nFrom: <sip:us@us>;tag=ut\r\nTo: <sip:bob@them>;tag=bt\r\nCall-ID: c1\r\nCSeq: 3 INVITE\r\nContact: <sip:bob@192.0.2.9>\r\n${extra}\r\n`;
  return parseMessage(Buffer.from(text)) as SipResponse;
}

const asUas = (extra = ''): DialogState => {
  const request = invite(extra);
  return uasDialog(request, readEssentials(request), 'lt', CONTACT, null);
};

describe('a dialog of an INVITE to us', () => {
  it('sends requests to the Contact, without what was hidden in it', () => {
    const { state, request } = dialogRequest(asUas(), 'BYE');
    expect(request.uri).toBe('sip:alice@192.0.2.9:5070;x=y');
    expect(headerOf(request, 'from')).toBe('<sip:bob@us>;tag=lt');
    expect(headerOf(request, 'to')).toBe('"A" <sip:alice@them>;tag=at');
    expect(headerOf(request, 'cseq')).toBe('1 BYE');
    expect(state.localSeq).toBe(1);
    expect(nextHopUri(state)).toBe('sip:alice@192.0.2.9:5070;x=y');
  });

  it('follows Record-Route in its order (loose routing)', () => {
    const state = asUas('Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\n');
    const { request } = dialogRequest(state, 'BYE');
    expect(headersOf(request, 'route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr>']);
    expect(nextHopUri(state)).toBe('sip:p1;lr');
  });

  it('serves a strict router', () => {
    const { request } = dialogRequest(asUas('Record-Route: <sip:p1>, <sip:p2;lr>\r\n'), 'BYE');
    expect(request.uri).toBe('sip:p1');
    expect(headersOf(request, 'route')).toEqual(['<sip:p2;lr>', '<sip:alice@192.0.2.9:5070;x=y>']);
  });

  it('takes requests in order only', () => {
    const state = asUas();
    const bye = { ...invite(), method: 'BYE' };
    expect(receiveRequest(state, bye, 7).inOrder).toBe(false);
    expect(receiveRequest(state, bye, 8)).toMatchObject({ inOrder: true, state: { remoteSeq: 8, remoteTarget: state.remoteTarget } });
    const moved = parseMessage(Buffer.from('INVITE sip:x SIP/2.0\r\nContact: <sip:new@place>\r\n\r\n')) as SipRequest;
    expect(receiveRequest(state, moved, 100).state).toMatchObject({ remoteSeq: 100, remoteTarget: 'sip:new@place' });
  });

  it('knows its own messages', () => {
    const state = asUas();
    const essentials = { ...readEssentials(invite()), toTag: 'lt' };
    expect(belongsTo(state, essentials)).toBe(true);
    for (const change of [{ callId: 'c2' }, { fromTag: 'x' }, { toTag: 'y' }]) expect(belongsTo(state, { ...essentials, ...change })).toBe(false);
  });
});

describe('a dialog of an INVITE of ours', () => {
  const request = { ...invite(), uri: 'sip:bob@them' };

  it('has the route in reverse, and ACK repeats the number of the INVITE', () => {
    const response = answer('Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n');
    const state = uacDialog(request, response, readEssentials(response), CONTACT, null);
    const ack = dialogRequest(state, 'ACK');
    expect(headersOf(ack.request, 'route')).toEqual(['<sip:p2;lr>', '<sip:p1;lr>']);
    expect(headerOf(ack.request, 'cseq')).toBe('3 ACK');
    const reinvite = dialogRequest(ack.state, 'INVITE', { sdp: 'v=0\r\n' });
    expect(headerOf(reinvite.request, 'cseq')).toBe('4 INVITE');
    expect(headerOf(reinvite.request, 'contact')).toBe(`<${CONTACT}>`);
    expect(headerOf(dialogRequest(dialogRequest(reinvite.state, 'INFO').state, 'ACK').request, 'cseq')).toBe('4 ACK');
  });

  it('moves with the Contact of a 2xx to a re-INVITE', () => {
    const response = answer();
    const state = uacDialog(request, response, readEssentials(response), CONTACT, null);
    expect(refreshTarget(state, { ...response, headers: [{ name: 'm', id: 'contact', value: '<sip:bob@new>' }] }).remoteTarget).toBe('sip:bob@new');
    expect(refreshTarget(state, { ...response, headers: [] })).toBe(state);
  });
});

describe('the journal', () => {
  it('gives a dialog back as it was', () => {
    const state = asUas('Record-Route: <sip:p1;lr>\r\n');
    expect(restoreDialog(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it.each([null, 'x', {}, { callId: 'c' }, { ...asUas(), localSeq: '1' }, { ...asUas(), routeSet: null }])('refuses case %#', (data) => {
    expect(restoreDialog(data)).toBeNull();
  });

  it('Request-URIs lose headers and method', () => {
    expect(requestUriOf('sip:a@b;method=BYE;x?Route=%3Csip:evil%3E')).toBe('sip:a@b;x');
    expect(requestUriOf('sip:a@b;x')).toBe('sip:a@b;x');
  });
});
