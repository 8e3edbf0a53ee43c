/**
 * Who gets through to whom, decided here alone, with every page of the person closed or open:
 *
 *   blocked by the person           `blocked`: as if they were offline, and nobody the wiser (features.md A05)
 *   Do Not Disturb, and not Team    `quiet`: no call, messages wait without a word (A02, A08, A09)
 *   else                            `yes`
 */
import type { Availability } from '../../protocol/availability.ts';
import type { Clock, Reach } from '../sip/contract.ts';
import type { PresenceView } from './presence-view.ts';
import type { WatcherRules } from './watcher-rules.ts';

const DO_NOT_DISTURB: readonly Availability[] = ['dnd', 'urgent'];

export function createReach(rules: WatcherRules, view: PresenceView, clock: Clock): Reach {
  return {
    decide(sender, target) {
      const { level } = rules.decide(target, sender);
      const { availability: state, activity } = view.ownState(target, clock.now());
      if (sender === target) return { is: 'yes', level, state };
      if (level === 'blocked') return { is: 'blocked', level, state };
      const quiet = level !== 'team' && DO_NOT_DISTURB.includes(state);
      const isInCall = activity === 'call';
      return { is: quiet ? 'quiet' : 'yes', level, state, hidden: view.appearsOffline(target), isInCall };
    },
  };
}
