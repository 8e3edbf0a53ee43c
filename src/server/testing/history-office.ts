import { CPIM_TYPE, formatCpim } from '../../protocol/cpim.ts';
import type { ArchivedMessage, GetResponse } from '../../protocol/history-api.ts';
import { encodeImdn, IMDN_TYPE, imdnHeaders } from '../../protocol/imdn.ts';
import type { JsonObject } from '../../protocol/jmap.ts';
import type { ServerOptions } from '../wiring.ts';
import { jmap } from './jmap.ts';
import { openOffice } from './office.ts';
import type { Phone } from './phone.ts';

/** An office whose people write to each other and look into their history. */
export async function openHistoryOffice(options: Partial<ServerOptions> = {}) {
  const office = await openOffice(options);
  const { port } = office.server;
  const alice = await office.phone('Alice');
  const bob = await office.phone('Bob');

  /** The status of the answer. `more`: our own CPIM headers. */
  const write = async (
    phone: Phone,
    to: string,
    id: string,
    content: string,
    more: Readonly<Record<string, string>> = {},
    type = 'text/plain',
  ): Promise<number> => {
    const own = Object.entries(more).map(([name, value]) => ({
      ...{ prefix: 'parley', ns: 'urn:parley:message:1', name, value },
    }));
    const body = formatCpim({
      from: { name: '', uri: phone.aor },
      to: [{ name: '', uri: to }],
      headers: [...imdnHeaders(id), ...own],
      contentHeaders: [['Content-Type', type]],
      content,
    });
    return (await phone.request('MESSAGE', { uri: to, contentType: CPIM_TYPE, body })).status;
  };
  return {
    ...office,
    port,
    alice,
    bob,
    write,
    notice(phone: Phone, to: string, messageId: string, status: 'delivered' | 'displayed') {
      const what = status === 'delivered' ? 'delivery' : 'display';
      return write(
        phone,
        to,
        `${messageId}-${status}`,
        encodeImdn({ messageId, what, status }),
        {},
        IMDN_TYPE,
      );
    },
    /** In one request, newest first. */
    async messagesOf(name: string, filter: JsonObject = {}): Promise<readonly ArchivedMessage[]> {
      const [, got] = await jmap(port, name, [
        ['Message/query', { filter }],
        ['Message/get', { '#ids': { resultOf: '0', name: 'Message/query', path: '/ids' } }],
      ]);
      if (got?.[0] !== 'Message/get') throw new Error(JSON.stringify(got));
      return (got[1] as unknown as GetResponse<ArchivedMessage>).list;
    },
  };
}

/** What the sender wrote into each. */
export function textsOf(messages: readonly ArchivedMessage[]): string[] {
  return messages.map(({ body }) => body.slice(body.lastIndexOf('\r\n\r\n') + 4));
}

/** Something that has to be there. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there');
  return value;
}
