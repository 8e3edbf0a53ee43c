/** The own voice messages at our own HTTP service: listed, fetched, marked and deleted. */
import type { VoicemailChange, VoicemailList, VoicemailMessage } from '../protocol/voicemail-api.ts';
import type { Outcome } from './contract.ts';
import type { Http } from './http.ts';
import { parse } from './read-person.ts';

export interface VoicemailBox {
  /** With `change`, that first. The newest message first. */
  list(change?: VoicemailChange & { readonly id: string }): Promise<Outcome<VoicemailList>>;
  sound(id: string): Promise<Outcome<{ file: Blob }>>;
}

/** 404: they are not here. */
const NONE = { ok: false, why: 'This server keeps no voice messages.', status: 404 } as const;

/** `root`: `…/api`; null on servers without one. */
export function createVoicemailBox(http: Http, root: string | null): VoicemailBox {
  const urlOf = (id: string): string => `${root}/voicemail/${encodeURIComponent(id)}`;
  return {
    async list(change) {
      if (root === null) return NONE;
      if (change) {
        const { id, ...wanted } = change;
        const headers = { 'Content-Type': 'application/json' };
        const answer = await http({ method: 'POST', url: urlOf(id), headers, body: JSON.stringify(wanted) });
        // Gone by another device's hand: the list says so.
        if (answer.status !== 204 && answer.status !== 404) return refusal(answer.status);
      }
      const answer = await http({ method: 'GET', url: `${root}/voicemail` });
      if (answer.status === 404) return NONE;
      const list = answer.status === 200 ? readList(parse(answer.body)) : null;
      return list ? { ok: true, value: list } : refusal(answer.status);
    },
    async sound(id) {
      if (root === null) return NONE;
      const { status, bytes } = await http({ method: 'GET', url: urlOf(id) });
      if (status === 404) return { ok: false, why: 'This message has been deleted.', status };
      if (status !== 200 || !bytes) return refusal(status);
      return {
        ok: true,
        value: { file: new Blob([new Uint8Array(bytes)], { type: 'audio/ogg; codecs=opus' }) },
      };
    },
  };
}

function refusal(status: number): { ok: false; why: string; status?: number } {
  if (status === 0)
    return { ok: false, why: 'The server cannot be reached. Try again when you are connected.' };
  if (status === 429) return { ok: false, why: 'Too much at once. Wait a moment and try again.', status };
  return { ok: false, why: 'The server gave no useful answer. Try again later.', status };
}

function readList(value: unknown): VoicemailList | null {
  const { messages, full } = (value ?? {}) as { messages?: unknown; full?: unknown };
  if (!Array.isArray(messages)) return null;
  return { messages: messages.map(readMessage).filter((one) => one !== null), full: full === true };
}

function readMessage(value: unknown): VoicemailMessage | null {
  const { id, caller, name, at, seconds, heard } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || typeof caller !== 'string' || typeof at !== 'number') return null;
  return {
    ...{ id, caller, at },
    name: typeof name === 'string' ? name : '',
    seconds: typeof seconds === 'number' ? seconds : 0,
    heard: heard === true,
  };
}
