/** Device faults: each has its sentence, and the call goes on, listening only where there is no microphone. */
import { afterEach, expect, test } from 'vitest';
import type { CaptureSource } from './capture.ts';
import { faultOf, faultWords, speakerFault, type Insight } from './device-faults.ts';
import { ASK_PATIENCE } from './own-tracks.ts';
import { Peer, type PeerOptions } from './peer.ts';
import { ProcessingMemory, switchable, unheeded, USUAL } from './processing.ts';

const open: Peer[] = [];
afterEach(() => {
  for (const peer of open.splice(0)) peer.close();
});

/** Sound of our own making, so that a test can pull its plug. */
function soundTrack(): MediaStreamTrack {
  const [track] = new MediaStreamAudioDestinationNode(new AudioContext()).stream.getAudioTracks();
  if (!track) throw new Error('no track');
  return track;
}
const streamOf = (...tracks: MediaStreamTrack[]): Promise<MediaStream> =>
  Promise.resolve(new MediaStream(tracks));
const refusing = (name: string): CaptureSource => ({
  getUserMedia: () => Promise.reject(new DOMException('no', name)),
});

interface Call {
  readonly peer: Peer;
  readonly said: { microphone: string | null; camera: string | null };
  readonly offersWanted: boolean[];
}
function callWith(source: CaptureSource | undefined, options: Partial<PeerOptions> = {}): Call {
  const said: Call['said'] = { microphone: null, camera: null };
  const offersWanted: boolean[] = [];
  const peer = new Peer({
    iceServers: [],
    source,
    choice: () => ({ microphone: null, camera: null, processing: USUAL }),
    changed: () => undefined,
    silent: () => undefined,
    wantsOffer: (restart) => offersWanted.push(restart),
    screenEnded: () => undefined,
    problem: (kind, why) => (said[kind] = why),
    ...options,
  });
  open.push(peer);
  return { peer, said, offersWanted };
}

async function soundLine(peer: Peer, video = false): Promise<string | undefined> {
  const description = await peer.describe({ video, iceRestart: false });
  if (!description.ok) throw new Error(description.why);
  return /m=audio[\s\S]*?a=(sendrecv|sendonly|recvonly|inactive)/.exec(description.value.sdp)?.[1];
}

const allowed: Insight = { isAllowedHere: true, permission: null };
const fault = (name: string, insight: Partial<Insight> = {}) =>
  faultWords(faultOf(new DOMException('no', name), { ...allowed, ...insight }), 'microphone');

test.each([
  [
    1,
    'refused for this site',
    fault('NotAllowedError', { permission: 'denied' }),
    'is blocking your microphone',
  ],
  [2, 'refused, browser does not tell', fault('NotAllowedError'), 'Allow it next to the address'],
  [
    3,
    'question closed',
    fault('NotAllowedError', { permission: 'prompt' }),
    'asked for your microphone and got',
  ],
  [4, 'question closed, old name', fault('PermissionDismissedError'), 'Press Try again and allow it'],
  [5, 'the system refuses', fault('NotAllowedError', { permission: 'granted' }), 'privacy settings'],
  [6, 'a policy refuses', fault('NotAllowedError', { isAllowedHere: false }), 'in a tab of its own'],
  [7, 'security', fault('SecurityError'), 'is blocking your microphone'],
  [8, 'refused, old name', fault('PermissionDeniedError'), 'is blocking your microphone'],
  [9, 'none there', fault('NotFoundError'), 'Plug one in and it will be used.'],
  [10, 'none there, old name', fault('DevicesNotFoundError'), 'No microphone was found.'],
  [11, 'busy', fault('NotReadableError'), 'in use by another program'],
  [12, 'busy, old name', fault('TrackStartError'), 'Close it there'],
  [13, 'does not start', fault('AbortError'), 'Unplug it and plug it in again'],
  [14, 'does not start in time', fault('TimeoutError'), 'did not start'],
  [15, 'cannot do it', fault('OverconstrainedError'), 'Choose another.'],
  [16, 'cannot do it, old name', fault('ConstraintNotSatisfiedError'), 'cannot do what Parley needs'],
  [17, 'window in the background', fault('InvalidStateError'), 'Come back to this window'],
  [18, 'an error of no name', faultWords(faultOf('no', allowed), 'microphone'), 'could not be started'],
] as const)('E01 device fault %i, %s: a sentence with what to do', (_number, _case, words, part) => {
  expect(words).toContain(part);
  expect(words).toContain('Until then you can listen but not be heard.');
});

test.each([
  [19, 'not plugged in', 'NotFoundError', 'Plug it in or choose another.'],
  [20, 'not allowed', 'NotAllowedError', 'Allow the microphone first'],
  [21, 'broken', 'AbortError', 'could not be started'],
] as const)(
  'E01 device fault %i, speaker %s: a sentence, and the sound goes on',
  (_number, _case, name, part) => {
    const words = speakerFault(new DOMException('no', name));
    expect(words).toContain(part);
    expect(words).toContain('Until then you hear it');
  },
);

test.each([
  [22, 'no https', undefined, 'begins with https'],
  [23, 'refused', refusing('NotAllowedError'), 'microphone'],
  [24, 'none', refusing('NotFoundError'), 'No microphone was found.'],
  [25, 'busy', refusing('NotReadableError'), 'in use by another program'],
  [26, 'unsuitable twice', refusing('OverconstrainedError'), 'cannot do what Parley needs'],
  [27, 'a browser that knows none of it', refusing('TypeError'), 'could not be started'],
  [28, 'an empty stream', { getUserMedia: () => streamOf() }, 'No microphone was found.'],
  [
    29,
    'gone at once',
    {
      getUserMedia: () => {
        const track = soundTrack();
        track.stop();
        return streamOf(track);
      },
    },
    'did not start',
  ],
] as const)('E01 device fault %i, %s: the call goes on and listens', async (_number, _case, source, part) => {
  const { peer, said } = callWith(source);
  expect(await soundLine(peer)).toBe('recvonly');
  expect(said.microphone).toContain(part);
});

test('E01 device fault 30, finer wishes refused: the device is taken without them', async () => {
  const asked: unknown[] = [];
  const { peer, said } = callWith({
    getUserMedia: (wanted) => {
      asked.push(wanted?.audio);
      if (wanted?.audio !== true) return Promise.reject(new DOMException('no', 'OverconstrainedError'));
      return streamOf(soundTrack());
    },
  });
  expect(await soundLine(peer)).toBe('sendrecv');
  expect(said.microphone).toBeNull();
  expect(asked).toHaveLength(2);
});

test('E01 device fault 31, camera refused: the voice stays', async () => {
  const { peer, said } = callWith({
    getUserMedia: (wanted) =>
      wanted?.video ? Promise.reject(new DOMException('no', 'NotReadableError')) : streamOf(soundTrack()),
  });
  expect(await soundLine(peer, true)).toBe('sendrecv');
  expect(said).toMatchObject({
    microphone: null,
    camera: expect.stringContaining('others hear you but do not see you') as string,
  });
});

test('E01 device fault 32, unplugged and no other: it comes back with the next plug, and the far end is asked', async () => {
  let plugged: MediaStreamTrack | null = soundTrack();
  const first = plugged;
  const { peer, said, offersWanted } = callWith({
    getUserMedia: () => (plugged ? streamOf(plugged) : Promise.reject(new DOMException('', 'NotFoundError'))),
  });
  expect(await soundLine(peer)).toBe('sendrecv');
  plugged = null;
  first.dispatchEvent(new Event('ended'));
  await expect.poll(() => said.microphone).toContain('was unplugged and there is no other');
  await peer.takeMissing(true);
  expect(said.microphone).toContain('No microphone was found');
  plugged = soundTrack();
  await peer.takeMissing(true);
  expect(said.microphone).toBeNull();
  expect(peer.own.microphone).toBe(plugged);
  expect(offersWanted).toEqual([false]);
});

test('E01 device fault 33, unplugged with another there: the call moves on without a word', async () => {
  const given: MediaStreamTrack[] = [];
  const { peer, said, offersWanted } = callWith({
    getUserMedia: () => {
      const track = soundTrack();
      given.push(track);
      return streamOf(track);
    },
  });
  await soundLine(peer);
  given[0]?.dispatchEvent(new Event('ended'));
  await expect.poll(() => peer.own.microphone).toBe(given[1]);
  expect(said.microphone).toBeNull();
  expect(offersWanted).toEqual([]);
});

test('E01 device fault 34, switched off at the device: said, and taken back when it is on again', async () => {
  const track = soundTrack();
  const { peer, said } = callWith({ getUserMedia: () => streamOf(track) });
  await soundLine(peer);
  track.dispatchEvent(new Event('mute'));
  expect(said.microphone).toContain('Switch it on there.');
  track.dispatchEvent(new Event('unmute'));
  expect(said.microphone).toBeNull();
});

test(
  'E01 device fault 35, the question stays open: the call goes on, and the microphone comes with the answer',
  async () => {
    let allow: (stream: MediaStream) => void = () => undefined;
    const { peer, said, offersWanted } = callWith({
      getUserMedia: () => new Promise((resolve) => (allow = resolve)),
    });
    expect(await soundLine(peer)).toBe('recvonly');
    expect(said.microphone).toContain('Answer it next to the address.');
    const track = soundTrack();
    allow(new MediaStream([track]));
    await expect.poll(() => peer.own.microphone).toBe(track);
    await expect.poll(() => said.microphone).toBeNull();
    expect(peer.owesOffer).toBe(true);
    expect(offersWanted).toEqual([false]);
  },
  ASK_PATIENCE * 3,
);

test('E01 device fault 36, refused by the person: nothing asks again by itself, Try again does', async () => {
  let times = 0;
  const { peer } = callWith({
    getUserMedia: () => {
      times += 1;
      return Promise.reject(new DOMException('no', 'NotAllowedError'));
    },
  });
  await soundLine(peer);
  expect(times).toBe(1);
  await peer.takeMissing(true);
  expect(times).toBe(1);
  await peer.takeMissing(false);
  expect(times).toBe(2);
});

test('treatments are remembered for each device, and rubbish is forgotten', () => {
  const kept = new Map<string, string>([['devices.noise', 'keep']]);
  const keep = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const memory = new ProcessingMemory(keep);
  expect(memory.of(null).noiseSuppression).toBe(false);
  memory.set('usb', 'echoCancellation', false);
  const later = new ProcessingMemory(keep);
  expect(later.of('usb')).toEqual({ ...USUAL, noiseSuppression: false, echoCancellation: false });
  expect(later.of('desk').echoCancellation).toBe(true);
  for (let at = 0; at < 40; at += 1) later.set(`device ${at}`, 'autoGainControl', false);
  expect(Object.keys(JSON.parse(kept.get('devices.processing') ?? '') as object)).toHaveLength(16);
  for (const rubbish of ['{', '7', 'null', '{"usb":{"echoCancellation":"x"}}', '{"usb":4}']) {
    kept.set('devices.processing', rubbish);
    expect(new ProcessingMemory(keep).of('usb').echoCancellation).toBe(true);
  }
});

test('only what the device can do and leave is offered, and what the browser did not follow is known', () => {
  const track = (kind: string, can: object | null, is: object = {}) =>
    ({
      kind,
      ...(can && { getCapabilities: () => can }),
      getSettings: () => is,
    }) as unknown as MediaStreamTrack;
  const known = ['echoCancellation', 'noiseSuppression', 'backgroundBlur'] as const;
  const can = { echoCancellation: [true, false], noiseSuppression: [true], voiceIsolation: [true, false] };
  expect(switchable(track('audio', can), known)).toEqual(['echoCancellation']);
  expect(switchable(track('audio', { echoCancellation: [false, 'all'] }), known)).toContain(
    'echoCancellation',
  );
  expect(switchable(track('audio', null), known)).toEqual(['echoCancellation', 'noiseSuppression']);
  expect(switchable(track('video', {}), known)).toEqual([]);
  expect(switchable(track('video', { backgroundBlur: [false, true] }), known)).toEqual(['backgroundBlur']);
  expect(switchable(track('video', { backgroundBlur: [true] }), known)).toEqual([]);
  expect(unheeded(track('audio', null, { echoCancellation: false, noiseSuppression: true }), USUAL)).toEqual([
    'echoCancellation',
  ]);
});
