/**
 * T10, a screen shared on a line of its own (RFC 4796), and where the other side takes one picture only:
 *
 *   a                                   b                    a                              phone
 *   |-- offer, m=video content:slides ->|                    |-- offer, m=video … slides --->|
 *   |<------------- answer, recvonly ---|                    |<-------- answer, port 0 ------|
 *   |============= screen =============>|                    |=== screen as the picture ====>|
 */
import { afterEach, expect, test } from 'vitest';
import { channelIn, midsOf, slidesIn } from '../protocol/media-lines.ts';
import { raiseDefinition } from './high-definition.ts';
import { Peer } from './peer.ts';
import { USUAL } from './processing.ts';

const open: Peer[] = [];
const stops: (() => void)[] = [];
afterEach(() => {
  for (const peer of open.splice(0)) peer.close();
  for (const stop of stops.splice(0)) stop();
});

function side(ended = (): void => undefined): Peer {
  const peer = new Peer({
    iceServers: [],
    source: navigator.mediaDevices,
    choice: () => ({ microphone: null, camera: null, processing: USUAL }),
    changed: () => undefined,
    silent: () => undefined,
    wantsOffer: () => undefined,
    problem: () => undefined,
    screenEnded: ended,
  });
  open.push(peer);
  return peer;
}

/** A moving picture of that width, told apart from the camera's by it. */
function screen(width = 336): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, 180];
  const pen = canvas.getContext('2d');
  const timer = setInterval(() => {
    if (pen) pen.fillStyle = `hsl(${performance.now() % 360} 90% 50%)`;
    pen?.fillRect(0, 0, width, 180);
  }, 50);
  stops.push(() => clearInterval(timer));
  const [track] = canvas.captureStream(15).getVideoTracks();
  if (!track) throw new Error('a canvas has a picture');
  return track;
}

async function describe(peer: Peer, video = false): Promise<string> {
  const description = await peer.describe({ video, iceRestart: false });
  if (!description.ok) throw new Error(description.why);
  return description.value.sdp;
}

/** One exchange; `change` is what the wire does to the answer. Returns offer and answer. */
async function agree(
  a: Peer,
  b: Peer,
  video = { a: false, b: false },
  change = (sdp: string): string => sdp,
): Promise<[string, string]> {
  const offer = await describe(a, video.a);
  expect(await b.apply(offer)).toEqual({ ok: true, value: null });
  const answer = change(await describe(b, video.b));
  expect(await a.apply(answer)).toEqual({ ok: true, value: null });
  return [offer, answer];
}

async function widthOf(stream: MediaStream | null): Promise<number> {
  const element = document.createElement('video');
  element.muted = true;
  element.srcObject = stream;
  void element.play();
  await expect.poll(() => element.videoWidth, { timeout: 15_000 }).toBeGreaterThan(0);
  return element.videoWidth;
}

/** Rejects every video line but the first, as a telephone with one picture does. */
function onePicture(sdp: string): string {
  let seen = 0;
  return sdp.replace(/^m=video \d+/gm, (line) => (seen++ === 0 ? line : 'm=video 0'));
}

test('T10 a screen joins a voice call on a line that says slides, goes, and comes back on the same line', async () => {
  const [a, b] = [side(), side()];
  await agree(a, b);
  await a.share(screen());
  const [offer, answer] = await agree(a, b);
  expect(slidesIn(offer)).toEqual([1]);
  expect(answer.split('m=video')[1]).toContain('a=recvonly');
  expect(a.screen.isTaken).toBe(true);
  expect(b.remote.video).toBeNull();
  expect(await widthOf(b.remote.slides)).toBe(336);
  await a.unshare();
  await agree(a, b);
  expect(b.remote.slides).toBeNull();
  await a.share(screen(496));
  const [again] = await agree(a, b);
  // Sound, the screen, and the pointer's channel.
  expect(midsOf(again)).toHaveLength(3);
  expect(await widthOf(b.remote.slides)).toBe(496);
});

test('T10 E01 camera and screen are two pictures, whoever offers, and the camera may come later', async () => {
  const [a, b] = [side(), side()];
  await agree(a, b);
  await a.share(screen());
  await agree(a, b);
  await b.setCamera(true);
  await agree(b, a);
  await a.setCamera(true);
  await agree(a, b);
  expect(await widthOf(b.remote.slides)).toBe(336);
  expect(await widthOf(b.remote.video)).not.toBe(336);
  expect(await widthOf(a.remote.video)).not.toBe(336);
  expect(a.remote.slides).toBeNull();
});

test('T10 both may share at once, each on a line of its own', async () => {
  const [a, b] = [side(), side()];
  await agree(a, b);
  await a.share(screen());
  await agree(a, b);
  await b.share(screen(496));
  const [offer] = await agree(b, a);
  expect(slidesIn(offer)).toEqual([3]);
  expect(await widthOf(b.remote.slides)).toBe(336);
  expect(await widthOf(a.remote.slides)).toBe(496);
});

test('T10 who answered with voice only still sees a screen, and shows nothing of themselves', async () => {
  const [a, b] = [side(), side()];
  await agree(a, b, { a: true, b: false });
  await a.share(screen());
  await agree(a, b, { a: true, b: false });
  expect(await widthOf(b.remote.slides)).toBe(336);
  expect(b.remote.video).toBeNull();
  expect(b.own.camera).toBeNull();
});

test('T10 a telephone that takes one picture gets the screen in the place of the camera', async () => {
  const [a, b] = [side(), side()];
  await agree(a, b, { a: true, b: true });
  await a.share(screen());
  const offer = await describe(a);
  // It never saw our second line: it would have rejected it in its own answer.
  await a.apply(onePicture(await answerOf(b, offer)));
  expect(a.screen.isTaken).toBe(false);
  expect(await a.shareInPlace()).toEqual({ needsOffer: false });
  const before = b.remote.video;
  await expect.poll(() => widthOf(before)).toBe(336);
  await a.unshare();
  await expect.poll(() => widthOf(before)).not.toBe(336);
  expect(a.own.camera?.readyState).toBe('live');
});

/** An answer, while the answering side forgets about the exchange but for the lines it had. */
async function answerOf(peer: Peer, offer: string): Promise<string> {
  expect((await peer.apply(offer)).ok).toBe(true);
  return describe(peer);
}

test('T10 an offer with a screen that is refused leaves the call as it was, and the next offer is without', async () => {
  const [a, b] = [side(), side()];
  await agree(a, b);
  await a.share(screen());
  await describe(a);
  await a.rollback();
  expect(a.screen.isTaken).toBe(false);
  await a.unshare();
  a.screen.takePlace();
  const [offer] = await agree(a, b);
  expect(midsOf(offer)).toHaveLength(1);
});

test('T10 paused, the last picture stays; the browser’s own bar ends it; so does the end of the call', async () => {
  let ended = 0;
  const [a, b] = [side(() => (ended += 1)), side()];
  await agree(a, b);
  const first = screen();
  await a.share(first);
  await agree(a, b);
  await widthOf(b.remote.slides);
  await a.pauseScreen(true);
  expect([a.screen.isPaused, first.readyState]).toEqual([true, 'live']);
  await a.pauseScreen(false);
  first.dispatchEvent(new Event('ended'));
  expect(ended).toBe(1);
  const second = screen();
  await a.share(second);
  // What was replaced by us has not ended by itself.
  expect([ended, first.readyState]).toEqual([1, 'ended']);
  a.close();
  expect([ended, second.readyState]).toEqual([1, 'ended']);
});

test('T10 the pointer comes with the screen, over a channel that both descriptions name', async () => {
  const [a, b] = [side(), side()];
  await agree(a, b);
  expect([a.pointer.isOpen, b.pointer.isOpen]).toEqual([false, false]);
  await a.share(screen());
  const [offer, answer] = await agree(a, b);
  for (const sdp of [offer, answer]) expect(channelIn(sdp, 'parley-pointer')).toBe(0);
  await expect.poll(() => [a.pointer.isOpen, b.pointer.isOpen]).toEqual([true, true]);
  const seen: unknown[] = [];
  a.pointer.listen((message) => seen.push(message));
  b.pointer.send({ is: 'at', point: [0.25, 0.5] });
  await expect.poll(() => seen).toEqual([{ is: 'at', point: [0.25, 0.5] }]);
});

test('T10 whoever looks is told that the screen stands still on purpose, also when that began before there was a channel', async () => {
  const [a, b] = [side(), side()];
  await agree(a, b);
  await a.share(screen());
  a.pointer.tellPaused(true);
  await agree(a, b);
  await expect.poll(() => [a.pointer.isOpen, b.pointer.isOpen]).toEqual([true, true]);
  const marks: unknown[] = [];
  b.pointer.listen((mark) => marks.push(mark));
  for (const on of [true, true, false]) {
    a.pointer.tellPaused(on);
    await expect.poll(() => b.pointer.isPausedByThem).toBe(on);
  }
  expect([a.pointer.isPausedByThem, marks]).toEqual([false, []]);
});

test('T05 a camera goes up to 1080p only where it and the processor can', async () => {
  const asked: unknown[] = [];
  const camera = (max: number) => ({
    getCapabilities: () => ({ height: { max } }),
    applyConstraints: (wanted?: MediaTrackConstraints) => Promise.resolve(void asked.push(wanted?.height)),
  });
  await raiseDefinition(camera(720), () => Promise.resolve(true));
  await raiseDefinition(camera(1080), () => Promise.resolve(false));
  expect(asked).toEqual([]);
  await raiseDefinition(camera(1080), () => Promise.resolve(true));
  expect(asked).toEqual([{ ideal: 1080 }]);
  await raiseDefinition(
    { ...camera(2160), applyConstraints: () => Promise.reject(new Error('in use')) },
    () => Promise.resolve(true),
  );
});

test('T05 the sound asks for Opus that mends losses and saves in silence', async () => {
  const sdp = await describe(side());
  expect(sdp).toMatch(/a=fmtp:\d+ .*useinbandfec=1;usedtx=1/);
});
