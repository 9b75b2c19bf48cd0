import { useParams } from '@tanstack/react-router';
import { SharedRecordingPage } from '../../features/recordings/shared-recording-page.tsx';
import { LanguageSwitch } from '../language-switch.tsx';

/** The page of a link to a recording; open to everyone who has it. */
export default function SharedRecordingRoute() {
  const { token = '' } = useParams({ strict: false });
  return <SharedRecordingPage token={token} corner={<LanguageSwitch />} />;
}
