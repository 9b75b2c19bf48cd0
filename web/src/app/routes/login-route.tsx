import { useRouter, useSearch } from '@tanstack/react-router';
import { LoginPage } from '../../features/login/login-page.tsx';
import { LanguageSwitch } from '../language-switch.tsx';

/** The login, and the way back to where the user wanted to be. */
export default function LoginRoute() {
  const router = useRouter();
  const { next } = useSearch({ strict: false });
  return <LoginPage corner={<LanguageSwitch />} onEntered={() => router.history.replace(next ?? '/')} />;
}
