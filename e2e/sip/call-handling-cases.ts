/** What is set, who does what, and what becomes of carl's call to maya. */
import { DELEGATE_CASES } from './call-handling-delegates.ts';
import type { Case } from './call-handling-office.ts';

const rings = { maya: 'rings', ben: 'rings', dana: 'rings', priya: 'rings' } as const;
const benAnswers = { ...rings, ben: 'answers' } as const;
const danaAnswers = { ...rings, dana: 'answers' } as const;
const busy = { status: 486 };

export const CASES: readonly Case[] = [
  ...DELEGATE_CASES,
  // Nothing set
  [
    'CF1 nothing set: it rings here alone',
    { set: {}, does: { ...benAnswers, maya: 'answers' } },
    { status: 200, rang: 'maya', history: '', by: '' },
  ],
  [
    'CF1 an empty document',
    { set: { maya: {} }, does: { ...rings, maya: 'answers' } },
    { status: 200, rang: 'maya', history: '', by: '' },
  ],
  ['CF1 an empty document, away', { set: { maya: {} }, does: { maya: 'away' } }, { status: 480, rang: '' }],
  [
    'CF1 an empty document, busy',
    { set: { maya: {} }, does: { maya: 'is busy' } },
    { ...busy, rang: 'maya' },
  ],
  [
    'CF1 an empty document, declined',
    { set: { maya: {} }, does: { maya: 'declines' } },
    { status: 603, rang: 'maya' },
  ],
  // Forward
  [
    'CF1 T08 forward every call',
    { set: { maya: { forward: 'ben' } }, does: benAnswers },
    { status: 200, rang: 'ben', by: 'ben', history: 'maya 302 > ben' },
  ],
  [
    'CF1 forward every call, away',
    { set: { maya: { forward: 'ben' } }, does: { ben: 'answers' } },
    { status: 200, rang: 'ben', history: 'maya 302 > ben' },
  ],
  [
    'CF1 N03 what takes the place of a call is not forwarded',
    { set: { maya: { forward: 'ben' } }, does: { ...rings, maya: 'answers' }, replaces: true },
    { status: 200, rang: 'maya', history: '' },
  ],
  [
    'A08 N03 and no disturbance',
    { set: {}, does: { ...rings, maya: 'answers' }, state: { maya: 'dnd' }, replaces: true },
    { status: 200, rang: 'maya', history: '' },
  ],
  [
    'CF1 forward to whoever is away',
    { set: { maya: { forward: 'ben' } }, does: { maya: 'rings' } },
    { status: 480, rang: '' },
  ],
  [
    'CF1 forward to whoever is busy',
    { set: { maya: { forward: 'ben' } }, does: { ben: 'is busy' } },
    { ...busy, rang: 'ben' },
  ],
  [
    'CF1 forwarded on',
    { set: { maya: { forward: 'ben' }, ben: { forward: 'dana' } }, does: danaAnswers },
    { status: 200, rang: 'dana', history: 'maya 302 > ben 302 > dana' },
  ],
  [
    'CF1 forwarded in a circle of two',
    { set: { maya: { forward: 'ben' }, ben: { forward: 'maya' } }, does: rings },
    { status: 480, reason: 'Forwarded In A Circle', rang: '' },
  ],
  [
    'CF1 forwarded in a circle of three',
    { set: { maya: { forward: 'ben' }, ben: { forward: 'dana' }, dana: { forward: 'maya' } }, does: rings },
    { status: 480, reason: 'Forwarded In A Circle', rang: '' },
  ],
  [
    'CF1 the one it is forwarded to calls',
    { set: { maya: { forward: 'carl' } }, does: { maya: 'answers' } },
    { status: 200, rang: 'maya', history: '' },
  ],
  [
    'SN1 forward to a number, without a gateway: it rings here',
    { set: { maya: { forward: 'tel:+4722334455' } }, does: { maya: 'answers' } },
    { status: 200, rang: 'maya' },
  ],
  // Busy, unreachable, unanswered
  [
    'CF1 busy',
    { set: { maya: { busy: 'ben' } }, does: { ...benAnswers, maya: 'is busy' } },
    { status: 200, rang: 'ben maya', history: 'maya 486 > ben', by: 'ben' },
  ],
  [
    'CF1 declined',
    { set: { maya: { busy: 'ben' } }, does: { ...benAnswers, maya: 'declines' } },
    { status: 200, rang: 'ben maya', history: 'maya 486 > ben' },
  ],
  [
    'CF1 in a call',
    { set: { maya: { busy: 'ben' } }, does: benAnswers, state: { maya: 'call' } },
    { status: 200, rang: 'ben', history: 'maya 486 > ben' },
  ],
  [
    'CF1 in a call, nothing set for it',
    { set: { maya: {} }, does: { maya: 'answers' }, state: { maya: 'call' } },
    { status: 200, rang: 'maya' },
  ],
  [
    'CF1 busy is not unanswered',
    { set: { maya: { unanswered: ['ben', 1] } }, does: { ...benAnswers, maya: 'is busy' } },
    { ...busy, rang: 'maya' },
  ],
  [
    'CF1 unreachable',
    { set: { maya: { unreachable: 'ben' } }, does: { ben: 'answers' } },
    { status: 200, rang: 'ben', history: 'maya 480 > ben' },
  ],
  [
    'CF1 there: not unreachable',
    { set: { maya: { unreachable: 'ben' } }, does: { ...benAnswers, maya: 'answers' } },
    { status: 200, rang: 'maya' },
  ],
  [
    'CF1 unanswered',
    { set: { maya: { unanswered: ['ben', 1] } }, does: benAnswers },
    { status: 200, rang: 'ben maya', history: 'maya 408 > ben', cancelled: 'maya: Forwarded' },
  ],
  [
    'CF1 answered in time',
    { set: { maya: { unanswered: ['ben', 1] } }, does: { ...benAnswers, maya: 'answers' } },
    { status: 200, rang: 'maya', cancelled: '' },
  ],
  [
    'CF1 unanswered, then unanswered again',
    { set: { maya: { unanswered: ['ben', 1] }, ben: { unanswered: ['dana', 1] } }, does: danaAnswers },
    { status: 200, rang: 'ben dana maya', history: 'maya 408 > ben 408 > dana' },
  ],
  // Team
  [
    'TC1 TC2 together: a member answers',
    { set: { maya: { team: ['ben', 'priya'], ringTeam: 0 } }, does: benAnswers },
    {
      status: 200,
      rang: 'ben maya priya',
      by: 'ben',
      history: 'maya > ben',
      cancelled: 'maya: Answered by ben; priya: Answered by ben',
    },
  ],
  [
    'TC1 after a second: a member answers',
    { set: { maya: { team: ['ben'], ringTeam: 1 } }, does: benAnswers },
    { status: 200, rang: 'ben maya', by: 'ben', history: 'maya > ben' },
  ],
  [
    'TC1 I answer in time',
    { set: { maya: { team: ['ben'], ringTeam: 1 } }, does: { ...rings, maya: 'answers' } },
    { status: 200, rang: 'maya' },
  ],
  [
    'TC3 away: straight to the team',
    { set: { maya: { team: ['ben'], ringTeam: 60 } }, does: { ben: 'answers' } },
    { status: 200, rang: 'ben', history: 'maya > ben' },
  ],
  [
    'TC3 appears offline: straight to the team',
    { set: { maya: { team: ['ben'], ringTeam: 60 } }, does: benAnswers, state: { maya: 'offline' } },
    { status: 200, by: 'ben' },
  ],
  [
    'TC1 busy here: straight to the team',
    { set: { maya: { team: ['ben'], ringTeam: 60 } }, does: { ...benAnswers, maya: 'is busy' } },
    { status: 200, rang: 'ben maya' },
  ],
  [
    'TC1 a member calls',
    { set: { maya: { team: ['carl', 'ben'], ringTeam: 0 } }, does: benAnswers },
    { status: 200, rang: 'ben maya' },
  ],
  [
    'TC1 a member declines, another answers',
    {
      set: { maya: { team: ['priya', 'ben'], ringTeam: 0 } },
      does: { ...rings, priya: 'declines', ben: 'answers' },
    },
    { status: 200, by: 'ben' },
  ],
  [
    'TC1 unanswered by all, on to dana',
    { set: { maya: { team: ['ben'], ringTeam: 0, unanswered: ['dana', 1] } }, does: danaAnswers },
    {
      status: 200,
      rang: 'ben dana maya',
      history: 'maya 408 > dana',
      cancelled: 'ben: Forwarded; maya: Forwarded',
    },
  ],
  [
    'TC1 what a member has set for their own calls is not done',
    {
      set: { maya: { team: ['ben'], ringTeam: 0 }, ben: { forward: 'dana' } },
      does: { ...danaAnswers, ben: 'answers' },
    },
    { status: 200, rang: 'ben maya' },
  ],
  // Do not disturb
  [
    'TC3 Do not disturb: nobody of the team rings',
    { set: { maya: { team: ['ben'], ringTeam: 0 } }, does: benAnswers, state: { maya: 'dnd' } },
    { rang: '' },
  ],
  [
    'A02 Do not disturb, the caller is Team',
    {
      set: { maya: { forward: 'ben' } },
      does: benAnswers,
      state: { maya: 'dnd' },
      levels: { maya: { carl: 'team' } },
    },
    { status: 200, rang: 'ben' },
  ],
  [
    'A09 Do not disturb: not forwarded',
    { set: { maya: { forward: 'ben' } }, does: benAnswers, state: { maya: 'dnd' } },
    { status: 480, reason: 'Do Not Disturb', rang: '' },
  ],
  [
    'CD1 Do not disturb: delegates answer',
    { set: { maya: { delegates: ['dana'], ringDelegates: 0 } }, does: danaAnswers, state: { maya: 'dnd' } },
    { status: 200, rang: 'dana' },
  ],
  [
    'A09 a member in Do not disturb does not ring',
    {
      set: { maya: { team: ['ben', 'priya'], ringTeam: 0 } },
      does: { ...rings, priya: 'answers' },
      state: { ben: 'dnd' },
    },
    { status: 200, rang: 'maya priya' },
  ],
  // Blocked
  [
    'A05 blocked: not forwarded',
    { set: { maya: { forward: 'ben' } }, does: benAnswers, levels: { maya: { carl: 'blocked' } } },
    { status: 480, rang: '' },
  ],
  [
    'A05 blocked by whoever it is forwarded to',
    { set: { maya: { forward: 'ben' } }, does: benAnswers, levels: { ben: { carl: 'blocked' } } },
    { status: 480, rang: '' },
  ],
  [
    'A05 blocked by a member of the team',
    {
      set: { maya: { team: ['ben'], ringTeam: 0 } },
      does: { ...benAnswers, maya: 'answers' },
      levels: { ben: { carl: 'blocked' } },
    },
    { status: 200, rang: 'maya' },
  ],
  [
    'A05 blocked by a delegate',
    {
      set: { maya: { own: false, delegates: ['dana'], ringDelegates: 0 } },
      does: danaAnswers,
      levels: { dana: { carl: 'blocked' } },
    },
    { status: 480, rang: '' },
  ],
  // Hours
  [
    'CF1 outside working hours: it rings here',
    { set: { maya: { forward: 'ben', closed: 'usual' } }, does: { ...benAnswers, maya: 'answers' } },
    { status: 200, rang: 'maya' },
  ],
  [
    'CF1 outside working hours: no team',
    {
      set: { maya: { team: ['ben'], ringTeam: 0, closed: 'usual' } },
      does: { ...benAnswers, maya: 'is busy' },
    },
    { ...busy, rang: 'maya' },
  ],
  [
    'CF1 outside working hours: delegates only',
    {
      set: { maya: { own: false, delegates: ['dana'], ringDelegates: 0, closed: 'usual' } },
      does: { ...danaAnswers, maya: 'answers' },
    },
    { status: 200, rang: 'maya' },
  ],
  [
    'SN1 a number too, without a gateway',
    { set: { maya: { number: 0 } }, does: { maya: 'answers' } },
    { status: 200, rang: 'maya' },
  ],
];
