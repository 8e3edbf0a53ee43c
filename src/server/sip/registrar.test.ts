import { afterEach, describe, expect, it } from 'vitest';
import { header, headers, type Header } from '../../protocol/sip-message.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { aorOf, DOMAIN, openOffice } from '../testing/office.ts';
import type { Phone } from '../testing/phone.ts';

const INSTANCE = 'urn:uuid:00000000-0000-1000-8000-00000000000a';

describe('registrations', () => {
  let office: Awaited<ReturnType<typeof openOffice>>;
  afterEach(() => office.close());

  const contact = (value: string): Header[] => [{ name: 'Contact', value }];
  const bindings = async (phone: Phone): Promise<string[]> =>
    headers(await phone.register({ headers: [] }), 'Contact');

  it('are listed by a query, with what is left of their time', async () => {
    const clock = manualClock();
    office = await openOffice({ clock });
    const phone = await office.device('Alice');
    clock.advance(20_000);
    const [only, ...more] = await bindings(phone);
    expect(more).toEqual([]);
    expect(only).toContain(`<${phone.contact}>`);
    expect(only).toContain('expires=580');
    expect(only).not.toContain('gruu');
  });

  it('expire', async () => {
    const clock = manualClock();
    office = await openOffice({ clock, limits: { idle: 1e9 } });
    const phone = await office.device('Alice');
    clock.advance(600_001);
    expect(await bindings(phone)).toEqual([]);
  });

  it.each([
    ['expires=30', 423, ''],
    ['expires=99999', 200, 'expires=3600'],
    ['expires=4294967296', 200, 'expires=3600'],
    ['expires=x', 200, 'expires=3600'],
    ['q=0.5;expires=600', 200, 'q=0.500'],
  ])('with %s get %i', async (params, status, shown) => {
    office = await openOffice();
    const phone = await office.phone('Alice');
    const response = await phone.register({ contact: `<${phone.contact}>;${params}` });
    expect(response.status).toBe(status);
    expect(header(response, 'Contact') ?? '').toContain(shown);
    if (status === 423) expect(header(response, 'Min-Expires')).toBe('60');
  });

  it('are removed one by one or all together', async () => {
    office = await openOffice();
    const [one, two] = [await office.device('Alice'), await office.device('Alice')];
    await one.register({ expires: 0 });
    expect(await bindings(two)).toHaveLength(1);
    const star = [{ name: 'Contact', value: '*' }];
    expect((await one.register({ headers: star })).status).toBe(400);
    expect((await one.register({ headers: [...star, { name: 'Expires', value: '0' }] })).status).toBe(200);
    expect(await bindings(two)).toEqual([]);
  });

  it('of one instance replace each other, and the old connection is closed', async () => {
    office = await openOffice();
    const old = await office.device('Alice', { instance: INSTANCE });
    const closed = new Promise((resolve) => old.socket.once('close', resolve));
    const fresh = await office.device('Alice', { instance: INSTANCE });
    await closed;
    expect(await bindings(fresh)).toHaveLength(1);
  });

  it('go with their connection', async () => {
    office = await openOffice();
    const [one, two] = [await office.device('Alice'), await office.device('Alice')];
    await one.close();
    expect(await bindings(two)).toHaveLength(1);
  });

  it('are ten at most', async () => {
    office = await openOffice();
    for (let i = 0; i < 10; i++) await office.device('Alice');
    const phone = await office.phone('Alice', { instance: INSTANCE });
    expect((await phone.register()).status).toBe(403);
  });

  it('with push outlive their connection, and the server', async () => {
    office = await openOffice();
    const phone = await office.phone('Alice', { instance: INSTANCE });
    const uri = phone.contact.replace(
      ';transport',
      ';pn-provider=webpush;pn-prid=https%3A%2F%2Fpush.test%2F1;pn-param=x;transport',
    );
    const response = await phone.register({ contact: `<${uri}>;+sip.instance="<${INSTANCE}>"` });
    expect(header(response, 'Feature-Caps')).toMatch(/\+sip\.pns="webpush"/);
    await phone.close();
    const [kept] = await bindings(await office.phone('Alice'));
    expect(kept).toContain(uri);
  });

  it('with a push service we do not serve get 555', async () => {
    office = await openOffice();
    const phone = await office.phone('Alice');
    const uri = phone.contact.replace(';transport', ';pn-provider=apns;pn-prid=1;transport');
    expect((await phone.register({ contact: `<${uri}>` })).status).toBe(555);
  });

  it('keep a Path and tell the Service-Route', async () => {
    office = await openOffice();
    const phone = await office.phone('Alice');
    const path = '<sip:edge.parley.test;lr>';
    const response = await phone.register({
      headers: [
        ...contact(`<${phone.contact}>`),
        { name: 'Path', value: path },
        { name: 'Supported', value: 'path' },
      ],
    });
    expect(headers(response, 'Path')).toEqual([path]);
    expect(header(response, 'Service-Route')).toBe(`<sip:${DOMAIN};transport=ws;lr>`);
    const bob = await office.device('Bob');
    bob.start('OPTIONS', { uri: aorOf('Alice') });
    expect(headers(await phone.next('OPTIONS'), 'Route')).toEqual([path]);
  });

  it.each([
    '<mailto:alice@parley.test>',
    '"unclosed <sip:a@b.invalid>',
    '<sip:a@b.invalid>, <sip:c d@e.invalid>',
  ])('of %s are refused', async (value) => {
    office = await openOffice();
    const phone = await office.phone('Alice');
    expect((await phone.register({ contact: value })).status).toBe(400);
  });

  it('do not take a stranger’s dialogs over by naming their Contact', async () => {
    office = await openOffice();
    const alice = await office.device('Alice');
    const bob = await office.device('Bob');
    const thief = await office.device('Carol');
    expect((await thief.register({ contact: `<${alice.contact}>` })).status).toBe(200);
    bob.start('INFO', { uri: alice.contact, toTag: 'x' });
    expect((await alice.next('INFO')).uri).toBe(alice.contact);
  });
});
