/**
 * The user agent of this browser. Tabs speak to it in commands, it speaks to them in facts; who is signed in decides
 * whether anything else exists.
 *
 *   signed out --sign-in--> trying --accepted--> signed in --sign-out--> signed out
 *       ^                     |  refused, no server            |
 *       +---------------------+                                +-- refused later: stays, says so
 */
import { createCommands } from './commands.ts';
import { CONTRACT, type ConnectionState, type Fact } from './contract.ts';
import { connectionFrom } from './core/connection.ts';
import type { AgentDeps, Desk } from './desk.ts';
import { createKeeper, type Env } from './env.ts';
import { createHttp, type Http } from './http.ts';
import { indexHistory } from './indexing.ts';
import { createTabs, type Tabs } from './ports.ts';
import { createSecret } from './secret.ts';
import { createServerTime } from './server-time.ts';
import { createSignedIn, type SignedIn } from './signed-in.ts';

export interface Agent {
  readonly tabs: Tabs;
  /** Says something to every tab. */
  tell(fact: Fact): void;
}

/** Starts the agent on what is kept: whoever stayed signed in is signed in again before any tab asks. */
export async function startAgent(deps: AgentDeps): Promise<Agent> {
  const image = await deps.vault.load();
  const instanceId = image.meta['instance-id'] ?? `urn:uuid:${deps.uuid()}`;
  const env: Env = { ...deps, tell: (fact) => tabs.tell(fact) };
  const keeper = createKeeper(env);
  const time = createServerTime(deps.clock, image.meta['clock-offset'] ?? 0);
  let signedIn: SignedIn | null = null;
  let http: Http | null = null;
  let connection: ConnectionState = { is: 'signed-out' };
  let offset = time.offset;

  function show(state: ConnectionState): void {
    connection = state;
    env.tell({ fact: 'connection', state, clockOffset: time.offset });
    if (Math.abs(time.offset - offset) < 500) return;
    offset = time.offset;
    void keeper.keep([{ put: 'meta', key: 'clock-offset', row: offset }]);
  }

  const desk: Desk = {
    ...{ env, deps, keeper, time },
    config: {},
    push: image.meta.push ?? null,
    signedIn: () => signedIn,
    http: () => http,
    saved: (account, shown) => {
      void keeper.keep([
        { put: 'account', row: account },
        { put: 'meta', key: 'shown', row: shown },
      ]);
    },
    boot: (list) => ({
      contract: CONTRACT,
      connection,
      account: signedIn?.account() ?? null,
      contacts: signedIn && !signedIn.contacts.isAsKept(list) ? signedIn.contacts.list() : null,
      conversations: signedIn?.messaging.rows() ?? [],
      presence: signedIn?.watching.snapshot() ?? [],
      access: signedIn?.contacts.access() ?? null,
      watchers: signedIn?.watchers.list() ?? [],
      history: signedIn?.history.status() ?? { kept: 'unknown', retentionDays: 0, isWhole: true },
      calls: signedIn?.calling.snapshot() ?? [],
      elsewhere: signedIn?.ownCalls.elsewhere() ?? [],
      transfers: signedIn?.filing.snapshot() ?? [],
      clockOffset: time.offset,
    }),
    enter(account, secret, from, onConnection) {
      http = createHttp(secret, deps.fetch, () => deps.uuid().slice(0, 8));
      show({ is: 'connecting', since: deps.clock.now(), attempt: 1 });
      signedIn = createSignedIn(
        {
          ...{ env, keeper, time, instanceId, secret, http },
          image: from,
          device: () => ({ mobile: deps.mobile === true, kiosk: desk.config.kiosk === true }),
          makeSip: deps.makeSip,
          openSocket: deps.openSocket,
          mediaOf: tabs.mediaOf,
          factory: () => desk.config.conferenceFactory ?? null,
          fileMediaOf: tabs.fileMediaOf,
          askTab: tabs.request,
          connection: (state) => {
            show(connectionFrom(connection, state, deps.clock.now()));
            onConnection(state);
          },
          changed: desk.saved,
        },
        account,
      );
      for (const tab of tabs.names()) signedIn.calling.windowCame(tab);
      if (desk.push) signedIn.sip.setPush(desk.push);
      signedIn.sip.start();
      return signedIn;
    },
    async leave(ms) {
      const going = signedIn;
      signedIn = null;
      http = null;
      await going?.stop(ms);
      show({ is: 'signed-out' });
    },
  };

  const commands = createCommands(desk);
  const tabs = createTabs({
    command: commands,
    gone: (tab) => signedIn?.tabGone(tab),
    whenGone: deps.whenGone,
    log: deps.log,
  });
  if (image.meta['instance-id'] === undefined)
    await keeper.keep([{ put: 'meta', key: 'instance-id', row: instanceId }]);
  const { account } = image;
  const kept = account?.signedIn && account.secret ? await deps.unseal(account.secret) : null;
  if (account && kept) {
    const secret = createSecret(account.username, null, kept, () => undefined);
    desk.enter(account, secret, image, () => undefined);
  } else if (image.meta.shown) await keeper.keep([{ put: 'meta', key: 'shown', row: null }]);
  indexHistory(env, keeper, image.meta.words).catch(() => {
    deps.log('history: what was kept before cannot be searched');
  });
  return { tabs, tell: env.tell };
}
