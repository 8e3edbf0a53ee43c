/** One scripted colleague: a real SIP user agent with a part to play. */
import type { ManualState } from '../../protocol/availability.ts';
import { CPIM_TYPE, formatCpim, parseCpim, type CpimMessage } from '../../protocol/cpim.ts';
import { encodeImdn, IMDN_TYPE, imdnHeaders, messageIdOf, wishesOf } from '../../protocol/imdn.ts';
import { encodeIsComposing, IS_COMPOSING_TYPE } from '../../protocol/is-composing.ts';
import { encodePidf, PIDF_TYPE } from '../../protocol/pidf.ts';
import { publishedDocument } from '../../protocol/published-document.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import type { Echo } from './echo.ts';
import { PhoneCalls } from './phone-call.ts';
import { replyTo, type Mood, type Part } from './phrases.ts';
import { Softphone, type SoftphoneOptions } from './softphone.ts';

/** Publications are refreshed well before they run out. Seconds. */
const PUBLISH_EXPIRES = 600;

export class Colleague {
  readonly #part: Part;
  readonly #phone: Softphone;
  readonly #calls: PhoneCalls;
  readonly #firstNameOf: (aor: string) => string;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #instanceId = `urn:uuid:${crypto.randomUUID()}`;
  readonly #seen = new Set<string>();
  #mood: Mood;
  #moodIndex = 0;
  #turn = 0;
  #etag: string | null = null;
  #publishing: Promise<void> = Promise.resolve();
  #moodTimer: NodeJS.Timeout | null = null;

  constructor(part: Part, options: SoftphoneOptions, echo: Echo, firstNameOf: (aor: string) => string) {
    this.#part = part;
    this.#mood = part.moods[0] ?? { state: 'available' };
    this.#firstNameOf = firstNameOf;
    this.#phone = new Softphone(options);
    this.#calls = new PhoneCalls(this.#phone, echo);
    this.#phone.onRegistered = () => this.#publish();
    this.#phone.onRequest = (request) => this.#take(request);
    this.#calls.onBusy = () => this.#publish();
  }

  start(): void {
    this.#phone.open();
    this.#moveOn();
  }

  stop(): void {
    if (this.#moodTimer) clearTimeout(this.#moodTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#phone.close();
  }

  #moveOn(): void {
    const [least, most] = this.#part.every;
    const wait = (least + Math.random() * (most - least)) * 1000;
    this.#moodTimer = setTimeout(() => {
      this.#moodIndex = (this.#moodIndex + 1) % this.#part.moods.length;
      this.#mood = this.#part.moods[this.#moodIndex] ?? this.#mood;
      this.#publish();
      this.#moveOn();
    }, wait);
  }

  /** One PUBLISH at a time: each needs the entity tag of the one before (RFC 3903 §4.1). */
  #publish(): void {
    this.#publishing = this.#publishing.then(async () => {
      const now = Date.now();
      const document = publishedDocument({
        aor: this.#phone.aor,
        instanceId: this.#instanceId,
        now,
        manual: this.#mood.state satisfies ManualState,
        manualSince: now,
        lastInput: now,
        video: true,
        ...(this.#mood.note ? { note: this.#mood.note } : {}),
        ...(this.#mood.location ? { location: this.#mood.location } : {}),
        ...(this.#calls.busy ? { call: { kind: 'call' as const, since: now }, manual: 'auto' as const } : {}),
      });
      const { answered } = this.#phone.send({
        method: 'PUBLISH',
        uri: this.#phone.aor,
        headers: [
          { name: 'Event', value: 'presence' },
          { name: 'Expires', value: String(PUBLISH_EXPIRES) },
          ...(this.#etag ? [{ name: 'SIP-If-Match', value: this.#etag }] : []),
        ],
        contentType: PIDF_TYPE,
        body: encodePidf(document),
      });
      const answer = await answered;
      this.#etag = answer?.status === 200 ? (header(answer, 'SIP-ETag') ?? null) : null;
    });
  }

  #take(request: SipRequest): void {
    if (this.#calls.take(request)) return;
    if (request.method === 'MESSAGE') this.#hear(request);
    else if (request.method === 'OPTIONS') this.#phone.respond(request, { status: 200, toTag: 'o' });
    else
      this.#phone.respond(request, { status: 405, toTag: 'x', headers: [{ name: 'Allow', value: ALLOW }] });
  }

  #hear(request: SipRequest): void {
    this.#phone.respond(request, { status: 200, toTag: 'm' });
    const from = aorOf(request.from.uri);
    if (!from) return;
    const type = (header(request, 'Content-Type') ?? '').split(';')[0]?.trim().toLowerCase();
    if (type === 'text/plain') this.#consider(from, request.body);
    if (type !== CPIM_TYPE) return;
    const parsed = parseCpim(request.body);
    if (!parsed.ok || !isText(parsed.value)) return;
    const id = messageIdOf(parsed.value);
    // A repeat was answered already.
    if (id !== undefined && this.#seen.has(id)) return;
    if (id !== undefined) {
      this.#seen.add(id);
      const wishes = wishesOf(parsed.value);
      if (wishes.includes('positive-delivery')) this.#notice(from, id, 'delivery');
      if (wishes.includes('display')) this.#later(900, () => this.#notice(from, id, 'display'));
    }
    this.#consider(from, parsed.value.content);
  }

  #consider(from: string, text: string): void {
    const reply = replyTo(text, this.#part, this.#mood, this.#firstNameOf(from), this.#turn++);
    this.#later(1_200, () => this.#composing(from, true));
    this.#later(2_000 + Math.min(3_000, reply.words.length * 35), () => {
      this.#say(from, reply.words);
      if (reply.ring) this.#later(1_500, () => void this.#calls.call(from, 'You asked me to ring'));
    });
  }

  #say(to: string, words: string): void {
    this.#cpim(to, [['Content-Type', 'text/plain; charset=utf-8']], words, imdnHeaders(crypto.randomUUID()));
  }

  #notice(to: string, messageId: string, what: 'delivery' | 'display'): void {
    const body = encodeImdn({ messageId, what, status: what === 'delivery' ? 'delivered' : 'displayed' });
    const type = ['Content-Type', IMDN_TYPE] as const;
    this.#cpim(to, [type, ['Content-Disposition', 'notification']], body, imdnHeaders(crypto.randomUUID()));
  }

  #composing(to: string, active: boolean): void {
    this.#phone.send({
      method: 'MESSAGE',
      uri: to,
      contentType: IS_COMPOSING_TYPE,
      body: encodeIsComposing({ active, contentType: 'text/plain', refresh: 60 }),
    });
  }

  #cpim(
    to: string,
    contentHeaders: readonly (readonly [string, string])[],
    content: string,
    headers: ReturnType<typeof imdnHeaders>,
  ): void {
    const { aor, displayName } = this.#phone;
    const body = formatCpim({
      from: { name: displayName, uri: aor },
      to: [{ name: '', uri: to }],
      dateTime: Date.now(),
      headers,
      contentHeaders,
      content,
    });
    this.#phone.send({ method: 'MESSAGE', uri: to, contentType: CPIM_TYPE, body });
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}

const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, UPDATE, INFO';

function isText(message: CpimMessage): boolean {
  return message.contentType === 'text/plain';
}
