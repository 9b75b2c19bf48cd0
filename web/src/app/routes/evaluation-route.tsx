import { EvaluationPage } from '../../features/quality/evaluation-page.tsx';
import { CallRecordings } from '../../features/recordings/call-recordings.tsx';

/** An evaluation beside the recordings of its call. */
export default function EvaluationRoute() {
  return <EvaluationPage recordings={(recordings, link) => <CallRecordings recordings={recordings} link={link} />} />;
}
