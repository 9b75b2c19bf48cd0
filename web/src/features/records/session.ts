export { useSession } from '../../lib/session.ts';
