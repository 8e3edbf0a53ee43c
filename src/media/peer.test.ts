/**
 *   a                         b
 *   | describe                |
 *   |------ offer ----------->| apply
 *   |                         | describe
 *   |<----- answer -----------|
 *   |======= media ==========>|
 */
import { afterEach, expect, test } from 'vitest';
import { GATHERING_LIMIT } from './gathering.ts';
import { Peer, type PeerOptions } from './peer.ts';
import { readFlow } from './statistics.ts';
import { USUAL } from './processing.ts';

const choice = () => ({ microphone: null, camera: null, processing: USUAL });
const open: Peer[] = [];

interface Side {
  readonly peer: Peer;
  readonly offersWanted: boolean[];
  readonly problems: (string | null)[];
}

function side(options: Partial<PeerOptions> = {}): Side {
  const offersWanted: boolean[] = [];
  const problems: (string | null)[] = [];
  const peer = new Peer({
    iceServers: [],
    source: navigator.mediaDevices,
    choice,
    changed: () => undefined,
    silent: () => undefined,
    wantsOffer: (iceRestart) => offersWanted.push(iceRestart),
    problem: (kind, why) => why && problems.push(`${kind}: ${why}`),
    screenEnded: () => undefined,
    ...options,
  });
  open.push(peer);
  return { peer, offersWanted, problems };
}

afterEach(() => {
  for (const peer of open.splice(0)) peer.close();
});

async function sdpOf(peer: Peer, video: boolean, iceRestart = false): Promise<string> {
  const description = await peer.describe({ video, iceRestart });
  if (!description.ok) throw new Error(description.why);
  return description.value.sdp;
}

/** One exchange: `a` offers, `b` answers. */
async function agree(
  a: Peer,
  b: Peer,
  video: { a: boolean; b: boolean },
  iceRestart = false,
): Promise<string[]> {
  const offer = await sdpOf(a, video.a, iceRestart);
  expect(await b.apply(offer)).toEqual({ ok: true, value: null });
  const answer = await sdpOf(b, video.b);
  expect(await a.apply(answer)).toEqual({ ok: true, value: null });
  return [offer, answer];
}

/** Plays what arrives: Chromium decodes sound only where an element plays it. */
function play(peer: Peer): void {
  const element = document.createElement('audio');
  element.muted = true;
  element.srcObject = peer.remote.audio;
  void element.play();
  const picture = document.createElement('video');
  picture.muted = true;
  picture.srcObject = peer.remote.video;
  if (peer.remote.video) void picture.play();
}

const flow = async (peer: Peer) => readFlow(await peer.statistics());
const lines = (sdp: string): string[] =>
  sdp
    .split(/^m=/m)
    .slice(1)
    .map((part) => {
      const way = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(part)?.[1];
      return `${part.slice(0, 5)} ${way ?? ''}`;
    });

async function mediaFlows(peer: Peer, want: { sound: boolean; picture: boolean }): Promise<void> {
  const before = await flow(peer);
  await expect
    .poll(
      async () => {
        const now = await flow(peer);
        return {
          sound: now.packetsIn > before.packetsIn + 20,
          picture: now.framesIn > before.framesIn + 5,
        };
      },
      { timeout: 15_000 },
    )
    .toEqual(want);
}

test('sound and picture flow both ways', async () => {
  const [a, b] = [side(), side()];
  await agree(a.peer, b.peer, { a: true, b: true });
  play(a.peer);
  play(b.peer);
  await mediaFlows(a.peer, { sound: true, picture: true });
  await mediaFlows(b.peer, { sound: true, picture: true });
  expect(a.peer.path).toBe('connected');
  expect([...a.problems, ...b.problems]).toEqual([]);
});

test('a video call answered with voice only has no picture either way and puts the camera out', async () => {
  const [a, b] = [side(), side()];
  const [, answer] = await agree(a.peer, b.peer, { a: true, b: false });
  expect(lines(answer ?? '')).toEqual(['audio sendrecv', 'video inactive']);
  expect(b.peer.own.camera).toBeNull();
  expect(a.peer.own.camera).toBeNull();
  play(b.peer);
  await mediaFlows(b.peer, { sound: true, picture: false });
  expect(b.peer.remote.video).toBeNull();
});

test('the caller turns the camera on again after voice only, the callee sees it without showing itself', async () => {
  const [a, b] = [side(), side()];
  await agree(a.peer, b.peer, { a: true, b: false });
  // Our offer without a picture first, as an ICE restart would be: it tells that voice only was understood.
  await agree(a.peer, b.peer, { a: false, b: false });
  expect(await a.peer.setCamera(true)).toEqual({ ok: true, value: null });
  await agree(a.peer, b.peer, { a: true, b: false });
  play(b.peer);
  await mediaFlows(b.peer, { sound: true, picture: true });
  expect(b.peer.own.camera).toBeNull();
});

test('who answered with voice only may show a picture later, and sees the other when they answer in kind', async () => {
  const [a, b] = [side(), side()];
  await agree(a.peer, b.peer, { a: true, b: false });
  expect(await b.peer.setCamera(true)).toEqual({ ok: true, value: null });
  await agree(b.peer, a.peer, { a: true, b: true });
  play(a.peer);
  await mediaFlows(a.peer, { sound: true, picture: true });
  expect(b.peer.own.camera).not.toBeNull();
  expect(a.peer.own.camera).toBeNull();
});

test('a voice call gains a camera on one side, then on the other, and no earlier track is stopped', async () => {
  const [a, b] = [side(), side()];
  await agree(a.peer, b.peer, { a: false, b: false });
  const sound = b.peer.remote.audio.getTracks()[0];
  await a.peer.setCamera(true);
  await agree(a.peer, b.peer, { a: true, b: false });
  play(b.peer);
  await mediaFlows(b.peer, { sound: true, picture: true });
  const seen = b.peer.remote.video?.getTracks()[0];
  await b.peer.setCamera(true);
  await agree(b.peer, a.peer, { a: true, b: true });
  play(a.peer);
  await mediaFlows(a.peer, { sound: true, picture: true });
  expect(sound?.readyState).toBe('live');
  expect(seen?.readyState).toBe('live');
  expect(b.peer.remote.video?.getTracks()[0]).toBe(seen);
  await a.peer.setCamera(false);
  const [offer] = await agree(a.peer, b.peer, { a: true, b: true });
  expect(lines(offer ?? '')).toEqual(['audio sendrecv', 'video recvonly']);
  expect(b.peer.remote.video).toBeNull();
  expect(seen?.readyState).toBe('live');
});

test('an offer that was refused is taken back and the call goes on', async () => {
  const [a, b] = [side(), side()];
  await agree(a.peer, b.peer, { a: false, b: false });
  await a.peer.setCamera(true);
  await sdpOf(a.peer, true);
  await a.peer.rollback();
  // Without rollback this fails with "Invalid signaling state have-local-offer" (facts §5.2).
  await agree(b.peer, a.peer, { a: false, b: false });
  await agree(a.peer, b.peer, { a: true, b: false });
  play(b.peer);
  await mediaFlows(b.peer, { sound: true, picture: true });
});

test('their offer wins over ours that is still being prepared', async () => {
  const [a, b] = [side(), side()];
  await agree(a.peer, b.peer, { a: false, b: false });
  const theirs = await sdpOf(b.peer, false);
  const ours = a.peer.describe({ video: false, iceRestart: true });
  expect((await a.peer.apply(theirs)).ok).toBe(true);
  expect((await ours).ok).toBe(false);
  const answer = await sdpOf(a.peer, false);
  expect((await b.peer.apply(answer)).ok).toBe(true);
  // Asked again when stable, ours goes through.
  await agree(a.peer, b.peer, { a: false, b: false }, true);
  play(a.peer);
  await mediaFlows(a.peer, { sound: true, picture: false });
});

test('an ICE restart changes the credentials and media goes on', async () => {
  const [a, b] = [side(), side()];
  const [first] = await agree(a.peer, b.peer, { a: false, b: false });
  play(b.peer);
  await mediaFlows(b.peer, { sound: true, picture: false });
  a.peer.networkChanged();
  expect(a.offersWanted).toEqual([true]);
  const [second] = await agree(a.peer, b.peer, { a: false, b: false }, true);
  const ufrag = (sdp: string | undefined) => /a=ice-ufrag:(\S+)/.exec(sdp ?? '')?.[1];
  expect(ufrag(second)).not.toBe(ufrag(first));
  await mediaFlows(b.peer, { sound: true, picture: false });
});

test('an offer leaves after the gathering limit although a server never answers', async () => {
  // A discard port: the STUN request is never answered, so gathering would last for many seconds.
  const a = side({ iceServers: [{ urls: 'stun:127.0.0.1:9' }] });
  await a.peer.own.take({ microphone: true, camera: false });
  const started = performance.now();
  const sdp = await sdpOf(a.peer, false);
  const took = performance.now() - started;
  expect(took).toBeLessThan(GATHERING_LIMIT + 3000);
  expect(sdp).toContain('a=candidate:');
});

test('without microphone the call goes on receive-only and says why', async () => {
  const refusing = {
    getUserMedia: () => Promise.reject(new DOMException('denied', 'NotAllowedError')),
  };
  const [a, b] = [side({ source: refusing }), side()];
  const [offer] = await agree(a.peer, b.peer, { a: true, b: true });
  expect(lines(offer ?? '')).toEqual(['audio recvonly', 'video recvonly']);
  expect(a.problems[0]).toMatch(/^microphone: .* press Try again/i);
  expect(a.problems[1]).toMatch(/^camera: .* press Try again/i);
  play(a.peer);
  await mediaFlows(a.peer, { sound: true, picture: true });
});

test('hold is a state of ours: it survives an offer from the other side', async () => {
  const [a, b] = [side(), side()];
  await agree(a.peer, b.peer, { a: false, b: false });
  a.peer.setHeld(true);
  const [held] = await agree(a.peer, b.peer, { a: false, b: false });
  expect(lines(held ?? '')).toEqual(['audio sendonly']);
  expect(b.peer.heldByThem).toBe(true);
  const [, answer] = await agree(b.peer, a.peer, { a: false, b: false });
  expect(lines(answer ?? '')).toEqual(['audio sendonly']);
  a.peer.setHeld(false);
  const [back] = await agree(a.peer, b.peer, { a: false, b: false });
  expect(lines(back ?? '')).toEqual(['audio sendrecv']);
  expect(b.peer.heldByThem).toBe(false);
});

test('what is not SDP is refused with a sentence', async () => {
  const a = side();
  const applied = await a.peer.apply('v=0 nonsense');
  expect(applied.ok).toBe(false);
});

test('closing gives the devices back at once', async () => {
  const [a, b] = [side(), side()];
  await agree(a.peer, b.peer, { a: true, b: true });
  const tracks = a.peer.own.stream.getTracks();
  expect(tracks).toHaveLength(2);
  a.peer.close();
  expect(tracks.map((track) => track.readyState)).toEqual(['ended', 'ended']);
  expect(await a.peer.describe({ video: false, iceRestart: false })).toEqual({
    ok: false,
    why: 'The call has ended.',
  });
});
