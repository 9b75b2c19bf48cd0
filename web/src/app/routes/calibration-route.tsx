import { CalibrationPage } from '../../features/quality/calibration-page.tsx';
import { CallRecordings } from '../../features/recordings/call-recordings.tsx';

/** A calibration session beside the recordings of its call. */
export default function CalibrationRoute() {
  return <CalibrationPage recordings={(recordings, link) => <CallRecordings recordings={recordings} link={link} />} />;
}
