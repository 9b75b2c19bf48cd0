import { useParams } from '@tanstack/react-router';
import { FlowPage } from '../../features/flows/flow-page.tsx';

export default function FlowRoute() {
  const { id } = useParams({ strict: false }) as { id: string };
  return <FlowPage id={id} />;
}
