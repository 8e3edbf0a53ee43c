/**
 *   alice              echo
 *     | INVITE, offer -> |
 *     | <--- 200, answer |
 *     | === Opus ======> |
 *     | <======== Opus = | half a second later
 *     | <------------BYE | after a minute
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { header, type SipResponse } from '../../protocol/sip-message.ts';
import { LIMITS } from '../sip/limits.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { DOMAIN, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';
import { createTalker, type Talker } from '../testing/talker.ts';

const ECHO = `sip:echo@${DOMAIN}`;

describe('T08 a test call', () => {
  const clock = manualClock(Date.now());
  let office: Awaited<ReturnType<typeof openOffice>>;
  let alice: Phone;
  const talkers: Talker[] = [];
  beforeEach(async () => {
    office = await openOffice({ clock, limits: { ...LIMITS, idle: 1e9 } });
    alice = await office.device('Alice');
  });
  afterEach(async () => {
    for (const talker of talkers.splice(0)) talker.close();
    await office.close();
  });
  const talker = async (): Promise<Talker> => {
    const made = await createTalker();
    talkers.push(made);
    return made;
  };
  const invite = (phone: Phone, body: string, more: { callId?: string } = {}): Promise<SipResponse> =>
    phone.request('INVITE', {
      uri: ECHO,
      headers: [{ name: 'Contact', value: `<${phone.contact}>` }],
      contentType: 'application/sdp',
      body,
      ...more,
    });

  it('is named in the configuration, plays back what it hears, and ends after a minute', async () => {
    const config = await (await fetch(`http://127.0.0.1:${office.server.port}/config.json`)).json();
    expect(config).toMatchObject({ testCall: ECHO });
    const voice = await talker();
    const answer = await invite(alice, voice.offer);
    expect(answer.status).toBe(200);
    expect(header(answer, 'Contact')).toBe(`<${ECHO}>`);
    alice.inDialog('ACK', answer);
    await voice.connect(answer.body);
    const words = Buffer.from('not really Opus, and nobody looks');
    voice.send(1, 960, words);
    await vi.waitFor(() => expect(voice.heard).toHaveLength(1), 10_000);
    expect(voice.heard[0]?.subarray(12)).toEqual(words);
    expect(voice.heard[0]?.readUInt32BE(4)).toBe(960);

    clock.advance(59_000);
    expect((await alice.responseTo(alice.inDialog('INFO', answer))).status).toBe(200);
    clock.advance(2_000);
    const bye = await alice.next('BYE');
    alice.reply(bye, { status: 200 });
    expect(header(bye, 'Reason')).toContain('Time is up');
    expect(bye.from.params.get('tag')).toBe(answer.to.params.get('tag'));
    expect((await alice.responseTo(alice.inDialog('BYE', answer))).status).toBe(481);
  });

  it('is one at a time for one person, for people of this server alone, and only of sound', async () => {
    const voice = await talker();
    const video = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=sendrecv\r\na=rtpmap:96 VP8/90000\r\n';
    const first = await invite(alice, voice.offer + video);
    expect(first.status).toBe(200);
    expect(first.body).toMatch(/^m=video .*\r\n(?:[^m].*\r\n)*a=inactive\r\n/m);
    alice.inDialog('ACK', first);
    expect((await invite(alice, voice.offer)).status).toBe(486);
    expect((await alice.responseTo(alice.inDialog('BYE', first))).status).toBe(200);
    expect((await alice.request('INVITE', { uri: ECHO, from: `sip:zoe@${DOMAIN}` })).status).toBe(403);
    const stranger = await office.phone('Bob', { password: 'wrong' });
    expect((await invite(stranger, voice.offer)).status).toBe(401);
    expect((await alice.request('OPTIONS', { uri: ECHO })).status).toBe(200);
  });

  it('refuses what it cannot answer, and hangs up on silence', async () => {
    const voice = await talker();
    const bad = [
      '',
      'nonsense',
      'v=0\r\n',
      `${'v=0\r\n'}m=audio 9 x x\r\n`,
      voice.offer.replace(/^a=.*\r\n/gm, ''),
    ];
    for (const body of bad) expect((await invite(alice, body)).status).toBe(488);
    const bob = await office.device('Bob');
    const call = await invite(alice, voice.offer);
    alice.inDialog('ACK', call);
    const stolen = { fromTag: 'me', callId: call.callId, toTag: call.to.params.get('tag') ?? '' };
    expect((await bob.request('BYE', { uri: ECHO, ...stolen })).status).toBe(481);
    clock.advance(21_000);
    const bye = await alice.next('BYE');
    alice.reply(bye, { status: 200 });
    expect(header(bye, 'Reason')).toContain('No media');
  });

  it('takes a new offer in the call', async () => {
    const [before, after] = [await talker(), await talker()];
    const call = await invite(alice, before.offer);
    alice.inDialog('ACK', call);
    await before.connect(call.body);
    const again = alice.inDialog('INVITE', call, {
      headers: [{ name: 'Contact', value: `<${alice.contact}>` }],
      contentType: 'application/sdp',
      body: after.offer,
    });
    const answer = await alice.responseTo(again);
    expect(answer.status).toBe(200);
    alice.inDialog('ACK', answer);
    await after.connect(answer.body);
    after.send(7, 0, Buffer.from('still there'));
    await vi.waitFor(() => expect(after.heard).toHaveLength(1), 10_000);
  });
});
