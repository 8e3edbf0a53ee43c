import type { CallRouter } from '../sip/call-router.ts';
import type { Domain, Users } from '../sip/contract.ts';
import { inNameOf } from '../sip/on-behalf.ts';
import type { ServedRequest } from '../sip/server-transaction.ts';

/** Serves the calls that the proxy in front of us leaves to us: by what the one called has set, or in a manager's name. */
export function leadCalls(
  router: Pick<CallRouter, 'managersOf' | 'route'>,
  domain: Domain,
  users: Users,
): (call: ServedRequest) => Promise<void> {
  return async (call) => {
    // The proxy takes a refusal without a word before it for that of a node which is away, and asks the next.
    call.answer({ status: 100 });
    const callee = domain.aorOf(call.request.uri) ?? '';
    const given = inNameOf(call, domain, router);
    if (given === null) return;
    if (!users.exists(callee)) return given.answer({ status: 404 });
    await router.route(given, callee);
  };
}
