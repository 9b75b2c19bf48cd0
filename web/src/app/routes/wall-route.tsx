import { useParams } from '@tanstack/react-router';
import { WallPage } from '../../features/wall/wall-page.tsx';
import { LanguageSwitch } from '../language-switch.tsx';

/** The page of a link for a screen; open to everyone who has it. */
export default function WallRoute() {
  const { token = '' } = useParams({ strict: false });
  return <WallPage token={token} corner={<LanguageSwitch />} />;
}
