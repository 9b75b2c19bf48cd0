import { CallPage } from '../../features/calls/call-page.tsx';
import { CallEvaluations } from '../../features/quality/call-evaluations.tsx';
import { CallRecordings } from '../../features/recordings/call-recordings.tsx';
import { SipLadder } from '../../features/sip-ladder/sip-ladder.tsx';

/** A call with its recordings, its evaluations and its SIP messages. */
export default function CallRoute() {
  return (
    <CallPage
      recordings={(recordings) => <CallRecordings recordings={recordings} />}
      evaluations={(call) => <CallEvaluations callId={call.id} agentId={call.agentId} />}
      ladder={(call) => <SipLadder callId={call.id} isLive={call.outcome === null} />}
    />
  );
}
