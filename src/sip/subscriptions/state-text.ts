/** Bodies of NOTIFY: RFC 4235 (dialog), RFC 3863 (presence), RFC 3842 (message-summary). Pure. */
import type { EventPackage, ResourceState } from './types.ts';

export const CONTENT_TYPES: Readonly<Record<EventPackage, string>> = {
  dialog: 'application/dialog-info+xml',
  presence: 'application/pidf+xml',
  'message-summary': 'application/simple-message-summary',
};

/** @param entity URI of the resource @param version counts the notifications of one subscription from 0 */
export function stateText(state: ResourceState, entity: string, version: number): string {
  switch (state.package) {
    case 'dialog':
      return dialogInfo(state, entity, version);
    case 'presence':
      return presence(state, entity);
    case 'message-summary':
      return messageSummary(state, entity);
  }
}

function dialogInfo({ calls }: Extract<ResourceState, { package: 'dialog' }>, entity: string, version: number): string {
  const dialogs = calls.map(({ id, direction, state, remoteUser }) => {
    const remote = remoteUser === null ? '' : `<remote><identity>${xml(`sip:${remoteUser}@${entity.slice(entity.indexOf('@') + 1)}`)}</identity></remote>`;
    return `<dialog id="${xml(id)}" direction="${direction}"><state>${state}</state>${remote}</dialog>`;
  });
  return `<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="${xml(entity)}">${dialogs.join('')}</dialog-info>\n`;
}

function presence({ open, note }: Extract<ResourceState, { package: 'presence' }>, entity: string): string {
  const said = note === '' ? '' : `<note>${xml(note)}</note>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="${xml(entity)}"><tuple id="t1"><status><basic>${open ? 'open' : 'closed'}</basic></status>${said}</tuple></presence>\n`;
}

function messageSummary({ newMessages, oldMessages }: Extract<ResourceState, { package: 'message-summary' }>, entity: string): string {
  return `Messages-Waiting: ${newMessages > 0 ? 'yes' : 'no'}\r\nMessage-Account: ${entity}\r\nVoice-Message: ${newMessages}/${oldMessages} (0/0)\r\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Control characters, which XML 1.0 cannot hold, are left out. */
const xml = (text: string): string => [...text].filter((char) => char >= ' ').map((char) => ENTITIES[char] ?? char).join('');
