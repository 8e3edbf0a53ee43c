import type { Clock } from './contract.ts';

/** Random text for tags, branches and Call-IDs: `words` times 32 bits in hexadecimal. */
export function randomToken(clock: Pick<Clock, 'random'>, words = 3): string {
  let text = '';
  for (let i = 0; i < words; i++) {
    text += Math.floor(clock.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  }
  return text;
}
