import { expect, test } from 'vitest';
import { detailsOf } from './call-details.ts';
import { judge, readFlow, type Flow } from './statistics.ts';

const still: Flow = {
  packetsIn: 0,
  packetsOut: 0,
  lost: 0,
  lostThere: 0,
  framesIn: 0,
  framesOut: 0,
  freezes: 0,
  heard: 0,
  said: 0,
  roundTrip: 20,
  jitter: 3,
  checks: 0,
  limitedBy: null,
};
const fine = { packetsIn: 200, packetsOut: 200, said: 1, checks: 2 };

test.each([
  [{}, false, 4, 'Sounds clear', null],
  [{}, true, 4, 'Clear sound and picture', null],
  [{ packetsIn: 0 }, false, 1, 'Nothing is arriving', 'them'],
  [{ packetsIn: 0, checks: 0 }, false, 1, 'Nothing is arriving', 'you'],
  [{ lost: 40 }, false, 1, 'Sound may break up', 'them'],
  [{ lost: 40, lostThere: 40 }, false, 1, 'Sound may break up', 'you'],
  [{ lost: 10 }, false, 2, 'Sound may crackle', 'them'],
  [{ lost: 10 }, true, 2, 'Picture may freeze', 'them'],
  [{ lost: -3 }, false, 4, 'Sounds clear', null],
  [{ lostThere: 40 }, false, 1, 'You may be hard to hear', 'you'],
  [{ lostThere: 12 }, false, 2, 'You may be hard to hear', 'you'],
  [{ lostThere: null }, false, 4, 'Sounds clear', null],
  [{ freezes: 1 }, true, 2, 'Picture may freeze', 'them'],
  [{ freezes: 1, lostThere: 20 }, true, 2, 'Picture may freeze', 'you'],
  [{ said: 0 }, false, 2, 'Your microphone is silent', 'you'],
  [{ said: null }, false, 4, 'Sounds clear', null],
  [{ roundTrip: 900 }, false, 3, 'Answers may come late', null],
  [{ limitedBy: 'cpu' }, true, 3, 'Your picture is sent smaller', 'you'],
  [{ limitedBy: 'bandwidth', framesOut: 50 }, true, 3, 'Your picture is sent smaller', 'you'],
  [{ limitedBy: 'bandwidth' }, true, 4, 'Clear sound and picture', null],
] as const)('N01 quality in words: %o, picture %s', (now, picture, bars, words, who) => {
  const quality = judge(still, { ...still, ...fine, ...now }, { picture, isMuted: false });
  expect(quality).toMatchObject({ bars, words, who });
  // Trouble without something to try helps nobody.
  expect(quality.advice === null).toBe(bars === 4);
});

test('N01 a muted microphone is not called silent', () => {
  const now = { ...still, ...fine, said: 0 };
  expect(judge(still, now, { picture: false, isMuted: true }).words).toBe('Sounds clear');
});

const report = (...entries: readonly (Record<string, unknown> & { id: string })[]) =>
  new Map(entries.map((entry) => [entry.id, entry])) as unknown as RTCStatsReport;

test('a report is summed over its lines', () => {
  const flow = readFlow(
    report(
      {
        id: 'a',
        type: 'inbound-rtp',
        kind: 'audio',
        packetsReceived: 10,
        packetsLost: 1,
        totalAudioEnergy: 0.5,
        jitter: 0.004,
      },
      {
        id: 'v',
        type: 'inbound-rtp',
        kind: 'video',
        packetsReceived: 20,
        framesDecoded: 5,
        freezeCount: 1,
        jitter: 0.1,
      },
      {
        id: 'o',
        type: 'outbound-rtp',
        packetsSent: 7,
        framesEncoded: 3,
        qualityLimitationReason: 'bandwidth',
      },
      { id: 'r', type: 'remote-inbound-rtp', packetsLost: 2 },
      { id: 'm', type: 'media-source', kind: 'audio', totalAudioEnergy: 0.25 },
      { id: 'p', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.045, responsesReceived: 4 },
      { id: 'q', type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 },
    ),
  );
  expect(flow).toEqual({
    ...{ packetsIn: 30, packetsOut: 7, lost: 1, lostThere: 2, framesIn: 5, framesOut: 3, freezes: 1 },
    ...{ heard: 0.5, said: 0.25, roundTrip: 45, jitter: 4, checks: 4, limitedBy: 'bandwidth' },
  });
  expect(readFlow(report())).toMatchObject({ packetsIn: 0, said: null, lostThere: null, roundTrip: null });
});

test('N01 the details name codec, real size, rate, loss, jitter, path and round trip', () => {
  const at = (timestamp: number, bytes: number) =>
    report(
      { id: 'c1', type: 'codec', mimeType: 'audio/opus', clockRate: 48000 },
      { id: 'c2', type: 'codec', mimeType: 'video/VP9', clockRate: 90000 },
      {
        id: 'o',
        type: 'outbound-rtp',
        kind: 'audio',
        codecId: 'c1',
        bytesSent: bytes,
        timestamp,
        packetsSent: 200,
        remoteId: 'r',
      },
      { id: 'r', type: 'remote-inbound-rtp', packetsLost: 3, jitter: 0.004 },
      {
        ...{ id: 'v', type: 'inbound-rtp', kind: 'video', codecId: 'c2', frameWidth: 1280, frameHeight: 720 },
        ...{
          framesPerSecond: 29.6,
          packetsReceived: 90,
          packetsLost: 10,
          jitter: 0.012,
          timestamp,
          bytesReceived: bytes * 10,
        },
      },
      { id: 't', type: 'transport', selectedCandidatePairId: 'p' },
      { id: 'x', type: 'candidate-pair', nominated: true, localCandidateId: 'none' },
      {
        id: 'p',
        type: 'candidate-pair',
        localCandidateId: 'l',
        remoteCandidateId: 'm',
        currentRoundTripTime: 0.0312,
      },
      { id: 'l', type: 'local-candidate', candidateType: 'srflx', protocol: 'udp' },
      { id: 'm', type: 'remote-candidate', candidateType: 'relay' },
    );
  expect(detailsOf(at(2000, 9000), at(1000, 5000))).toEqual([
    { term: 'Sound sent', detail: 'opus 48 kHz, 32 kbit/s, 1.5 % lost, 4 ms jitter' },
    {
      term: 'Picture received',
      detail: 'VP9, 1280 × 720 at 30 a second, 320 kbit/s, 10.0 % lost, 12 ms jitter',
    },
    { term: 'Path from here', detail: 'direct, through a router (srflx), UDP' },
    { term: 'Path from there', detail: 'through a relay (relay)' },
    { term: 'Round trip', detail: '31 ms there and back' },
  ]);
  expect(detailsOf(at(1000, 5000), null)[0]?.detail).toBe('opus 48 kHz, 1.5 % lost, 4 ms jitter');
  expect(detailsOf(report(), null)).toEqual([]);
});
