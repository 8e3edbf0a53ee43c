import type { Invocation, JmapResponse, JsonObject } from '../../protocol/jmap.ts';
import { JMAP_CORE, JMAP_HISTORY } from '../../protocol/history-api.ts';
import { aorOf } from './office.ts';
import { signedFetch } from './signed-fetch.ts';

/** Calls methods of the history as the one with this name; their account is filled in. */
export async function jmap(
  port: number,
  name: string,
  calls: readonly (readonly [method: string, args?: JsonObject])[],
): Promise<readonly Invocation[]> {
  const methodCalls = calls.map(([method, args], at) => [
    method,
    { accountId: aorOf(name), ...args },
    String(at),
  ]);
  const body = JSON.stringify({ using: [JMAP_CORE, JMAP_HISTORY], methodCalls });
  const headers = { 'Content-Type': 'application/json' };
  const response = await signedFetch(port, name, '/api/jmap', { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as JmapResponse).methodResponses;
}

/** One method; what it answers, or throws the type of its error. */
export async function jmapCall<T>(
  port: number,
  name: string,
  method: string,
  args: JsonObject = {},
): Promise<T> {
  const [answer] = await jmap(port, name, [[method, args]]);
  if (answer?.[0] !== method) throw new Error(String(answer?.[1]['type']));
  return answer[1] as T;
}
