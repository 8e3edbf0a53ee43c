import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerChallenge, challengesOf, chooseChallenges, ha1 } from '../../protocol/digest.ts';
import type { SipRequest } from '../../protocol/sip-message.ts';
import { parseMessage } from '../../protocol/sip-parser.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import { addAccount } from '../auth/accounts.ts';
import { usernameOf } from '../auth/secrets.ts';
import { PASSWORD } from '../testing/office.ts';
import { connectPhone } from '../testing/phone.ts';
import { connectRaw } from '../testing/raw-peer.ts';
import { startServer } from '../wiring.ts';

const folder = new URL('../../protocol/fixtures/sip/', import.meta.url);

/**
 * What each message of RFC 4475 and RFC 5118 gets from a server whose domain is the sender's, once the sender has
 * proved who they are. 200 to a request for a person: it reached their device and the device answered. 404 where
 * the RFCs say "forward": this server relays to nobody outside its domain. Null: silence.
 */
const OUTCOMES: Readonly<Record<string, number | null>> = {
  'intmeth.dat': 200,
  'esc01.dat': 200,
  'escnull.dat': 200,
  'esc02.dat': 404,
  'lwsdisp.dat': 200,
  'dblreq.dat': 200,
  'transports.dat': 200,
  'unreason.dat': null,
  'badinv01.dat': 400,
  'clerr.dat': 400,
  'ncl.dat': 400,
  'quotbal.dat': 400,
  'lwsruri.dat': 400,
  'trws.dat': 400,
  'escruri.dat': 400,
  'regbadct.dat': 400,
  'badaspec.dat': 400,
  'baddn.dat': 400,
  'mismatch01.dat': 400,
  'mismatch02.dat': 400,
  'insuf.dat': null,
  'novelsc.dat': 416,
  'unksm2.dat': 400,
  'bext01.dat': 420,
  'invut.dat': 404,
  'regaut01.dat': 200,
  'multi01.dat': 400,
  'mcl01.dat': 400,
  'bcast.dat': null,
  'zeromf.dat': 483,
  'cparam02.dat': 200,
  'sdp01.dat': 404,
  'inv2543.dat': 404,
  'ipv6-good.sip': 404,
  'ipv6-bad.sip': 400,
  'port-unambiguous.sip': 404,
  'via-received-param-no-delim.sip': 404,
  'ipv6-in-sdp.sip': 404,
  'mult-ip-in-header.sip': 480,
  'mult-ip-in-sdp.sip': 404,
  'ipv6-bug-abnf-3-colons.sip': 404,
};

const hostOf = (aor: string): string => aor.slice(aor.lastIndexOf('@') + 1);

function read(set: string, file: string): Buffer {
  const octets = readFileSync(new URL(`${set}/${file}`, folder));
  if (set === 'rfc4475') return octets;
  // These count bare LF in Content-Length; with CRLF the body is longer (fixtures' README).
  const text = octets.toString('latin1');
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  return Buffer.from(text.replace(/^(Content-Length:\s*)\d+/im, `$1${body.length}`), 'latin1');
}

/** The frame with the challenge answered, and a branch of its own where it has one. */
function authorized(frame: Buffer, request: SipRequest, challenge: string, user: string): Buffer {
  const parsed = parseMessage(challenge);
  const [chosen] = parsed.ok ? chooseChallenges(challengesOf(parsed.message), () => true) : [];
  if (!chosen) throw new Error('no challenge to answer');
  const field = answerChallenge(chosen, {
    username: user,
    ha1: ha1(chosen.algorithm, user, chosen.realm, PASSWORD),
    method: request.method,
    uri: request.uri,
    body: '',
    cnonce: 'c0ffee',
    count: 1,
  });
  const text = frame.toString('latin1').replace(/(branch\s*=\s*z9hG4bK)/i, '$1again');
  const at = text.indexOf('\r\n') + 2;
  // Without a branch the CSeq tells the new transaction from the old.
  const fresh = /branch\s*=\s*z9hG4bK/i.test(text) ? text : text.replace(/(CSeq:\s*)(\d+)/i, '$17$2');
  return Buffer.from(`${fresh.slice(0, at)}${field.name}: ${field.value}\r\n${fresh.slice(at)}`, 'latin1');
}

async function outcomeOf(frame: Buffer): Promise<number | null> {
  const parsed = parseMessage(frame);
  const request = parsed.ok && parsed.message.kind === 'request' ? parsed.message : null;
  const from = (parsed.ok && aorOf(parsed.message.from.uri)) || 'sip:x@example.com';
  const domain = hostOf(from);
  const server = await startServer({ folder: ':memory:', domain });
  await addAccount(server.users, domain, { aor: from, name: 'Sender' }, PASSWORD);
  const target = request && aorOf(request.uri);
  const isLocal = target !== null && hostOf(target) === domain;
  if (request && isLocal) {
    await addAccount(server.users, domain, { aor: target, name: 'Target' }, PASSWORD);
    const device = await connectPhone({ port: server.port, aor: target, password: PASSWORD });
    await device.register();
    device.answer(request.method, (got) => device.reply(got, { status: 200 }));
  }
  const peer = await connectRaw(server.port);
  try {
    const first = await peer.ask(frame);
    if (!request || (first?.status !== 401 && first?.status !== 407)) return first?.status ?? null;
    const again = authorized(frame, request, first.text, usernameOf(from));
    // A forwarded request comes back from the device later than the probe.
    if (isLocal) return await peer.askUntilAnswered(again);
    return (await peer.ask(again))?.status ?? null;
  } finally {
    peer.socket.terminate();
    await server.close();
  }
}

describe.each(['rfc4475', 'rfc5118'])('messages of %s over a live WebSocket', (set) => {
  const index = JSON.parse(readFileSync(new URL(`${set}/index.json`, folder), 'utf8')) as { file: string }[];
  it.each(index.map(({ file }) => file))('%s gets its outcome', async (file) => {
    expect(OUTCOMES).toHaveProperty([file]);
    expect(await outcomeOf(read(set, file))).toBe(OUTCOMES[file]);
  });
});
