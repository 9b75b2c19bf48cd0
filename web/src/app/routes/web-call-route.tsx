import { useParams } from '@tanstack/react-router';
import { WebCallPage } from '../../features/web-call/web-call-page.tsx';
import { LanguageSwitch } from '../language-switch.tsx';

/** The page on which a visitor calls; open to everyone. */
export default function WebCallRoute() {
  const { tenant = '' } = useParams({ strict: false });
  return <WebCallPage tenant={tenant} corner={<LanguageSwitch />} />;
}
