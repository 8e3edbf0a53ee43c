/** What the demo colleagues say and do, as data: a part for each of the six, and replies by what a message is about. */
import type { Mood } from './mood.ts';

export interface Part {
  readonly user: string;
  /** Taken in turn; the first is where a fresh office begins. */
  readonly moods: readonly Mood[];
  /** Seconds between moods, least and most; a mood that is timed ends at its own time. */
  readonly every: readonly [number, number];
  /** Watches everybody. */
  readonly watches?: true;
  /** So many seconds after somebody came the next mood begins. */
  readonly movesAfterArrival?: number;
  /** In this person's own words, when nothing else fits. */
  readonly smallTalk: readonly string[];
}

const LEEDS = 'Wellington Street, Leeds';
const LAB = 'Holbeck lab, Leeds';
const SITE = 'Wharfe crossing';

/** Everybody has her tagged: whoever enters is soon told of a change, and then seldom. */
export const TAGGED = 'priya.raman';
/** All colleagues are Team for him: they get through to him in Do Not Disturb. */
export const OPEN_TO_ALL = 'tomas.ferreira';

export const PARTS: readonly Part[] = [
  {
    user: 'ingrid.solberg',
    moods: [
      { state: 'available', note: 'BH7 log is in the folder', location: LAB },
      { state: 'busy', note: 'Logging cores', location: LAB },
      { state: 'available', note: 'Back at my desk', noteFor: 1, location: LEEDS },
    ],
    every: [60, 150],
    watches: true,
    smallTalk: [
      'I’ll look at the borehole log and tell you.',
      'Rockhead at BH7 is lower than we drew. I’ll send the section.',
      'Good question. Ask me to ring you if it’s quicker to talk.',
    ],
  },
  {
    user: 'rahul.desai',
    moods: [
      { state: 'drawing-board', timed: true, note: 'Drawing sheet 14, urgent only', location: LEEDS },
      { state: 'available', note: 'Sheet 14 is out', noteFor: 3, location: LEEDS },
      { state: 'brb', note: 'Coffee' },
      { state: 'busy', note: 'Checking the pier loads', location: LEEDS },
    ],
    every: [120, 300],
    smallTalk: [
      'Sheet 14 is frozen for the 11:30. Everything after that can still move.',
      'Noted. I’ll put it on the drawing list.',
      'I can hold the sheet for you if you need half an hour.',
    ],
  },
  {
    user: TAGGED,
    moods: [
      { state: 'away', note: 'Walking the building' },
      { state: 'available', note: 'Room bookings: just ask', location: LEEDS },
      { state: 'busy', note: 'With visitors', location: LEEDS },
    ],
    every: [1_200, 2_400],
    watches: true,
    movesAfterArrival: 20,
    smallTalk: [
      'I’ll sort it and let you know.',
      'The river room is free from three, shall I keep it for you?',
      'Leave it with me.',
    ],
  },
  {
    user: OPEN_TO_ALL,
    moods: [
      { state: 'dnd', note: 'Lifting beams, urgent only', location: SITE },
      { state: 'on-site', note: 'Ring the mobile', location: SITE },
      { state: 'on-site', note: 'In the site cabin', noteFor: 10, location: SITE },
    ],
    every: [240, 480],
    smallTalk: [
      'Loud here. I’ll answer properly from the cabin.',
      'Beam three is in. Two more today.',
      'Send the drawing, I’ll check it against what’s on the ground.',
    ],
  },
  {
    user: 'mei-ling.zhou',
    moods: [
      { state: 'available', note: 'Bearings and parapets', location: LEEDS },
      { state: 'busy', note: 'In the model', location: LEEDS },
      { state: 'away' },
    ],
    every: [45, 120],
    smallTalk: [
      'The parapet section looks right to me.',
      'I’ll run the lateral case again with your numbers.',
      'Give me ten minutes and I’ll have it in the model.',
    ],
  },
  {
    user: 'sofia.lindqvist',
    moods: [
      { state: 'in-court', timed: true, note: 'Hearing; I read between sessions' },
      { state: 'in-court', timed: true, note: 'Hearing goes on' },
    ],
    every: [900, 1_800],
    smallTalk: [
      'Clause 61.3 covers it, if notice went out in time.',
      'I’ll mark up the draft after the hearing.',
      'Put it in writing and copy me in.',
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
      words:
        mood.state === 'available' || mood.state === 'on-site'
          ? 'Yes, go ahead.'
          : 'A bit tied up, but I read everything.',
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
