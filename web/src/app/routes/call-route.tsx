import { CallPage } from '../../features/calls/call-page.tsx';
import { CallRecordings } from '../../features/recordings/call-recordings.tsx';

/** A call with its recordings. */
export default function CallRoute() {
  return <CallPage recordings={(recordings) => <CallRecordings recordings={recordings} />} />;
}
