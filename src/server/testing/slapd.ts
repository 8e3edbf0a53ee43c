/** A real slapd (Debian: slapd, ldap-utils) on a free port of loopback, with a database of its own that goes with it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export const LDAP_BASE = 'dc=larkfield,dc=example';
export const LDAP_ADMIN = { dn: `cn=admin,${LDAP_BASE}`, password: 'only for tests' };

/** One entry: its DN and its attributes; octets go in base64. */
export type LdapRecord = readonly [
  dn: string,
  attributes: Readonly<Record<string, string | Uint8Array | readonly string[]>>,
];

export interface Slapd {
  readonly url: string;
  /** `ldaps:`, and the certificate that StartTLS shows too (PEM, for 127.0.0.1). */
  readonly secure: { readonly url: string; readonly certificate: string };
  /** Ends the process; the database stays until `close`. */
  stop(): Promise<void>;
  /** The same database on the same port again. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Loads the records in their order (parents first) and listens. Rejects when slapd is not installed. */
export async function startSlapd(records: readonly LdapRecord[]): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-slapd-'));
  const config = join(folder, 'slapd.conf');
  mkdirSync(join(folder, 'db'));
  makeCertificate(folder);
  writeFileSync(
    config,
    `${['core', 'cosine', 'inetorgperson', 'nis'].map((name) => `include /etc/ldap/schema/${name}.schema`).join('\n')}
pidfile ${join(folder, 'slapd.pid')}
TLSCertificateFile ${join(folder, 'cert.pem')}
TLSCertificateKeyFile ${join(folder, 'key.pem')}
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
maxsize 268435456
suffix "${LDAP_BASE}"
rootdn "${LDAP_ADMIN.dn}"
rootpw "${LDAP_ADMIN.password}"
directory ${join(folder, 'db')}
index objectClass,uid,mail,member,cn eq
access to * by dn.exact="${LDAP_ADMIN.dn}" read by * none
`,
  );
  const loaded = spawnSync('slapadd', ['-q', '-f', config], { input: records.map(ldif).join('\n') });
  if (loaded.status !== 0) throw new Error(`slapadd: ${loaded.error?.message ?? loaded.stderr.toString()}`);

  const [port, securePort] = [await freePort(), await freePort()];
  const url = `ldap://127.0.0.1:${port}`;
  const secureUrl = `ldaps://127.0.0.1:${securePort}`;
  const run = async () => {
    const child = spawn('slapd', ['-f', config, '-h', `${url} ${secureUrl}`, '-d', '0'], { stdio: 'ignore' });
    await untilListening(port);
    return child;
  };
  let child = await run();
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  return {
    url,
    secure: { url: secureUrl, certificate: readFileSync(join(folder, 'cert.pem'), 'utf8') },
    stop,
    async start() {
      child = await run();
    },
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeCertificate(folder: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = spawnSync('openssl', ['req', '-x509', '-days', '2', '-out', 'cert.pem', ...key, ...names], {
    cwd: folder,
  });
  if (made.status !== 0) throw new Error(`openssl: ${made.error?.message ?? made.stderr.toString()}`);
}

/** RFC 2849, everything in base64 so that no name can end its line. */
function ldif([dn, attributes]: LdapRecord): string {
  const lines = Object.entries(attributes).flatMap(([name, value]) =>
    (typeof value === 'string' || value instanceof Uint8Array ? [value] : value).map(
      (one) => `${name}:: ${Buffer.from(one as string).toString('base64')}`,
    ),
  );
  return [`dn:: ${Buffer.from(dn).toString('base64')}`, ...lines, ''].join('\n');
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1');
    const up = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (up) return;
    await wait(50);
  }
  throw new Error('slapd does not listen; is it installed? apt-get install slapd ldap-utils');
}
