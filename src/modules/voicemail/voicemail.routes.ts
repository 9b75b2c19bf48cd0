import * as contracts from '../../../shared/api/voicemail.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { createBox, listBoxes, setPin, updateBox } from './voicemail-boxes.service.ts';
import { listVoicemails, updateVoicemail } from './voicemails.service.ts';

interface Deps {
  clock: Clock;
  events: DomainEmitter;
  /** A mail host is configured. */
  canSendMail: boolean;
  /** Names of the shipped sounds. */
  promptNames: readonly string[];
}

export const voicemailRoutes = ({ clock, events, canSendMail, promptNames }: Deps): BoundRoute[] => {
  const configured = (tenantId: string): void => events.emit('configChanged', { tenantId, area: 'voicemail' });
  return [
    bind(contracts.listVoicemailBoxes, (_input, context) => context.inTenant(async (tx) => ({ items: await listBoxes(tx, context.session), canSendMail }))),
    bind(contracts.createVoicemailBox, async ({ body }, context) => {
      const box = await context.inTenant((tx) => createBox(tx, body, promptNames, new Date(clock.wall())));
      configured(context.session.tenantId);
      return box;
    }),
    bind(contracts.updateVoicemailBox, async ({ params, body }, context) => {
      const box = await context.inTenant((tx) => updateBox(tx, params.id, body, promptNames, new Date(clock.wall())));
      configured(context.session.tenantId);
      return box;
    }),
    bind(contracts.setVoicemailPin, ({ params, body }, context) => context.inTenant((tx) => setPin(tx, context.session, params.id, body.pin))),
    bind(contracts.listVoicemails, ({ query }, context) => context.inTenant((tx) => listVoicemails(tx, context.session, query))),
    bind(contracts.updateVoicemail, async ({ params, body }, context) => {
      const voicemail = await context.inTenant((tx) => updateVoicemail(tx, context.session, params.id, body, new Date(clock.wall())));
      events.emit('voicemailsChanged', { tenantId: context.session.tenantId });
      return voicemail;
    }),
  ];
};
