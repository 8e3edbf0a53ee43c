import { describe, expect, it } from 'vitest';
import { jsonLog } from './log.ts';

describe('the log', () => {
  it('never holds a secret, wherever it stands', () => {
    const lines: string[] = [];
    const log = jsonLog(
      (line) => lines.push(line),
      () => 0,
    );
    log.warn('something', {
      password: 'hunter2',
      ha1: 'hunter2',
      authorization: 'hunter2',
      body: 'hunter2',
      prid: 'hunter2',
      nested: { token: 'hunter2', list: [{ secret: 'hunter2' }] },
      message: 'REGISTER …\r\nAuthorization: Digest username="a", response="hunter2"\r\nTo: x',
      contact: '<sip:a@b;pn-prid=hunter2;pn-param=hunter2>',
      error: new Error('Digest response="hunter2"'),
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).toContain('To: x');
  });

  it('is one JSON object a line', () => {
    const lines: string[] = [];
    jsonLog(
      (line) => lines.push(line),
      () => 0,
    ).info('two\nlines', { text: 1, why: 'a\nb' });
    expect(lines[0]?.split('\n')).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ at: '1970-01-01T00:00:00.000Z', event: 'two\nlines' });
  });
});
