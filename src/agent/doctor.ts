/** The server doctor: what this server can do, each finding a sentence for the person. */
import type { Header } from '../protocol/sip-message.ts';
import type { SipUserAgent, SubscriptionFact } from '../sip/contract.ts';
import type { DoctorCheck } from './contract.ts';
import { judgeHeaders, type Finding } from './core/doctor-findings.ts';
import type { Env } from './env.ts';
import type { Http } from './http.ts';
import type { SignedIn } from './signed-in.ts';
import { userPath } from '../protocol/xcap-uri.ts';
import { PIDF_TYPE } from '../protocol/pidf.ts';

const PATIENCE = 8_000;

/** Runs all checks; `offersPush`: the site's settings name a key for it; `tell` gets the list as it grows. */
export async function examine(
  env: Env,
  signedIn: SignedIn,
  http: Http,
  offersPush: boolean,
  tell: (checks: readonly DoctorCheck[]) => void,
): Promise<readonly DoctorCheck[]> {
  const { sip } = signedIn;
  const { aor, xcapRoot, serviceRoot } = signedIn.row();
  const checks = new Map<string, DoctorCheck>();
  const set = (finding: Finding) => {
    checks.set(finding.id, finding);
    tell([...checks.values()]);
  };
  const running = (id: string, name: string) => {
    set({ id, name, verdict: 'running', words: 'Being checked.' });
  };
  running('options', 'Server');
  const options = await soon(env, sip.options());
  const registered: readonly Header[] = sip.registered?.headers ?? [];
  for (const finding of judgeHeaders(options, registered, sip.registered?.gruu ?? null, offersPush))
    set(finding);
  running('publish', 'Your status');
  set(judgePublish(await published(env, signedIn)));
  running('subscribe', 'Status of others');
  set(judgeSubscribe(await watchOneself(env, sip, aor)));
  running('xcap', 'Contact list');
  const list = xcapRoot && `${xcapRoot.replace(/\/$/, '')}/${userPath('resource-lists', aor)}`;
  set(judgeHttp('xcap', 'Contact list', list ? (await http({ method: 'GET', url: list })).status : null));
  set(judgeLevels(xcapRoot === null ? false : signedIn.offers.levelsKept()));
  running('directory', 'Directory');
  const people = serviceRoot && `${serviceRoot.replace(/\/$/, '')}/people?q=a&limit=1`;
  set(
    judgeHttp('directory', 'Directory', people ? (await http({ method: 'GET', url: people })).status : null),
  );
  return [...checks.values()];
}

function soon<T>(env: Env, answer: Promise<T>): Promise<T | null> {
  return new Promise((settle) => {
    const cancel = env.clock.after(PATIENCE, () => {
      settle(null);
    });
    answer.then(
      (value) => {
        cancel();
        settle(value);
      },
      () => {
        cancel();
        settle(null);
      },
    );
  });
}

/** How the server took our status. Right after sign-in the answer may still be on its way. */
async function published(env: Env, { own }: SignedIn): Promise<number | null> {
  const until = env.clock.now() + PATIENCE;
  for (;;) {
    const status = own.publication()?.lastStatus ?? null;
    if (status !== null || env.clock.now() >= until) return status;
    await new Promise<void>((later) => env.clock.after(100, later));
  }
}

/** Watches oneself for a moment: everybody may do that, so the answer speaks for the server. */
async function watchOneself(env: Env, sip: SipUserAgent, aor: string): Promise<SubscriptionFact | null> {
  const options = { target: aor, event: 'presence', accept: [PIDF_TYPE], expires: 60 };
  const { promise, resolve } = Promise.withResolvers<SubscriptionFact>();
  const subscription = sip.subscribe(options, resolve);
  const fact = await soon(env, promise);
  subscription.close();
  return fact;
}

function judgePublish(status: number | null): Finding {
  const base = { id: 'publish', name: 'Your status' };
  if (status === null) return { ...base, verdict: 'limited', words: 'Your status has not been sent yet.' };
  if (status >= 200 && status < 300)
    return { ...base, verdict: 'good', words: 'Others see your status.', detail: `PUBLISH ${status}` };
  return {
    ...base,
    verdict: status === 405 || status === 489 || status === 501 ? 'missing' : 'failed',
    words: 'This server does not take your status, so others cannot see it.',
    detail: `PUBLISH ${status}`,
  };
}

function judgeSubscribe(fact: SubscriptionFact | null): Finding {
  const base = { id: 'subscribe', name: 'Status of others' };
  if (fact?.is === 'active')
    return { ...base, verdict: 'good', words: 'You see the status of your contacts.' };
  if (fact?.is === 'pending')
    return {
      ...base,
      verdict: 'limited',
      words: 'The server waits for permission before it shows a status.',
    };
  if (fact?.is === 'ended')
    return {
      ...base,
      verdict: 'missing',
      words: 'This server does not show who is available.',
      detail: `SUBSCRIBE ${fact.status ?? ''} ${fact.reason}`.trim(),
    };
  return { ...base, verdict: 'failed', words: 'The server did not answer when asked for a status.' };
}

/** Null: it has not said yet. */
function judgeLevels(kept: boolean | null): Finding {
  const base = { id: 'levels', name: 'Access levels' };
  if (kept === null)
    return {
      ...base,
      verdict: 'limited',
      words: 'The server has not said yet whether it keeps access levels.',
    };
  return kept
    ? {
        ...base,
        verdict: 'good',
        words: 'Everybody sees of you what their access level allows, and no more.',
      }
    : {
        ...base,
        verdict: 'limited',
        words:
          'This server cannot keep access levels apart. Everybody you allow sees what Company may see; ' +
          'people you block see you offline.',
      };
}

const HTTP_WORDS: Readonly<Record<string, { good: string; missing: string }>> = {
  xcap: {
    good: 'Your contact list is kept on the server and follows you to every device.',
    missing: 'This server keeps no contact list. Yours stays in this browser.',
  },
  directory: {
    good: 'You can find people by name.',
    missing: 'This server has no directory. People are found by their address.',
  },
};

function judgeHttp(id: 'xcap' | 'directory', name: string, status: number | null): Finding {
  const words = HTTP_WORDS[id];
  const missing = words?.missing ?? '';
  const detail = status === null ? 'not configured' : `HTTP ${status}`;
  // A list nobody has written yet is as good as one.
  if (status !== null && ((status >= 200 && status < 300) || (status === 404 && id === 'xcap')))
    return { id, name, verdict: 'good', words: words?.good ?? '', detail };
  return { id, name, verdict: status === 0 ? 'failed' : 'missing', words: missing, detail };
}
