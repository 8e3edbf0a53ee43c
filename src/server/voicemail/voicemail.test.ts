/**
 *   bob              voicemail                  alice
 *     | INVITE target=alice | -> 200               |
 *     | <==== tone ======== |                      |
 *     | ==== Opus ========> | file, row            |
 *     | BYE --------------> |                      |
 *     |                     | NOTIFY 1/0 --------> | GET /api/voicemail
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { header, type SipResponse } from '../../protocol/sip-message.ts';
import type { VoicemailList } from '../../protocol/voicemail-api.ts';
import { readOggOpus } from '../media/ogg-opus.ts';
import { aorOf, DOMAIN, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { createTalker, type Talker } from '../testing/talker.ts';

const VOICEMAIL = `sip:voicemail@${DOMAIN}`;
const FOR_ALICE = `${VOICEMAIL};target=sip:alice%40${DOMAIN};cause=486`;
const FRAME = 960;
/** As long as the tone and the moment before it, in packets of 20 ms. */
const TONE_ENDS = 58;

describe('EV1 voicemail', { timeout: 40_000 }, () => {
  let folder: string;
  let office: Awaited<ReturnType<typeof openOffice>>;
  let bob: Phone;
  let voice: Talker;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-voicemail-'));
    office = await openOffice({ folder });
    bob = await office.device('Bob');
    voice = await createTalker();
  });
  afterEach(async () => {
    voice.close();
    await office.close();
    rmSync(folder, { recursive: true });
  });
  const list = async (name = 'Alice'): Promise<VoicemailList> =>
    (await (await signedFetch(office.server.port, name, '/api/voicemail')).json()) as VoicemailList;
  const call = async (uri = FOR_ALICE, body = voice.offer): Promise<SipResponse> => {
    const headers = [{ name: 'Contact', value: `<${bob.contact}>` }];
    return bob.request('INVITE', { uri, headers, contentType: 'application/sdp', body });
  };
  /** Speaks after the tone, for so many packets. */
  const speak = async (packets: number): Promise<void> => {
    await vi.waitFor(() => expect(voice.heard.length).toBeGreaterThanOrEqual(TONE_ENDS), 10_000);
    let sent = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        voice.send(sent, sent * FRAME, Buffer.concat([Buffer.of(0x78), Buffer.alloc(30, sent)]));
        sent += 1;
        if (sent < packets) return;
        clearInterval(timer);
        resolve();
      }, 20);
    });
  };
  const leaveMessage = async (packets: number): Promise<void> => {
    const answer = await call();
    expect(answer.status).toBe(200);
    bob.inDialog('ACK', answer);
    await voice.connect(answer.body);
    await speak(packets);
    expect((await bob.responseTo(bob.inDialog('BYE', answer))).status).toBe(200);
  };

  it('plays a tone, keeps what is said after it, tells its owner, and is heard, taken back and deleted', async () => {
    const alice = await office.device('Alice');
    const waiting: string[] = [];
    alice.answer('NOTIFY', (request) => {
      waiting.push(/^Voice-Message: (\S+)/m.exec(request.body)?.[1] ?? '');
      alice.reply(request, { status: 200 });
    });
    const subscribing = {
      uri: alice.aor,
      headers: [
        { name: 'Event', value: 'message-summary' },
        { name: 'Contact', value: `<${alice.contact}>` },
        { name: 'Expires', value: '600' },
      ],
    };
    expect((await alice.request('SUBSCRIBE', subscribing)).status).toBe(200);
    const began = Date.now();
    await leaveMessage(130);
    await vi.waitFor(() => expect(waiting).toEqual(['0/0', '1/0']), 10_000);
    const [message] = (await list()).messages;
    expect(message).toMatchObject({ caller: aorOf('Bob'), name: 'Bob Example', heard: false });
    expect(message?.seconds).toBeGreaterThan(1.5);
    expect(message?.seconds).toBeLessThan(4);
    expect(message?.at).toBeGreaterThanOrEqual(began);

    const path = `/api/voicemail/${message?.id}`;
    const sound = await signedFetch(office.server.port, 'Alice', path);
    expect(sound.headers.get('content-type')).toBe('audio/ogg; codecs=opus');
    const file = Buffer.from(await sound.arrayBuffer());
    expect(readOggOpus(file).octets).toBe(file.length);
    const part = await signedFetch(office.server.port, 'Alice', path, { headers: { Range: 'bytes=0-3' } });
    expect([part.status, await part.text()]).toEqual([206, 'OggS']);
    const theirs = [
      await signedFetch(office.server.port, 'Bob', path),
      await signedFetch(office.server.port, 'Bob', path, { method: 'DELETE' }),
      await signedFetch(office.server.port, 'Bob', path, { method: 'POST', body: '{"deleted":true}' }),
    ];
    expect(theirs.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect((await fetch(`http://127.0.0.1:${office.server.port}${path}`)).status).toBe(401);

    const change = async (body: string): Promise<number> =>
      (await signedFetch(office.server.port, 'Alice', path, { method: 'POST', body })).status;
    expect(await change('{"heard":1}')).toBe(400);
    expect(await change('{"heard":true}')).toBe(204);
    await vi.waitFor(() => expect(waiting.at(-1)).toBe('0/1'), 10_000);
    expect(await change('{"deleted":true}')).toBe(204);
    expect((await list()).messages).toEqual([]);
    expect(await change('{"deleted":false}')).toBe(204);
    expect((await list()).messages).toMatchObject([{ heard: true }]);
    expect((await signedFetch(office.server.port, 'Alice', path, { method: 'DELETE' })).status).toBe(204);
    expect(readdirSync(join(folder, 'voicemail'))).toEqual([]);
    await vi.waitFor(() => expect(waiting.at(-1)).toBe('0/0'), 10_000);
  });

  it('keeps nothing when nothing was said', async () => {
    await leaveMessage(10);
    await vi.waitFor(() => expect(readdirSync(join(folder, 'voicemail'))).toEqual([]), 5_000);
    expect((await list()).messages).toEqual([]);
  });

  it('keeps what was said when the server stops', async () => {
    const answer = await call();
    bob.inDialog('ACK', answer);
    await voice.connect(answer.body);
    await speak(130);
    await office.server.close();
    office = await openOffice({ folder });
    expect((await list()).messages).toHaveLength(1);
  });

  it('is for people of this server, and sound that can be kept', async () => {
    expect((await call(VOICEMAIL)).status).toBe(404);
    expect((await call(`${VOICEMAIL};target=nobody%40${DOMAIN}`)).status).toBe(404);
    expect((await call(`${VOICEMAIL};target=sip:alice%40elsewhere.example`)).status).toBe(404);
    const pcmu = voice.offer.replace(/opus\/48000\/2/, 'PCMU/8000');
    expect((await call(FOR_ALICE, pcmu)).status).toBe(488);
    const answer = await call(`${VOICEMAIL};target=alice%40${DOMAIN}`);
    expect(answer.status).toBe(200);
    expect(header(answer, 'Contact')).toBe(`<${VOICEMAIL}>`);
    bob.inDialog('ACK', answer);
    expect((await bob.responseTo(bob.inDialog('BYE', answer))).status).toBe(200);
    await vi.waitFor(() => expect(readdirSync(join(folder, 'voicemail'))).toEqual([]), 5_000);
  });
});
