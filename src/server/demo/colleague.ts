/** One scripted colleague: a real SIP user agent with a part to play. */
import { CPIM_TYPE, formatCpim, parseCpim } from '../../protocol/cpim.ts';
import { encodeImdn, IMDN_TYPE, imdnHeaders, messageIdOf, wishesOf } from '../../protocol/imdn.ts';
import { encodeIsComposing, IS_COMPOSING_TYPE } from '../../protocol/is-composing.ts';
import { decodeContent } from '../../protocol/message-content.ts';
import { marksHeaders, marksOf } from '../../protocol/message-marks.ts';
import { encodePidf, PIDF_TYPE } from '../../protocol/pidf.ts';
import { publishedDocument } from '../../protocol/published-document.ts';
import { header, type SipRequest } from '../../protocol/sip-message.ts';
import { aorOf } from '../../protocol/sip-uri.ts';
import type { Media } from '../media/media.ts';
import { endOf, stateIn, type Mood } from './mood.ts';
import { PhoneCalls } from './phone-call.ts';
import { replyTo, type Part } from './phrases.ts';
import { Softphone, type SoftphoneOptions } from './softphone.ts';
import { Watch } from './watch.ts';

/** Publications are refreshed well before they run out. Seconds. */
const PUBLISH_EXPIRES = 600;

export class Colleague {
  readonly #part: Part;
  readonly #phone: Softphone;
  readonly #calls: PhoneCalls;
  readonly #firstNameOf: (aor: string) => string;
  readonly #isPlayed: (aor: string) => boolean;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #instanceId = `urn:uuid:${crypto.randomUUID()}`;
  readonly #seen = new Set<string>();
  readonly #watch: Watch | null;
  #mood: Mood;
  #moodIndex = 0;
  /** When the mood was taken, milliseconds. */
  #moodSince = Date.now();
  #turn = 0;
  #etag: string | null = null;
  #publishing: Promise<void> = Promise.resolve();
  #moodTimer: NodeJS.Timeout | null = null;

  /** `isPlayed`: one of the scripted, whose coming is no news to the others. */
  constructor(
    part: Part,
    options: SoftphoneOptions,
    media: Media,
    { firstNameOf, isPlayed }: { firstNameOf: (aor: string) => string; isPlayed: (aor: string) => boolean },
  ) {
    this.#part = part;
    this.#mood = part.moods[0] ?? { state: 'available' };
    this.#firstNameOf = firstNameOf;
    this.#isPlayed = isPlayed;
    this.#phone = new Softphone(options);
    this.#calls = new PhoneCalls(this.#phone, media);
    this.#watch = part.watches
      ? new Watch(this.#phone, (aor) => {
          if (!isPlayed(aor)) this.#greet();
        })
      : null;
    this.#phone.onRegistered = () => {
      this.#publish();
      void this.#watch?.renew();
    };
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

  /** Waits until the mood is over. */
  #moveOn(): void {
    const [least, most] = this.#part.every;
    const now = Date.now();
    const end = endOf(this.#mood, this.#moodSince);
    this.#changeIn(
      end === null ? (least + Math.random() * (most - least)) * 1000 : Math.max(1_000, end - now),
    );
  }

  /** Somebody came: what is new about a colleague is best seen by them. */
  #greet(): void {
    if (this.#part.movesAfterArrival !== undefined) this.#changeIn(this.#part.movesAfterArrival * 1000);
  }

  #changeIn(ms: number): void {
    if (this.#moodTimer) clearTimeout(this.#moodTimer);
    this.#moodTimer = setTimeout(() => {
      this.#moodIndex = (this.#moodIndex + 1) % this.#part.moods.length;
      this.#mood = this.#part.moods[this.#moodIndex] ?? this.#mood;
      this.#moodSince = Date.now();
      this.#publish();
      this.#moveOn();
    }, ms);
  }

  /** One PUBLISH at a time: each needs the entity tag of the one before (RFC 3903 §4.1). */
  #publish(): void {
    this.#publishing = this.#publishing.then(async () => {
      const now = Date.now();
      const { aor } = this.#phone;
      const device = { aor, instanceId: this.#instanceId, now };
      const state = stateIn(this.#mood, this.#moodSince, device, this.#calls.busy);
      const { answered } = this.#phone.send({
        method: 'PUBLISH',
        uri: aor,
        headers: [
          { name: 'Event', value: 'presence' },
          { name: 'Expires', value: String(PUBLISH_EXPIRES) },
          ...(this.#etag ? [{ name: 'SIP-If-Match', value: this.#etag }] : []),
        ],
        contentType: PIDF_TYPE,
        // The server of the office keeps levels apart: a variant for each.
        body: encodePidf(publishedDocument(state, true)),
      });
      const answer = await answered;
      this.#etag = answer?.status === 200 ? (header(answer, 'SIP-ETag') ?? null) : null;
    });
  }

  #take(request: SipRequest): void {
    if (this.#calls.take(request)) return;
    if (request.method === 'MESSAGE') this.#hear(request);
    else if (request.method === 'NOTIFY' && this.#watch) {
      this.#phone.respond(request, { status: 200, toTag: 'w' });
      this.#watch.take(request);
    } else if (request.method === 'OPTIONS') this.#phone.respond(request, { status: 200, toTag: 'o' });
    else
      this.#phone.respond(request, { status: 405, toTag: 'x', headers: [{ name: 'Allow', value: ALLOW }] });
  }

  #hear(request: SipRequest): void {
    this.#phone.respond(request, { status: 200, toTag: 'm' });
    const from = aorOf(request.from.uri);
    if (!from) return;
    const type = (header(request, 'Content-Type') ?? '').split(';')[0]?.trim().toLowerCase();
    if (type === 'text/plain') this.#consider(from, from, request.body);
    if (type !== CPIM_TYPE) return;
    const parsed = parseCpim(request.body);
    if (!parsed.ok) return;
    const { contentType, contentHeaders, content, headers } = parsed.value;
    if (contentType === IMDN_TYPE || contentType === IS_COMPOSING_TYPE) return;
    const said = decodeContent(
      contentHeaders.get('content-type') ?? contentType,
      contentHeaders.get('content-transfer-encoding') ?? '',
      content,
    );
    const id = messageIdOf(parsed.value);
    // A repeat was answered already.
    if (id !== undefined && this.#seen.has(id)) return;
    if (id !== undefined) {
      this.#seen.add(id);
      const wishes = wishesOf(parsed.value);
      if (wishes.includes('positive-delivery')) this.#notice(from, id, 'delivery');
      if (wishes.includes('display')) this.#later(900, () => this.#notice(from, id, 'display'));
    }
    const { conversation, event, replaces, withdraws } = marksOf({ headers });
    // What happened to a conversation, and what was said before in other words, wants no answer.
    if (!('text' in said) || event || replaces !== undefined || withdraws !== undefined) return;
    // To a focus the answer goes to everybody there; the scripted do not answer each other, or it would never end.
    const isGroup = conversation !== undefined && aorOf(conversation) === aorOf(request.to.uri);
    if (isGroup && this.#isPlayed(from)) return;
    this.#consider(from, isGroup ? conversation : from, said.text);
  }

  #consider(from: string, to: string, text: string): void {
    const reply = replyTo(text, this.#part, this.#mood, this.#firstNameOf(from), this.#turn++);
    this.#later(1_200, () => this.#composing(to, true));
    this.#later(2_000 + Math.min(3_000, reply.words.length * 35), () => {
      this.#say(to, reply.words, to !== from);
      if (reply.ring) this.#later(1_500, () => void this.#calls.call(from, 'You asked me to ring'));
    });
  }

  #say(to: string, words: string, isGroup: boolean): void {
    const headers = [
      ...imdnHeaders(crypto.randomUUID()),
      ...marksHeaders(isGroup ? { conversation: to } : {}),
    ];
    this.#cpim(to, [['Content-Type', 'text/plain; charset=utf-8']], words, headers);
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
