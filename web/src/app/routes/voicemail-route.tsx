import { RecordingPanel } from '../../features/recordings/recording-panel.tsx';
import { VoicemailPage } from '../../features/voicemail/voicemail-page.tsx';

/** Messages with the player of recordings. */
export default function VoicemailRoute() {
  return <VoicemailPage player={(id) => <RecordingPanel recordingId={id} />} />;
}
