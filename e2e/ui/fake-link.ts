/** An agent that answers from a table: for looking at screens without a server. */
import type { AgentLink, Boot, Commands, Fact } from '../../src/agent/contract.ts';

export type Answers = { [C in keyof Commands]?: (input: Commands[C][0]) => Commands[C][1] };

export interface FakeLink extends AgentLink {
  tell(fact: Fact): void;
  readonly asked: readonly { command: string; input: unknown }[];
}

export function fakeLink(boot: Boot, answers: Answers = {}): FakeLink {
  const listeners = new Set<(fact: Fact) => void>();
  const asked: { command: string; input: unknown }[] = [];
  const usual: Answers = {
    hello: () => boot,
    'find-people': () => ({ ok: true, value: [] }),
    'look-up': () => ({ ok: false, why: 'Not in the directory.' }),
    'find-groups': () => ({ ok: true, value: [] }),
    'organisation-groups': () => ({ ok: true, value: [] }),
    'group-members': () => ({ ok: false, why: 'There is no such list.' }),
    'view-as': () => ({ ok: false, why: 'This is not offered yet.' }),
    ...answers,
  };
  return {
    tab: 'tab-1',
    asked,
    tell: (fact) => listeners.forEach((listener) => listener(fact)),
    send(command, input) {
      asked.push({ command, input });
      const answer = usual[command] as ((input: unknown) => unknown) | undefined;
      return Promise.resolve((answer ? answer(input) : { ok: true, value: null }) as never);
    },
    onFact(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    serveMedia: () => undefined,
  };
}
