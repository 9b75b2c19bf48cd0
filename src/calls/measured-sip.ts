import type { SipAgent } from '../sip/types.ts';

/** The user agent, telling when it has answered a caller. @param gate what INVITEs go through */
export const measureAnswers = (sip: SipAgent, onAnswer: (legId: string) => void, gate: Pick<SipAgent, 'invite'> = sip): SipAgent => ({
  ring: (legId, sdp) => sip.ring(legId, sdp),
  answer(legId, sdp) {
    sip.answer(legId, sdp);
    onAnswer(legId);
  },
  reject: (legId, status, reason) => sip.reject(legId, status, reason),
  invite: (legId, target) => gate.invite(legId, target),
  hangup: (legId, reason) => sip.hangup(legId, reason),
  reinvite: (legId, sdp) => sip.reinvite(legId, sdp),
  answerReinvite: (legId, sdp) => sip.answerReinvite(legId, sdp),
  rejectReinvite: (legId, status) => sip.rejectReinvite(legId, status),
  redirect: (legId, contacts, status) => sip.redirect(legId, contacts, status),
  acceptRefer: (legId, referId) => sip.acceptRefer(legId, referId),
  rejectRefer: (legId, referId, status) => sip.rejectRefer(legId, referId, status),
  referStatus: (legId, referId, status, reason, final) => sip.referStatus(legId, referId, status, reason, final),
  refer: (legId, target) => sip.refer(legId, target),
  snapshot: (legId) => sip.snapshot(legId),
  restore: (snapshot) => sip.restore(snapshot),
});
