import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { offersVideo, readSdp } from './sdp.ts';

const lines = <T>(path: string) =>
  readFileSync(new URL(`fixtures/sdp/${path}`, import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => (line ? [JSON.parse(line) as T] : []));

const head = 'v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n';

/** Printed as examples but malformed: a placeholder, ports above 65535, an o= of two or three fields. */
const MISPRINTS = [
  'sdp-rfc8839-064',
  'sdp-rfc6871-116',
  'sdp-rfc4570-159',
  'sdp-rfc7006-186',
  'sdp-rfc7006-189',
];

describe('descriptions printed in the RFCs', () => {
  const all = lines<{ id: string; text: string }>('rfc-examples.jsonl');

  it('are all read, save the misprints', () => {
    expect(all.filter((one) => !readSdp(one.text)).map((one) => one.id)).toEqual(MISPRINTS);
    expect(all).toHaveLength(129);
  });

  it('have as many media as m-lines', () => {
    for (const { text } of all) {
      const view = readSdp(text);
      if (view) expect(view.media).toHaveLength(text.match(/^m=/gm)?.length ?? 0);
    }
  });
});

describe('malformed descriptions', () => {
  const all = lines<{ id: string; data: string; expect: string }>('malformed.jsonl').filter((one) =>
    one.data.startsWith('v=0'),
  );

  it.each(all.filter((one) => one.expect === 'refuse'))('$id is refused', ({ data }) =>
    expect(readSdp(data)).toBeNull(),
  );
  it.each(all.filter((one) => one.expect !== 'refuse'))('$id is read: $expect', ({ data }) =>
    expect(readSdp(data)).not.toBeNull(),
  );

  it('ten thousand candidates are heard in part, a megabyte not at all', () => {
    const many = `${head}m=audio 9 RTP/AVP 0\r\n${'a=candidate:1 1 udp 1 ::1 9\r\n'.repeat(9000)}`;
    expect(readSdp(many)?.media[0]?.attributes).toHaveLength(1024);
    expect(readSdp(`${head}a=x:${'y'.repeat(1_048_576)}\r\n`)).toBeNull();
  });

  it.each([
    '',
    'v=0',
    'v=1\r\n',
    'x',
    `${head}m=\r\n`,
    `${head}m=audio 9 RTP/AVP\r\n`,
    `${head}audio\r\n`,
    `${head}A=x\r\n`,
    `${head}v=0\r\n`,
    `${head}o=- 1 2 IN IP4 x\r\n`,
    `${head}a=\0\r\n`,
    `${head}a=b\rc\r\n`,
  ])('%j is refused', (text) => expect(readSdp(text)).toBeNull());
});

describe('what the signalling wants to know', () => {
  it('reads label, content, mid, ICE and DTLS', () => {
    const view = readSdp(
      `${head}a=ice-ufrag:x\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:video-2\r\na=label:1616\r\na=content:slides\r\na=fingerprint:sha-256 AA\r\na=sendonly\r\n`,
    );
    expect(view).toMatchObject({ sessionId: '1', version: '2', subject: '-' });
    expect(view?.media).toMatchObject([
      {
        kind: 'video',
        port: 9,
        formats: ['96', '97'],
        direction: 'sendonly',
        mid: 'video-2',
        label: '1616',
        content: 'slides',
        ice: true,
        dtls: true,
        held: false,
      },
    ]);
  });

  it.each([
    ['m=video 9 X 96\r\n', true],
    ['m=video 9 X 96\r\na=sendonly\r\n', true],
    ['m=video 9 X 96\r\na=recvonly\r\n', false],
    ['m=video 9 X 96\r\na=inactive\r\n', false],
    ['m=video 0 X 96\r\n', false],
    ['m=video 0 X 96\r\na=bundle-only\r\n', true],
    ['a=recvonly\r\nm=video 9 X 96\r\n', false],
    ['a=recvonly\r\nm=video 9 X 96\r\na=sendrecv\r\n', true],
    ['m=audio 9 X 0\r\n', false],
    ['', false],
  ])('%j offers video: %s', (media, offers) => {
    const view = readSdp(head + media);
    expect(view && offersVideo(view)).toBe(offers);
  });

  it('knows the old way to hold from a connection that has ICE', () => {
    expect(readSdp(`${head}c=IN IP4 0.0.0.0\r\nm=audio 9 X 0\r\n`)?.media[0]?.held).toBe(true);
    expect(readSdp(`${head}c=IN IP4 0.0.0.0\r\nm=audio 9 X 0\r\na=ice-ufrag:x\r\n`)?.media[0]?.held).toBe(
      false,
    );
  });
});
