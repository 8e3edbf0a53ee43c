/** One entry a command. Each says what it needs; what it does is in the part it calls. */
import { emergencyNumber, emergencyWords, regionsOf } from '../protocol/emergency-numbers.ts';
import { pushParams, readPushParams } from '../protocol/push-params.ts';
import { NO_LEVELS, setLevel } from './access.ts';
import type { Desk } from './desk.ts';
import type { Commands, DoctorCheck, Outcome } from './contract.ts';
import { signIn, signOut } from './sign-in.ts';
import type { SignedIn } from './signed-in.ts';
import { viewAs } from './view-as.ts';
import type { TabEvents } from './ports.ts';

type Handlers = {
  readonly [C in keyof Commands]: (
    input: Commands[C][0],
    tab: string,
  ) => Promise<Commands[C][1]> | Commands[C][1];
};

const SIGNED_OUT: Outcome<never> = { ok: false, why: 'You are signed out. Sign in first.' };

export function createCommands(desk: Desk): TabEvents['command'] {
  const { env } = desk;
  /** Runs `work` with what lives while somebody is signed in. */
  function inside<T>(
    work: (on: SignedIn) => Promise<Outcome<T>> | Outcome<T>,
  ): Promise<Outcome<T>> | Outcome<T> {
    const on = desk.signedIn();
    return on ? work(on) : SIGNED_OUT;
  }
  /** The same for commands without an outcome. */
  const quietly = async (work: (on: SignedIn) => unknown): Promise<null> => {
    const on = desk.signedIn();
    if (on) await work(on);
    return null;
  };
  const chosen = (change: Parameters<SignedIn['own']['choose']>[0]) =>
    inside((on) => {
      on.own.choose(change);
      return { ok: true, value: null };
    });
  const seen = new Map<string, boolean>();

  const handlers: Handlers = {
    hello({ config, tab, list }) {
      desk.config = config;
      desk.signedIn()?.calling.windowCame(tab);
      return desk.boot(list);
    },
    'sign-in': (input) => signIn(desk, input),
    'sign-out': (input) => signOut(desk, input.forget),
    activity: ({ visible, lastInput, screenLocked, presenting }, tab) =>
      quietly((on) => {
        // A window that comes back to the front is how sleep and frozen pages end (reliability.md §5).
        if (visible && seen.get(tab) === false) on.sip.probe();
        seen.set(tab, visible);
        on.own.activity(tab, {
          lastInput: lastInput + desk.time.offset,
          locked: screenLocked === true,
          presenting: presenting === true,
        });
      }),
    'network-changed': ({ online }) =>
      quietly((on) => {
        on.sip.networkChanged(online);
      }),
    'path-silent': () =>
      quietly((on) => {
        on.sip.suspect();
      }),
    'set-state': ({ manual, custom, until }) =>
      inside((on) => {
        if (custom !== undefined && !on.offers.customStates().some(({ id }) => id === custom))
          return { ok: false, why: 'Your organisation no longer has this status. Choose another one.' };
        on.own.choose({ manual, custom: custom ?? null, manualUntil: until ?? null });
        return { ok: true, value: null };
      }),
    'set-note': ({ text, until }) => chosen({ note: text.trim(), noteUntil: until ?? null }),
    'set-location': ({ text, visibleTo }) =>
      chosen({ location: text.trim(), ...(visibleTo && { locationFor: visibleTo }) }),
    'add-contact': ({ aor, name, group }) =>
      inside((on) => on.contacts.edit({ edit: 'add', aor, name, group: group ?? null })),
    'remove-contact': ({ aor }) => inside((on) => on.contacts.edit({ edit: 'remove', aor })),
    'rename-contact': ({ aor, name }) => inside((on) => on.contacts.edit({ edit: 'rename', aor, name })),
    'place-contact': ({ aor, groups }) => inside((on) => on.contacts.edit({ edit: 'place', aor, groups })),
    'tag-contact': ({ aor, tagged }) => inside((on) => on.contacts.edit({ edit: 'tag', aor, tagged })),
    'add-group': ({ name }) =>
      inside(async (on) => {
        const id = env.uuid();
        const outcome = await on.contacts.edit({ edit: 'add-group', id, name });
        return outcome.ok ? { ok: true, value: { id: on.contacts.standingId(id) } } : outcome;
      }),
    'rename-group': ({ id, name }) => inside((on) => on.contacts.edit({ edit: 'rename-group', id, name })),
    'remove-group': ({ id }) => inside((on) => on.contacts.edit({ edit: 'remove-group', id })),
    'set-blocked': ({ aor, blocked }) => inside((on) => on.contacts.edit({ edit: 'block', aor, blocked })),
    'edit-contacts': ({ edits }) => inside((on) => on.contacts.edit(...edits)),
    'set-level': ({ of, level }) => inside((on) => setLevel(on.contacts, of, level)),
    'set-newcomers': (change) =>
      inside((on) => (on.contacts.access() ? on.contacts.edit({ edit: 'newcomers', ...change }) : NO_LEVELS)),
    'view-as': (whose) => inside((on) => viewAs(on, whose)),
    'export-contacts': ({ aors }) =>
      inside(async (on) => (await import('./card-file.ts')).exportCards(on.contacts, aors)),
    'import-contacts': (file) =>
      inside(async (on) => (await import('./card-file.ts')).importCards(env, desk.keeper, on.contacts, file)),
    'find-groups': ({ words, limit }) => inside((on) => on.groups.find(words, limit)),
    'group-members': ({ id, offset, limit }) => inside((on) => on.groups.members(id, offset, limit)),
    'organisation-groups': () => inside((on) => on.groups.mine()),
    calendar: (change) => inside((on) => on.calendar(change)),
    'embed-tokens': (change) => inside((on) => on.embedTokens(change)),
    voicemail: ({ change }) => inside((on) => on.voicemail.list(change)),
    'voicemail-sound': ({ id }) => inside((on) => on.voicemail.sound(id)),
    'find-people': ({ words, limit }) => inside((on) => on.directory.find(words, limit)),
    'look-up': ({ aor }) => inside((on) => on.directory.lookUp(aor)),
    watch: ({ aor, on: wanted }, tab) =>
      quietly((on) => {
        on.watching.watch(aor, tab, wanted);
      }),
    send: ({ conversation, id, as, ...said }) =>
      inside((on) =>
        as === undefined || as === on.account().aor
          ? on.messaging.send(conversation, said, id ?? env.uuid())
          : { ok: false, why: 'Somebody else is signed in now.' },
      ),
    'edit-message': ({ id, text, html }) =>
      inside((on) => on.messaging.edit(id, { text, ...(html !== undefined && { html }) })),
    'withdraw-message': ({ id }) => inside((on) => on.messaging.withdraw(id)),
    'send-again': ({ id }) => inside((on) => on.messaging.sendAgain(id)),
    'discard-message': ({ id }) => inside((on) => on.messaging.discard(id)),
    composing: ({ conversation, active }) =>
      quietly((on) => {
        on.messaging.composing(conversation, active);
      }),
    'mark-read': ({ conversation, through }) => quietly((on) => on.messaging.markRead(conversation, through)),
    'keep-draft': ({ conversation, text, html }) =>
      quietly((on) => on.messaging.keepDraft(conversation, text, html)),
    'set-subject': ({ conversation, subject }) =>
      inside((on) => on.messaging.change(conversation, { subject: subject.trim().slice(0, 200) })),
    'start-group': (input) => inside((on) => on.groupTalk.start(input)),
    'add-members': ({ conversation, members }) => inside((on) => on.groupTalk.add(conversation, members)),
    'remove-member': ({ conversation, member }) => inside((on) => on.groupTalk.remove(conversation, member)),
    'leave-conversation': ({ conversation }) => inside((on) => on.groupTalk.leave(conversation)),
    'rename-conversation': ({ conversation, subject }) =>
      inside((on) => on.groupTalk.rename(conversation, subject)),
    'watch-group': ({ conversation, on: wanted }, tab) =>
      quietly((on) => {
        on.groupRosters.watch(conversation, tab, wanted);
      }),
    'mute-conversation': ({ conversation, muted }) =>
      inside((on) => on.messaging.change(conversation, { muted })),
    'note-conversation': ({ conversation, text }) =>
      inside((on) => on.messaging.change(conversation, { note: text.slice(0, 100_000) })),
    'set-receipts': ({ on: wanted }) =>
      inside((on) => {
        on.replace({ ...on.row(), receipts: wanted });
        return { ok: true, value: null };
      }),
    'search-history': (input) => inside((on) => on.history.search(input)),
    'fetch-history': ({ conversation, around }) => inside((on) => on.history.fetch(conversation, around)),
    'export-history': () =>
      inside(async (on) => {
        const [{ exportCards }, { exportHistory }] = await Promise.all([
          import('./card-file.ts'),
          import('./history-export.ts'),
        ]);
        const cards = exportCards(on.contacts, undefined);
        const { entries } = on.contacts.list();
        const names = new Map(entries.map(({ aor, name }) => [aor, name]));
        const { aor: me, name } = on.account();
        names.set(me, name);
        return exportHistory({
          ...{ vault: env.vault, me, now: desk.time.now() },
          nameOf: (aor) => names.get(aor) ?? aor.replace(/^sips?:/, ''),
          cards: cards.ok ? cards.value.text : '',
        });
      }),
    'import-history': ({ file }) =>
      inside(async (on) => {
        const { importHistory } = await import('./history-import.ts');
        const { history: from } = on.messaging;
        return importHistory({ vault: env.vault, keeper: desk.keeper, from, me: on.account().aor }, file);
      }),
    'delete-history': () =>
      inside(async (on) => {
        await on.history.deleteAll();
        return { ok: true, value: null };
      }),
    'calls-seen': ({ through }) => quietly(async (on) => (await on.history.calls()).seen(through)),
    'call-quality': ({ id, measured }) => quietly((on) => on.callQuality(id, measured)),
    'note-call': ({ id, text }) => inside(async (on) => (await on.history.calls()).note(id, text)),
    'call-handling': ({ change }) => inside((on) => on.callHandling(change)),
    call: (input) =>
      inside((on) => {
        // Tabs warn with a dialog; nothing that speaks to the agent gets past it.
        const number = emergencyNumber(input.peer, regionsOf(navigator.languages));
        return number === null ? on.calling.call(input) : { ok: false, why: emergencyWords(number) };
      }),
    park: (input) => inside((on) => on.calling.park(input)),
    'pick-up': ({ from, id, tab }) =>
      inside((on) => {
        const parked = on.watching.of(from)?.parked?.find((one) => one.id === id);
        const name = on.contacts.list().entries.find(({ aor }) => aor === from)?.name ?? from;
        return on.ownCalls.pickUp(parked, { aor: from, name }, tab, on.calling);
      }),
    'move-call': (input) => inside((on) => on.ownCalls.move(input, on.calling)),
    answer: (input) => inside((on) => on.calling.answer(input)),
    decline: ({ id }) => inside((on) => on.calling.decline(id)),
    'hang-up': ({ id }) => inside((on) => on.calling.hangUp(id)),
    'keep-standing': ({ id, standing }) =>
      quietly((on) => {
        on.calling.keepStanding(id, standing);
      }),
    transfer: (input) => inside((on) => on.calling.transfer(input)),
    redirect: (input) => inside((on) => on.calling.redirect(input)),
    renegotiate: ({ id, iceRestart }) => inside((on) => on.calling.renegotiate(id, iceRestart === true)),
    'offer-file': (input, tab) => inside((on) => on.filing.offer(input, tab)),
    'file-hashed': (input) =>
      quietly((on) => {
        on.filing.hashed(input);
      }),
    'accept-file': (input, tab) => inside((on) => on.filing.accept(input, tab)),
    'decline-file': ({ id }) => inside((on) => on.filing.decline(id)),
    'cancel-file': ({ id }) => inside((on) => on.filing.cancel(id)),
    'file-news': (input, tab) =>
      quietly((on) => {
        on.filing.news(input, tab);
      }),
    examine: () =>
      inside<readonly DoctorCheck[]>(async (on) => {
        const http = desk.http();
        if (!http) return SIGNED_OUT;
        const { examine } = await import('./doctor.ts');
        const checks = await examine(env, on, http, desk.config.vapidKey !== undefined, (all) => {
          env.tell({ fact: 'doctor', checks: all });
        });
        return { ok: true, value: checks };
      }),
    async 'push-endpoint'(endpoint) {
      const params = endpoint && pushParams(endpoint);
      if (params && !readPushParams(params))
        return { ok: false, why: 'This browser gave no usable address for notifications.' };
      // Every window says on opening what its browser has; mostly it is known.
      if (JSON.stringify(params) === JSON.stringify(desk.push)) return { ok: true, value: null };
      desk.push = params;
      await desk.keeper.keep([{ put: 'meta', key: 'push', row: params }]);
      desk.signedIn()?.sip.setPush(params);
      return { ok: true, value: null };
    },
    async 'keep-setting'({ name, value }) {
      await desk.keeper.keep([{ put: 'settings', key: name, row: value }]);
      return null;
    },
  };
  return async (command, input, tab) => handlers[command](input, tab);
}
