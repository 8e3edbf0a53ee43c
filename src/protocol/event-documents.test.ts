/* The smaller event packages, each against its RFC's printed documents and its own writer. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DialogInfo, decodeDialogInfo, encodeDialogInfo } from './dialog-info.ts';
import { decodeImdn } from './imdn.ts';
import { decodeIsComposing, encodeIsComposing } from './is-composing.ts';
import { decodeMessageSummary, encodeMessageSummary } from './message-summary.ts';
import { type Watcherinfo, decodeWatcherinfo, encodeWatcherinfo } from './watcherinfo.ts';
import { decodeXcapDiff, encodeXcapDiff } from './xcap-diff.ts';

const read = (path: string): string =>
  readFileSync(new URL('./fixtures/xml/instances/' + path, import.meta.url), 'utf8');
const index = JSON.parse(read('index.json')) as { file: string; root: string; expect: string }[];
function printed(root: string): { file: string; good: boolean }[] {
  return index.flatMap((one) =>
    one.root.replace(/^.*:/, '') === root ? [{ file: one.file, good: one.expect === 'well-formed' }] : [],
  );
}

describe('dialog-info', () => {
  test.each(printed('dialog-info'))('$file', ({ file, good }) => {
    const info = decodeDialogInfo(read(file));
    expect(info.ok).toBe(good);
    if (info.ok) expect(decodeDialogInfo(encodeDialogInfo(info.value))).toEqual(info);
  });
  test('a conference on the phone (RFC 4235 §4.4)', () => {
    const info = decodeDialogInfo(read('rfc4235-04-dialog-info.xml'));
    expect(info.ok && info.value.dialogs).toEqual([
      {
        id: '123456',
        state: 'confirmed',
        duration: 274,
        local: {
          identity: 'sip:alice@example.com',
          displayName: 'Alice',
          target: 'sip:alice@pc33.example.com',
          isFocus: true,
        },
        remote: {
          identity: 'sip:bob@example.org',
          displayName: 'Bob',
          target: 'sip:bobster@phone21.example.org',
        },
      },
    ]);
  });
  test('EV2 a dialog that takes the place of another (RFC 4235 §4.1.2), with all three names or none', () => {
    const names = { callId: 'c', localTag: 'l', remoteTag: 'r' };
    const dialogs = [{ id: '1', state: 'trying' as const, ...names, replaces: { ...names, callId: 'o<"&' } }];
    const text = encodeDialogInfo({ entity: 'sip:a@b', version: 3, full: true, dialogs });
    const info = decodeDialogInfo(text);
    expect(info.ok && info.value.dialogs).toEqual(dialogs);
    const half = decodeDialogInfo(text.replace(/(<replaces[^>]*) remote-tag="r"/, '$1'));
    expect(half.ok && half.value.dialogs[0]?.replaces).toBeUndefined();
  });
  test('Kamailio writes Trying with a capital', () => {
    const text =
      '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:a@b">' +
      '<dialog id="1"><state>Trying</state></dialog><dialog id="2"><state>dancing</state></dialog>' +
      '<dialog><state>early</state></dialog></dialog-info>';
    const info = decodeDialogInfo(text);
    expect(info.ok && info.value.dialogs).toEqual([{ id: '1', state: 'trying' }]);
  });
  test('numbers out of range are left out', () => {
    const text =
      '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="partial" entity="sip:a@b">' +
      '<dialog id="1" direction="sideways"><state code="99999" event="rejected">terminated</state><duration>-4</duration></dialog></dialog-info>';
    const info = decodeDialogInfo(text);
    expect(info.ok && info.value).toEqual<DialogInfo>({
      entity: 'sip:a@b',
      version: 0,
      full: false,
      dialogs: [{ id: '1', state: 'terminated', event: 'rejected' }],
    });
  });
});

describe('watcherinfo', () => {
  test.each(printed('watcherinfo'))('$file', ({ file, good }) => {
    const info = decodeWatcherinfo(read(file));
    expect(info.ok).toBe(good);
    if (info.ok) expect(decodeWatcherinfo(encodeWatcherinfo(info.value))).toEqual(info);
  });
  test('RFC 3858 §5', () => {
    const info = decodeWatcherinfo(read('rfc3858-01-watcherinfo.xml'));
    expect(info.ok && info.value).toEqual<Watcherinfo>({
      version: 0,
      full: true,
      lists: [
        {
          resource: 'sip:professor@example.net',
          package: 'presence',
          watchers: [
            {
              id: '8ajksjda7s',
              uri: 'sip:userA@example.net',
              status: 'active',
              event: 'approved',
              durationSubscribed: 509,
            },
            {
              id: 'hh8juja87s997-ass7',
              uri: 'sip:userB@example.org',
              status: 'pending',
              event: 'subscribe',
              displayName: 'Mr. Subscriber',
            },
          ],
        },
      ],
    });
  });
});

describe('xcap-diff', () => {
  test.each(printed('xcap-diff'))('$file', ({ file, good }) => {
    const diff = decodeXcapDiff(read(file));
    expect(diff.ok).toBe(good);
    if (diff.ok) expect(diff.value.root).toMatch(/^http:/);
  });
  test('documents, elements, attributes (RFC 5874 §4.5)', () => {
    const diff = decodeXcapDiff(read('rfc5874-02-xcap-diff.xml'));
    if (!diff.ok) throw new Error(diff.why);
    expect(diff.value.documents).toEqual([
      {
        path: 'resource-lists/users/sip:joe@example.com/coworkers',
        newEtag: '7ahggs',
        previousEtag: '8a77f8d',
        patched: false,
      },
    ]);
    expect(diff.value.elements[0]?.path).toBe(
      "rls-services/users/sip:joe@example.com/index/~~/*/service%5b@uri='sip:marketing@example.com'%5d",
    );
    expect(diff.value.elements[0]?.element?.name).toBe('service');
    expect(diff.value.attributes[0]?.value).toBe('sip:marketing@example.com');
  });
  test('created, removed, patched', () => {
    const removed = decodeXcapDiff(read('rfc5874-11-xcap-diff.xml'));
    expect(removed.ok && removed.value.documents[0]).toMatchObject({
      newEtag: null,
      previousEtag: 'huwiias',
    });
    const created = decodeXcapDiff(read('rfc5874-06-xcap-diff.xml'));
    expect(created.ok && created.value.documents[0]).toMatchObject({ newEtag: '7ahggs', previousEtag: null });
    const patched = decodeXcapDiff(read('rfc5874-13-xcap-diff.xml'));
    expect(patched.ok && patched.value.documents.map((one) => one.patched)).toEqual([true, true, true]);
  });
  test('what we write', () => {
    const change = { path: 'a/users/sip:a@b/index', newEtag: '"1"', previousEtag: null, patched: false };
    const diff = decodeXcapDiff(encodeXcapDiff('http://x/', [change]));
    expect(diff.ok && diff.value).toEqual({
      root: 'http://x/',
      documents: [change],
      elements: [],
      attributes: [],
    });
  });
});

describe('isComposing and IMDN', () => {
  test.each(printed('isComposing'))('$file', ({ file }) => {
    expect(decodeIsComposing(read(file))).toEqual({
      ok: true,
      value: { active: false, contentType: 'audio', lastActive: Date.parse('2003-01-27T10:43:00Z') },
    });
  });
  test.each(printed('imdn'))('$file', ({ file }) => {
    const notice = decodeImdn(read(file));
    expect(notice.ok && notice.value.messageId).toBe('34jk324j');
    expect(notice.ok && ['delivered', 'displayed', 'processed', 'stored', 'error', 'failed']).toContain(
      notice.ok && notice.value.status,
    );
  });
  test('what we write', () => {
    const state = { active: true, contentType: 'text/plain', refresh: 60, lastActive: 1_000_000 };
    expect(decodeIsComposing(encodeIsComposing(state))).toEqual({ ok: true, value: state });
  });
  test('an unknown state is idle, a senseless refresh none', () => {
    const text =
      '<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>humming</state><refresh>1e9</refresh></isComposing>';
    expect(decodeIsComposing(text)).toEqual({ ok: true, value: { active: false } });
  });
});

describe('message-summary', () => {
  const example =
    'Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\nVoice-Message: 2/8 (0/2)\r\n\r\nTo: <alice@atlanta.example.com>\r\nVoice-Message: 9/9\r\n';
  test('RFC 3842 §5.2', () => {
    const summary = decodeMessageSummary(example);
    expect(summary).toEqual({
      ok: true,
      value: {
        waiting: true,
        account: 'sip:alice@vmail.example.com',
        counts: new Map([['voice-message', { unread: 2, read: 8, urgentUnread: 0, urgentRead: 2 }]]),
      },
    });
    if (summary.ok) expect(decodeMessageSummary(encodeMessageSummary(summary.value))).toEqual(summary);
  });
  test('without urgent counts, in any case, with lone line feeds', () => {
    const summary = decodeMessageSummary('messages-waiting: NO\nvoice-message: 0/1\nFax-Message: x');
    expect(summary).toEqual({
      ok: true,
      value: {
        waiting: false,
        counts: new Map([['voice-message', { unread: 0, read: 1, urgentUnread: 0, urgentRead: 0 }]]),
      },
    });
  });
  test('blank lines in front', () => {
    expect(decodeMessageSummary('\r\n\r\nMessages-Waiting: yes\r\n')).toMatchObject({
      ok: true,
      value: { waiting: true },
    });
  });
  test.each(['', 'hello', 'Voice-Message: 1/0', 'x'.repeat(20_000)])('refuses %#', (text) => {
    expect(decodeMessageSummary(text).ok).toBe(false);
  });
});

test('every decoder refuses what is not its own, and never throws', () => {
  const decoders = [
    decodeDialogInfo,
    decodeWatcherinfo,
    decodeXcapDiff,
    decodeIsComposing,
    decodeImdn,
    decodeMessageSummary,
  ];
  for (const { file, root } of index) {
    const accepted = decoders.filter((decode) => decode(read(file)).ok);
    if (accepted.length > 0) expect(root).toMatch(/dialog-info|watcherinfo|xcap-diff|isComposing|imdn/);
    expect(accepted.length).toBeLessThan(2);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      decoders.every((decode) => typeof decode(text).ok === 'boolean'),
    ),
  );
});
