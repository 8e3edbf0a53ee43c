import type { SipRequest } from '../../protocol/sip-message.ts';
import type { Aor } from '../sip/contract.ts';

/**
 * INVITE dialogs of focuses. They carry nothing: whoever is in a conversation stays in it when the dialog ends, so that
 * all there is to know is which ones a BYE may end.
 */
export interface Dialogs {
  /** `localTag`: ours. */
  begin(request: SipRequest, localTag: string, who: Aor): void;
  /** Whether a request in a dialog is of one that is there, of this person. */
  has(request: SipRequest, who: Aor): boolean;
  end(request: SipRequest, who: Aor): boolean;
  readonly count: number;
}

/** Of one person; the oldest is forgotten first and gets 481 for its BYE. */
const MOST = 20;

export function createDialogs(): Dialogs {
  const people = new Map<Aor, Set<string>>();
  const keyOf = ({ callId, from }: SipRequest, localTag: string): string =>
    `${callId} ${localTag} ${from.params.get('tag') ?? ''}`;
  const known = (request: SipRequest): string => keyOf(request, request.to.params.get('tag') ?? '');
  return {
    begin(request, localTag, who) {
      const all = people.get(who) ?? new Set();
      people.set(who, all.add(keyOf(request, localTag)));
      const [oldest] = all;
      if (all.size > MOST && oldest !== undefined) all.delete(oldest);
    },
    has: (request, who) => people.get(who)?.has(known(request)) === true,
    end(request, who) {
      const all = people.get(who);
      const was = all?.delete(known(request)) === true;
      if (all?.size === 0) people.delete(who);
      return was;
    },
    get count() {
      let sum = 0;
      for (const all of people.values()) sum += all.size;
      return sum;
    },
  };
}
