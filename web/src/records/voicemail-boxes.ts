import { useQuery } from '@tanstack/react-query';
import { listVoicemailBoxes } from '../../../shared/api/voicemail.ts';
import { call } from '../lib/api.ts';

/** The boxes that the user may listen to, with how many messages lie in each. */
export const useVoicemailBoxes = () => useQuery({ queryKey: [listVoicemailBoxes.id], queryFn: ({ signal }) => call(listVoicemailBoxes, {}, signal) });
