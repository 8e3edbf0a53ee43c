import { expect, test } from 'vitest';
import {
  channelIn,
  midsOf,
  offersPicture,
  slidesIn,
  withChannel,
  withOpusWishes,
  withSlides,
} from './media-lines.ts';

const head = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
const sound =
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n' +
  'a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\n';
const camera = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=sendrecv\r\n';
const screen = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\na=sendonly\r\n';
const all = head + sound + camera + screen;

test('T10 the line of the shared screen is named as slides, once, and found again', () => {
  const marked = withSlides(all, '2');
  expect(marked).toBe(`${all}a=content:slides\r\n`);
  expect(withSlides(marked, '2')).toBe(marked);
  expect(slidesIn(marked)).toEqual([2]);
  expect(slidesIn(all)).toEqual([]);
  expect(slidesIn(withSlides(all, '1'))).toEqual([1]);
  expect(withSlides(all, '7')).toBe(all);
});

test('T10 what others write is read: several contents, bare line ends, sound that claims to be slides', () => {
  expect(slidesIn(`${head}m=video 9 RTP/AVP 96\na=content:alt, slides\n`)).toEqual([0]);
  expect(slidesIn(`${head}m=audio 9 RTP/AVP 0\r\na=content:slides\r\n`)).toEqual([]);
  expect(slidesIn(`${head}m=video 9 RTP/AVP 96\r\na=content:slideshow\r\n`)).toEqual([]);
  expect(slidesIn('nonsense')).toEqual([]);
  expect(midsOf(`${all}m=video 0 RTP/AVP 96\r\n`)).toEqual(['0', '1', '2', null]);
});

test('a screen is no picture of a person', () => {
  expect(offersPicture(all)).toBe(true);
  expect(offersPicture(withSlides(head + sound + screen, '2'))).toBe(false);
  expect(offersPicture(head + sound + camera.replace('sendrecv', 'recvonly'))).toBe(false);
  expect(offersPicture(head + sound + camera.replace('video 9', 'video 0'))).toBe(false);
});

test('Opus is asked to mend losses and to be silent in silence, whatever stood there', () => {
  const asks = 'a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n';
  expect(withOpusWishes(all)).toContain(asks);
  expect(withOpusWishes(withOpusWishes(all))).toBe(withOpusWishes(all));
  const bare = all.replace(/a=fmtp:111.*\r\n/, '');
  expect(withOpusWishes(bare)).toContain('opus/48000/2\r\na=fmtp:111 useinbandfec=1;usedtx=1\r\n');
  const plain = `${head}m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`;
  expect(withOpusWishes(plain)).toBe(plain);
});

test('T10 the channel of the pointer is named in its line and found by what it speaks', () => {
  const data = 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:3\r\na=sctp-port:5000\r\n';
  const named = withChannel(all + data, 4, 'parley-pointer');
  expect(named).toContain('a=dcmap:4 subprotocol="parley-pointer";label="parley-pointer"\r\n');
  expect(channelIn(named, 'parley-pointer')).toBe(4);
  expect(channelIn(named, 'msrp')).toBeNull();
  expect(channelIn(named.replace('application 9', 'application 0'), 'parley-pointer')).toBeNull();
  expect(channelIn(named.replace('dcmap:4', 'dcmap:65534'), 'parley-pointer')).toBeNull();
  expect(withChannel(all, 4, 'parley-pointer')).toBe(all);
});
