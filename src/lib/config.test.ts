import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.faults : [String(error)];
  }
}

describe('readConfig', () => {
  it('needs nothing, and takes empty values as unset', () => {
    expect(readConfig({ SCC_HTTP_PORT: '', DATABASE_URL: '' })).toMatchObject({ httpPort: 3000, sipPort: 5060, demo: true, databaseUrl: undefined });
  });

  it('reads a list of proxies', () => {
    expect(readConfig({}).trustedProxies).toEqual([]);
    expect(readConfig({ SCC_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,::1' }).trustedProxies).toEqual(['127.0.0.1', '10.0.0.0/8', '::1']);
    for (const wrong of ['10.0.0.0/33', '10.0.0.0/8/8', '1/8', '10.0.0.0/']) expect(faultsOf({ SCC_TRUSTED_PROXIES: wrong })).toHaveLength(1);
  });

  it('reads where the malware scanner listens', () => {
    expect(readConfig({}).scanner).toBeNull();
    const placeOf = (text: string) => readConfig({ SCC_SCANNER: text }).scanner;
    expect(['tcp://127.0.0.1:3310', 'tcp://[::1]:3310', 'tcp://clamav.internal:1', 'unix:/run/clamav/clamd.ctl'].map(placeOf)).toEqual([
      { host: '127.0.0.1', port: 3310 },
      { host: '::1', port: 3310 },
      { host: 'clamav.internal', port: 1 },
      { path: '/run/clamav/clamd.ctl' },
    ]);
    for (const wrong of ['127.0.0.1:3310', 'tcp://127.0.0.1', 'tcp://:3310', 'tcp://a:0', 'tcp://a:65536', 'tcp://user@a:1', 'tcp://a:1/x', 'unix:clamd.ctl', 'unix:']) expect(faultsOf({ SCC_SCANNER: wrong }), wrong).toHaveLength(1);
  });

  it('reads where SIP listens', () => {
    expect(readConfig({})).toMatchObject({ sipHost: '127.0.0.1', sipHosts: ['127.0.0.1'], sipsPort: 5061, sipWsPort: null, sipWssPort: null, tls: { isOwn: true } });
    const given = { SCC_SIP_HOST: '192.0.2.1, 2001:db8::1', SCC_SIPS_PORT: 'off', SCC_SIP_WSS_PORT: '7443', SCC_TLS_CERT_FILE: '/etc/a.crt' };
    expect(readConfig(given)).toMatchObject({ sipHost: '192.0.2.1', sipHosts: ['192.0.2.1', '2001:db8::1'], sipsPort: null, sipWssPort: 7443, tls: { isOwn: false } });
    expect(faultsOf({ SCC_SIPS_PORT: 'on' })).toEqual(['SCC_SIPS_PORT: must be off or a whole number from 0 to 65535']);
    expect(faultsOf({ SCC_SIP_WS_ORIGINS: 'https://a.example/path' })).toHaveLength(1);
  });

  it('reads the key of a key service with its region, and takes no endpoint that others could read', () => {
    const arn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    expect(readConfig({}).kms).toBeNull();
    expect(readConfig({ SCC_KMS_KEY_ID: arn, AWS_REGION: 'us-east-1' }).kms).toEqual({ keyId: arn, region: 'eu-west-1', endpoint: null });
    const here = { SCC_KMS_KEY_ID: 'alias/scc', AWS_DEFAULT_REGION: 'ap-northeast-1', SCC_KMS_ENDPOINT: 'http://127.0.0.1:4566' };
    expect(readConfig(here).kms).toEqual({ keyId: 'alias/scc', region: 'ap-northeast-1', endpoint: 'http://127.0.0.1:4566' });
    expect(readConfig({ ...here, SCC_KMS_ENDPOINT: 'https://kms.example.jp' }).kms?.endpoint).toBe('https://kms.example.jp');
    expect(faultsOf({ ...here, SCC_KMS_ENDPOINT: 'http://kms.example.jp' })).toEqual(['SCC_KMS_ENDPOINT: must begin with https://, except on this machine']);
    expect(faultsOf({ SCC_KMS_KEY_ID: 'alias/scc' })).toEqual(['AWS_REGION: must be set with SCC_KMS_KEY_ID, unless that is an ARN']);
    expect(faultsOf({ SCC_KMS_ENDPOINT: 'https://kms.example.jp' })).toEqual(['SCC_KMS_KEY_ID: must be set with SCC_KMS_ENDPOINT']);
    expect(faultsOf({ SCC_KMS_KEY_ID: 'the key' })).toEqual(['SCC_KMS_KEY_ID: must be the ARN or id of a key, or alias/NAME']);
  });

  it('has one line for people for each wrong value', () => {
    const wrong = {
      SCC_HTTP_PORT: 'abc',
      SCC_SIP_PORT: '99999',
      SCC_RTP_PORTS: '5-1',
      SCC_MEDIA_PROCESSES: '0',
      DATABASE_URL: 'mysql://x',
      SCC_STORE: 'ftp://x',
      SCC_DEMO: 'maybe',
      SCC_DEMO_PASSWORD: 'short',
      SCC_LOG_LEVEL: 'loud',
      SCC_TRUSTED_PROXIES: '127.0.0.1, proxy.example',
    };
    expect(faultsOf({ SCC_ALARM_MAIL: 'ops@example.jp, nobody' })).toEqual(['SCC_ALARM_MAIL: must be mail addresses separated by commas']);
    expect(faultsOf({ SCC_ALARM_MAIL: 'ops@example.jp' })).toEqual(['SCC_SMTP_URL: must be set with SCC_ALARM_MAIL']);
    expect(faultsOf({ SCC_ALARM_WEBHOOK: 'https://example.jp/x' })).toEqual(['SCC_ALARM_SECRET: must be set with SCC_ALARM_WEBHOOK']);
    expect(faultsOf({ SCC_ALARM_SECRET: 'a secret of sixteen' })).toEqual(['SCC_ALARM_WEBHOOK: must be set with SCC_ALARM_SECRET']);
    expect(faultsOf(wrong).toSorted()).toEqual([
      'DATABASE_URL: must look like postgres://user:password@host:5432/database',
      'SCC_DEMO: must be 0 or 1',
      'SCC_DEMO_PASSWORD: must have at least 15 characters',
      'SCC_HTTP_PORT: must be a whole number from 0 to 65535',
      'SCC_LOG_LEVEL: must be debug, info, warn or error',
      'SCC_MEDIA_PROCESSES: must be a whole number from 1 to 64',
      'SCC_RTP_PORTS: must span at least 100 ports between 1024 and 65535',
      'SCC_SIP_PORT: must be a whole number from 0 to 65535',
      'SCC_STORE: must be file:FOLDER',
      'SCC_TRUSTED_PROXIES: must be IP addresses or CIDR ranges separated by commas',
    ]);
  });
});
