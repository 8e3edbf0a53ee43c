/** Who answers for maya, and who calls her in somebody's name. */
import { expect } from 'vitest';
import type { Case } from './call-handling-office.ts';

const rings = { maya: 'rings', ben: 'rings', dana: 'rings', priya: 'rings' } as const;
const danaAnswers = { ...rings, dana: 'answers' } as const;

export const DELEGATE_CASES: readonly Case[] = [
  [
    'CD3 me and delegates: the delegate answers',
    { set: { maya: { delegates: ['dana'], ringDelegates: 0 } }, does: danaAnswers },
    {
      status: 200,
      rang: 'dana maya',
      by: 'dana',
      history: 'maya > dana',
      cancelled: 'maya: Answered by dana',
    },
  ],
  [
    'CD3 me and delegates: I answer',
    { set: { maya: { delegates: ['dana'], ringDelegates: 1 } }, does: { ...rings, maya: 'answers' } },
    { status: 200, rang: 'maya', by: '' },
  ],
  [
    'CD3 delegates only',
    { set: { maya: { own: false, delegates: ['dana'], ringDelegates: 0 } }, does: danaAnswers },
    { status: 200, rang: 'dana', by: 'dana' },
  ],
  [
    'CD1 the delegate calls: I ring',
    {
      set: { maya: { own: false, delegates: ['dana'], ringDelegates: 0 } },
      does: { maya: 'answers' },
      caller: 'dana',
    },
    { status: 200, rang: 'maya' },
  ],
  [
    'CD1 two delegates, one declines',
    {
      set: { maya: { own: false, delegates: ['dana', 'ben'], ringDelegates: 0 } },
      does: { ben: 'answers', dana: 'declines' },
    },
    { status: 200, by: 'ben' },
  ],
  [
    'CD1 on behalf: who is called is told of both',
    { set: { ben: { delegates: ['carl'] }, maya: {} }, does: { maya: 'answers' }, as: 'ben' },
    { status: 200, from: 'ben by carl' },
  ],
  [
    'CD1 on behalf of somebody else: refused',
    { set: { ben: { delegates: ['dana'] } }, does: { maya: 'answers' }, as: 'ben' },
    { status: 403, rang: '' },
  ],
  [
    'CD1 on behalf, to somebody who has set nothing',
    { set: { ben: { delegates: ['carl'] } }, does: { maya: 'answers' }, as: 'ben' },
    { status: 200, from: 'ben by carl', history: '' },
  ],
  [
    'CD1 on behalf, to somebody who forwards: they too are told of both',
    { set: { ben: { delegates: ['carl'] }, maya: { forward: 'dana' } }, does: danaAnswers, as: 'ben' },
    { status: 200, from: 'ben by carl', by: 'dana' },
  ],
  [
    'CD1 on behalf of the one who is called: a call in one’s own name',
    {
      set: { maya: { own: false, delegates: ['carl'], ringDelegates: 0 } },
      does: { maya: 'answers' },
      as: 'maya',
    },
    { status: 200, from: 'carl' },
  ],
  [
    'CD1 A05 on behalf, the delegate is blocked',
    {
      set: { ben: { delegates: ['carl'] } },
      does: { maya: 'answers' },
      levels: { maya: { carl: 'blocked' } },
      as: 'ben',
    },
    { status: 480, rang: '' },
  ],
  [
    'CD1 A05 on behalf, the manager is blocked',
    {
      set: { ben: { delegates: ['carl'] } },
      does: { maya: 'answers' },
      levels: { maya: { ben: 'blocked' } },
      as: 'ben',
    },
    { status: 480, rang: '' },
  ],
  [
    'CD1 A02 on behalf, in Do not disturb: the manager’s level counts',
    {
      set: { ben: { delegates: ['carl'] } },
      does: { maya: 'answers' },
      state: { maya: 'dnd' },
      levels: { maya: { ben: 'team' } },
      as: 'ben',
    },
    { status: 200, from: 'ben by carl' },
  ],
  [
    'CD1 a stranger who says of himself what only the server says',
    { set: {}, does: { maya: 'answers' }, forges: 'ben' },
    // The engine asserts nothing of a call that it leads nowhere.
    { status: 200, from: expect.stringMatching(/^(carl)?( by ben)?$/) as unknown as string },
  ],
  [
    'CD1 a delegate who says that somebody else speaks',
    { set: { ben: { delegates: ['carl'] } }, does: { maya: 'answers' }, as: 'ben', forges: 'priya' },
    { status: 200, from: 'ben by carl' },
  ],
  [
    'CD1 TC1 whoever answers for somebody else can end the call',
    { set: { maya: { own: false, delegates: ['dana'], ringDelegates: 0 } }, does: danaAnswers, ends: true },
    { status: 200, by: 'dana', ended: 200 },
  ],
  [
    'CD2 a device that says somebody else has answered',
    { set: { maya: {} }, does: { maya: 'answers' }, pretends: 'dana' },
    { status: 200, by: '' },
  ],
];
