import { useRouter } from '@tanstack/react-router';
import { SingleSignOnReturn } from '../../features/login/single-sign-on-return.tsx';
import { LanguageSwitch } from '../language-switch.tsx';

/** Where the provider of single sign-on leads back to. */
export default function SingleSignOnRoute() {
  const router = useRouter();
  return <SingleSignOnReturn corner={<LanguageSwitch />} onEntered={(next) => router.history.replace(next)} onBack={() => router.history.replace('/login')} />;
}
