/** Drawn portraits for the demo office: flat shapes from a few traits, 96 × 96, no text and no script. */

export interface Look {
  readonly skin: keyof typeof SKIN;
  readonly hair: keyof typeof HAIR;
  readonly cloth: keyof typeof CLOTH;
  readonly style: 'short' | 'bob' | 'long' | 'bun' | 'curls' | 'bald' | 'scarf';
  readonly glasses: boolean;
  readonly beard: boolean;
}

const SKIN = { a: '#f3d3bd', b: '#eec6a0', c: '#d8a47c', d: '#b97f58', e: '#8a5a3f' } as const;
const HAIR = { k: '#2b2523', n: '#5b3a26', y: '#d9b26a', r: '#a9502c', g: '#a7a9ad' } as const;
const CLOTH = {
  n: '#33475f',
  b: '#4a78b5',
  g: '#4f7f62',
  r: '#a5474a',
  o: '#c07a3a',
  v: '#7a5a9e',
  t: '#2f8087',
} as const;
const GROUND = {
  n: '#dbe3ee',
  b: '#dfe9f6',
  g: '#dfeee4',
  r: '#f5e0df',
  o: '#f6e8d6',
  v: '#eae1f4',
  t: '#d9eeee',
} as const;

/** The portrait as an SVG document. */
export function drawPortrait(look: Look): string {
  const skin = SKIN[look.skin];
  const hair = HAIR[look.hair];
  const shade = look.skin === 'e' || look.skin === 'd' ? '#ffffff22' : '#00000018';
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">',
    `<rect width="96" height="96" fill="${GROUND[look.cloth]}"/>`,
    behind(look.style, hair),
    `<path d="M12 96c2-19 17-27 36-27s34 8 36 27Z" fill="${CLOTH[look.cloth]}"/>`,
    `<path d="M40 58h16v10c0 5-3.500 9-8 9s-8-4-8-9Z" fill="${skin}"/>`,
    `<path d="M40 64c4 4 12 4 16 0v-4H40Z" fill="${shade}"/>`,
    `<ellipse cx="48" cy="44" rx="17" ry="20" fill="${skin}"/>`,
    look.beard
      ? `<path d="M31 46c0 16 7 21 17 21s17-5 17-21c-2 7-7 9-17 9s-15-2-17-9Z" fill="${hair}"/>`
      : '',
    '<circle cx="41" cy="43" r="2.1" fill="#2a2522"/><circle cx="55" cy="43" r="2.1" fill="#2a2522"/>',
    '<path d="M43 54c3 2.600 7 2.600 10 0" fill="none" stroke="#2a2522" stroke-width="1.800" stroke-linecap="round"/>',
    before(look.style, hair, CLOTH[look.cloth]),
    look.glasses
      ? '<g fill="none" stroke="#2f3540" stroke-width="1.800"><circle cx="41" cy="43" r="5.500"/><circle cx="55" cy="43" r="5.500"/><path d="M46.500 43h3"/></g>'
      : '',
    '</svg>',
  ].join('');
}

/** Hair that falls behind face and shoulders. */
function behind(style: Look['style'], hair: string): string {
  if (style === 'long') return `<path d="M27 40c0-16 9-24 21-24s21 8 21 24v36H27Z" fill="${hair}"/>`;
  if (style === 'bob') return `<path d="M27 42c0-17 9-25 21-25s21 8 21 25v16H27Z" fill="${hair}"/>`;
  if (style === 'bun') return `<circle cx="48" cy="17" r="9" fill="${hair}"/>`;
  if (style === 'curls')
    return `<g fill="${hair}"><circle cx="32" cy="36" r="11"/><circle cx="64" cy="36" r="11"/><circle cx="38" cy="24" r="11"/><circle cx="58" cy="24" r="11"/><circle cx="30" cy="48" r="8"/><circle cx="66" cy="48" r="8"/></g>`;
  return '';
}

/** Hair, or a headscarf, over the forehead. */
function before(style: Look['style'], hair: string, cloth: string): string {
  if (style === 'bald') return '';
  if (style === 'scarf')
    return `<path d="M48 17c-15 0-23 11-23 26 0 14 6 24 10 30l13 5 13-5c4-6 10-16 10-30 0-15-8-26-23-26Zm0 10c10 0 15 8 15 18 0 12-7 19-15 19s-15-7-15-19c0-10 5-18 15-18Z" fill="${cloth}"/>`;
  if (style === 'short')
    return `<path d="M30 42c-2-16 6-25 18-25s20 9 18 25c-2-8-5-12-9-14-7 3-16 3-20 1-4 2-6 6-7 13Z" fill="${hair}"/>`;
  return `<path d="M30 43c-1-17 7-25 18-25s19 8 18 25c-2-9-6-13-11-15-5 5-15 7-20 8-3 1-4 4-5 7Z" fill="${hair}"/>`;
}
