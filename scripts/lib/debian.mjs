/** The programs that tests use and npm cannot bring: a browser, SIP test tools, a malware scanner, a Japanese font. */
import { existsSync } from 'node:fs';
import { run } from './run.mjs';

/** Debian package and a file that proves that it (or the same program from elsewhere) is there. */
const NEEDED = [
  ['chromium', '/usr/bin/chromium'],
  ['sip-tester', '/usr/bin/sipp'],
  ['kamailio', '/usr/sbin/kamailio'],
  ['kamailio-tls-modules', '/usr/share/doc/kamailio-tls-modules/copyright'],
  ['sipvicious', '/usr/bin/svmap'],
  ['baresip', '/usr/bin/baresip'],
  ['linphone-cli', '/usr/bin/linphonec'],
  ['espeak-ng', '/usr/bin/espeak-ng'],
  ['clamav-daemon', '/usr/sbin/clamd'],
  ['openssl', '/usr/bin/openssl'],
  ['fonts-noto-cjk', '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'],
];

const isDebian = () => existsSync('/usr/bin/apt-get');

/**
 * Installs what is missing when root on Debian or Ubuntu.
 * @throws Error naming the missing packages when they cannot be installed
 */
export async function ensureTestTools() {
  const missing = NEEDED.filter(([, file]) => !existsSync(file)).map(([name]) => name);
  if (missing.length === 0) return;
  if (!isDebian() || process.getuid?.() !== 0) {
    throw new Error(`The tests need these Debian packages: ${missing.join(' ')}. Install them (as root: apt-get install ${missing.join(' ')}) and run npm test again.`);
  }
  console.log(`installing for the tests: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { quiet: true, env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { quiet: true, env });
}
