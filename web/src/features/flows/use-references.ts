import { listCalendars } from '../../../../shared/api/calendars.ts';
import { listDevices } from '../../../../shared/api/devices.ts';
import { listFlows } from '../../../../shared/api/flows.ts';
import { listNumbers } from '../../../../shared/api/numbers.ts';
import { listPrompts } from '../../../../shared/api/prompts.ts';
import { listQueues } from '../../../../shared/api/queues.ts';
import { listScripts } from '../../../../shared/api/scripts.ts';
import { listUsers } from '../../../../shared/api/users.ts';
import { useAll } from '../../records/use-all.ts';
import { useVoicemailBoxes } from '../../records/voicemail-boxes.ts';

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
  /** Scripts that agents see, by id. */
  scripts: readonly Option[];
}

export function useReferences(): References {
  const queues = useAll(listQueues).items;
  const sounds = useAll(listPrompts).items;
  const calendars = useAll(listCalendars).items;
  const boxes = useVoicemailBoxes().data?.items ?? [];
  const flows = useAll(listFlows).items;
  const numbers = useAll(listNumbers).items;
  const devices = useAll(listDevices).items;
  const users = useAll(listUsers).items;
  const scripts = useAll(listScripts).items;
  return {
    queues: queues.map(({ code, name }) => ({ value: code, label: name })),
    boxes: boxes.map(({ number, name }) => ({ value: number, label: `${number} ${name}` })),
    sounds: sounds.map(({ name }) => name),
    calendars: calendars.map(({ code, name }) => ({ value: code, label: name })),
    flows: flows.map(({ code, name }) => ({ value: code, label: name })),
    numbers: numbers.filter(({ outbound }) => outbound).map(({ number, display, label }) => ({ value: number, label: `${display} ${label}` })),
    agents: users.map(({ loginId, name }) => ({ value: loginId, label: name })),
    extensions: devices.map(({ username, label }) => ({ value: username, label: label === '' ? username : `${username} ${label}` })),
    scripts: scripts.filter(({ active, version }) => active && version !== null).map(({ id, name }) => ({ value: id, label: name })),
  };
}
