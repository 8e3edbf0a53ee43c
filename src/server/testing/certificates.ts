import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Issued {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  /** Files of the same. */
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A certificate authority of a test, by openssl. */
export function openAuthority() {
  const folder = mkdtempSync(join(tmpdir(), 'parley-ca-'));
  const make = (name: string, subject: string, more: readonly string[]): Issued => {
    const [certificateFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    const all = ['req', '-x509', '-days', '2', '-out', certificateFile, '-subj', `/CN=${subject}`, ...key];
    const made = spawnSync('openssl', [...all, ...more], { cwd: folder });
    if (made.status !== 0) throw new Error(`openssl: ${made.error?.message ?? made.stderr.toString()}`);
    return {
      ...{ certificateFile, keyFile },
      certificate: readFileSync(certificateFile, 'utf8'),
      key: readFileSync(keyFile, 'utf8'),
    };
  };
  const root = make('ca', 'Test authority', ['-addext', 'keyUsage=critical,keyCertSign']);
  const signed = ['-CA', root.certificateFile, '-CAkey', root.keyFile];
  let serial = 0;
  return {
    certificate: root.certificate,
    certificateFile: root.certificateFile,
    /** `names` as in subjectAltName, `DNS:partner.test,URI:sip:partner.test`. */
    issue: (names: string): Issued =>
      make(`c${++serial}`, 'server', [
        ...signed,
        ...['-addext', `subjectAltName=${names}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
      ]),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
