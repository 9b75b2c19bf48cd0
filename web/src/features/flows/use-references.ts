import { useQuery } from '@tanstack/react-query';
import { listCalendars } from '../../../../shared/api/calendars.ts';
import { listDevices } from '../../../../shared/api/devices.ts';
import { listFlows } from '../../../../shared/api/flows.ts';
import { listNumbers } from '../../../../shared/api/numbers.ts';
import { listPrompts } from '../../../../shared/api/prompts.ts';
import { listQueues } from '../../../../shared/api/queues.ts';
import { listUsers } from '../../../../shared/api/users.ts';
import { listVoicemailBoxes } from '../../../../shared/api/voicemail.ts';
import { call } from '../../lib/api.ts';

export interface Option {
  value: string;
  label: string;
}

/** Everything that a flow can name, as the rows of a Select; empty until it is loaded. */
export interface References {
  queues: readonly Option[];
  /** Voicemail boxes by number. */
  boxes: readonly Option[];
  sounds: readonly string[];
  calendars: readonly Option[];
  flows: readonly Option[];
  numbers: readonly Option[];
  agents: readonly Option[];
  extensions: readonly Option[];
}

const whole = { query: { limit: 200 } } as const;

export function useReferences(): References {
  const queues = useQuery({ queryKey: [listQueues.id, 'all'], queryFn: ({ signal }) => call(listQueues, whole, signal) }).data?.items;
  const sounds = useQuery({ queryKey: [listPrompts.id, 'all'], queryFn: ({ signal }) => call(listPrompts, {}, signal) }).data?.items;
  const calendars = useQuery({ queryKey: [listCalendars.id, 'all'], queryFn: ({ signal }) => call(listCalendars, whole, signal) }).data?.items;
  const boxes = useQuery({ queryKey: [listVoicemailBoxes.id], queryFn: ({ signal }) => call(listVoicemailBoxes, {}, signal) }).data?.items;
  const flows = useQuery({ queryKey: [listFlows.id, 'all'], queryFn: ({ signal }) => call(listFlows, whole, signal) }).data?.items;
  const numbers = useQuery({ queryKey: [listNumbers.id, 'all'], queryFn: ({ signal }) => call(listNumbers, whole, signal) }).data?.items;
  const devices = useQuery({ queryKey: [listDevices.id, 'all'], queryFn: ({ signal }) => call(listDevices, whole, signal) }).data?.items;
  const users = useQuery({ queryKey: [listUsers.id, 'all'], queryFn: ({ signal }) => call(listUsers, whole, signal) }).data?.items;
  return {
    queues: (queues ?? []).map(({ code, name }) => ({ value: code, label: name })),
    boxes: (boxes ?? []).map(({ number, name }) => ({ value: number, label: `${number} ${name}` })),
    sounds: (sounds ?? []).map(({ name }) => name),
    calendars: (calendars ?? []).map(({ code, name }) => ({ value: code, label: name })),
    flows: (flows ?? []).map(({ code, name }) => ({ value: code, label: name })),
    numbers: (numbers ?? []).filter(({ outbound }) => outbound).map(({ number, display, label }) => ({ value: number, label: `${display} ${label}` })),
    agents: (users ?? []).map(({ loginId, name }) => ({ value: loginId, label: name })),
    extensions: (devices ?? []).map(({ username, label }) => ({ value: username, label: label === '' ? username : `${username} ${label}` })),
  };
}
