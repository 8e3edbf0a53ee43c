import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * User parts of our Record-Route (RFC 5626 §5.2): the two connections a dialog began on, sealed, so that nobody can
 * name a stranger's connection. They lead on where a Contact is neither a GRUU nor registered.
 */
export interface FlowTokens {
  make(caller: string, callee: string): string;
  /** The ids of both connections; null for a forged token. */
  read(token: string): readonly [caller: string, callee: string] | null;
}

export function createFlowTokens(key: Uint8Array): FlowTokens {
  const seal = (text: string): Buffer => createHmac('sha256', key).update(text).digest().subarray(0, 12);
  return {
    make(caller, callee) {
      const text = `${caller}.${callee}`;
      return `${text}.${seal(text).toString('base64url')}`;
    },
    read(token) {
      const [caller, callee, mac] = token.split('.');
      if (!caller || !callee || !mac) return null;
      const given = Buffer.from(mac, 'base64url');
      return given.length === 12 && timingSafeEqual(given, seal(`${caller}.${callee}`))
        ? [caller, callee]
        : null;
    },
  };
}
