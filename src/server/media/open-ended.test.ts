import { expect, it } from 'vitest';
import { openEnded } from './open-ended.ts';

it('leaves everything but the end of candidates, in every section', () => {
  const sdp =
    'm=audio 9 X 0\r\na=candidate:1\r\na=end-of-candidates\r\nm=video 9 X 0\r\na=end-of-candidates\r\n';
  expect(openEnded(sdp)).toBe('m=audio 9 X 0\r\na=candidate:1\r\nm=video 9 X 0\r\n');
  expect(openEnded('a=end-of-candidates-not\r\n')).toBe('a=end-of-candidates-not\r\n');
});
