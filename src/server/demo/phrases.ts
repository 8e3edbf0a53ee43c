/** What the demo colleagues say and do, as data: a part for each of the five, and replies by what a message is about. */

export type DemoState = 'available' | 'busy' | 'away' | 'brb' | 'dnd';

export interface Mood {
  readonly state: DemoState;
  readonly note?: string;
  readonly location?: string;
}

export interface Part {
  readonly user: string;
  /** Taken in turn; the first is where a fresh office begins. */
  readonly moods: readonly Mood[];
  /** Seconds between moods, least and most. */
  readonly every: readonly [number, number];
  /** In this person's own words, when nothing else fits. */
  readonly smallTalk: readonly string[];
}

export const PARTS: readonly Part[] = [
  {
    user: 'ingrid.solberg',
    moods: [
      { state: 'available', note: 'BH7 log is in the folder', location: 'Holbeck lab, Leeds' },
      { state: 'busy', note: 'Logging cores', location: 'Holbeck lab, Leeds' },
      { state: 'available', note: 'Back at my desk', location: 'Wellington Street, Leeds' },
    ],
    every: [40, 90],
    smallTalk: [
      'I’ll look at the borehole log and tell you.',
      'Rockhead at BH7 is lower than we drew. I’ll send the section.',
      'Good question. Ask me to ring you if it’s quicker to talk.',
    ],
  },
  {
    user: 'rahul.desai',
    moods: [
      { state: 'available', note: 'Sheet 14 until noon', location: 'Wellington Street, Leeds' },
      { state: 'brb', note: 'Coffee' },
      { state: 'busy', note: 'Checking the pier loads', location: 'Wellington Street, Leeds' },
    ],
    every: [35, 75],
    smallTalk: [
      'Sheet 14 is frozen for the 11:30. Everything after that can still move.',
      'Noted. I’ll put it on the drawing list.',
      'I can hold the sheet for you if you need half an hour.',
    ],
  },
  {
    user: 'priya.raman',
    moods: [
      { state: 'available', note: 'Room bookings: just ask', location: 'Wellington Street, Leeds' },
      { state: 'away', note: 'Walking the building' },
      { state: 'available', note: 'Visitors from 14:00', location: 'Wellington Street, Leeds' },
    ],
    every: [45, 100],
    smallTalk: [
      'I’ll sort it and let you know.',
      'The river room is free from three, shall I keep it for you?',
      'Leave it with me.',
    ],
  },
  {
    user: 'tomas.ferreira',
    moods: [
      { state: 'busy', note: 'On site, ring the mobile', location: 'Wharfe crossing' },
      { state: 'available', note: 'In the site cabin', location: 'Wharfe crossing' },
      { state: 'dnd', note: 'Lifting beams, urgent only', location: 'Wharfe crossing' },
    ],
    every: [50, 110],
    smallTalk: [
      'Loud here. I’ll answer properly from the cabin.',
      'Beam three is in. Two more today.',
      'Send the drawing, I’ll check it against what’s on the ground.',
    ],
  },
  {
    user: 'mei-ling.zhou',
    moods: [
      { state: 'available', note: 'Bearings and parapets', location: 'Wellington Street, Leeds' },
      { state: 'busy', note: 'In the model', location: 'Wellington Street, Leeds' },
      { state: 'away' },
    ],
    every: [30, 80],
    smallTalk: [
      'The parapet section looks right to me.',
      'I’ll run the lateral case again with your numbers.',
      'Give me ten minutes and I’ll have it in the model.',
    ],
  },
];

/** What a message asks for. `ring`: call back; the words are said first. */
export interface Reply {
  readonly words: string;
  readonly ring?: boolean;
}

const ABOUT: readonly (readonly [RegExp, (part: Part, mood: Mood, to: string) => Reply])[] = [
  [
    /\b(call|ring|phone)\b.*\bme\b|\bme\b.*\b(call|ring)\b/i,
    () => ({ words: 'Ringing you now.', ring: true }),
  ],
  [
    /\bhelp\b|what can you/i,
    () => ({
      words:
        'Write “ring me” and I’ll call. Call me and you’ll hear yourself. Watch my state and note, they change now and then.',
    }),
  ],
  [
    /\b(where)\b/i,
    (_part, mood) => ({ words: mood.location ? `${mood.location} right now.` : 'Between two places.' }),
  ],
  [
    /\b(free|busy|available|time)\b/i,
    (_part, mood) => ({
      words: mood.state === 'available' ? 'Yes, go ahead.' : 'A bit tied up, but I read everything.',
    }),
  ],
  [/\b(thanks|thank you|cheers)\b/i, () => ({ words: 'You’re welcome.' })],
  [
    /^\s*(hi|hello|hey|morning|good morning|good afternoon)\b/i,
    (_part, _mood, to) => ({ words: `Hello ${to}.` }),
  ],
  [/\b(bye|later|good night)\b/i, () => ({ words: 'Talk soon.' })],
];

/** An answer to `text`; `turn` picks among small talk, so that nobody repeats themselves at once. */
export function replyTo(text: string, part: Part, mood: Mood, to: string, turn: number): Reply {
  for (const [about, make] of ABOUT) if (about.test(text)) return make(part, mood, to);
  const words = part.smallTalk[turn % part.smallTalk.length] ?? 'I see.';
  return { words: text.trim().endsWith('?') ? `${words} Anything else?` : words };
}
