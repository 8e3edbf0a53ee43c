/** Publications in PostgreSQL: written behind by the node that got them, followed by all others. */
import type { Clock } from '../clock.ts';
import type { Publication, PublicationFollower, PublicationStore } from '../events/event-store.ts';
import { publicationOf } from '../events/sqlite-store.ts';
import type { Postgres } from './database.ts';
import { parseNotice, telling, type Notice } from './notice.ts';

const SELECT = 'SELECT * FROM parley_publications WHERE expires_at > $1';

/** Loads everything. Rejects with PostgreSQL's error. */
export async function openPostgresPublications(postgres: Postgres, clock: Clock): Promise<PublicationStore> {
  const { behind, feed, process: by } = postgres;
  const loadAll = async (): Promise<Publication[]> =>
    (await postgres.query(SELECT, [clock.now()])).map(publicationOf);
  const first = await loadAll();
  let follower: PublicationFollower | null = null;
  /** Tags this node has, own and others': what is known after a gap. */
  const tags = new Set(first.map(({ etag }) => etag));
  /** Of a publication that was replaced before it could be read: what it had replaced itself. */
  const passedOver = new Map<string, readonly string[]>();

  const enter = (one: Publication, replaced: readonly string[]): void => {
    for (const etag of replaced) tags.delete(etag);
    tags.add(one.etag);
    follower?.entered(one, replaced);
  };
  const leave = (etag: string): void => {
    for (const each of [etag, ...chainOf(etag)]) {
      if (tags.delete(each)) follower?.left(each);
    }
  };
  const chainOf = (etag: string): readonly string[] => {
    const before = passedOver.get(etag) ?? [];
    passedOver.delete(etag);
    return before;
  };
  const followAll = async (notices: readonly Notice[]): Promise<void> => {
    const wanted = notices.flatMap((one) => (one.is === 'published' && one.by !== by ? [one.etag] : []));
    const rows =
      wanted.length === 0 ? [] : await postgres.query(`${SELECT} AND etag = ANY($2)`, [clock.now(), wanted]);
    const found = new Map(rows.map(publicationOf).map((one) => [one.etag, one]));
    for (const notice of notices) {
      if (notice.is === 'unpublished' && notice.by !== by) leave(notice.etag);
      if (notice.is !== 'published' || notice.by === by) continue;
      const replaced = notice.replaced.flatMap((etag) => [etag, ...chainOf(etag)]);
      const one = found.get(notice.etag);
      if (one !== undefined) enter(one, replaced);
      else passedOver.set(notice.etag, replaced);
    }
  };
  feed.onNotices((payloads) => followAll(payloads.map(parseNotice).filter((one) => one !== null)));
  feed.onGap(async () => {
    // What is still on its way to the database is not gone.
    while (!behind.isIdle) await behind.flushed();
    const before = [...tags];
    const now = await loadAll();
    const present = new Set(now.map(({ etag }) => etag));
    passedOver.clear();
    for (const etag of before) if (!present.has(etag)) leave(etag);
    for (const one of now) if (!tags.has(one.etag)) enter(one, []);
  });

  const tell = (notice: Notice): void => {
    const { text, values } = telling(notice);
    behind.write(text, values);
  };
  behind.write('DELETE FROM parley_publications WHERE expires_at <= $1', [clock.now()]);

  return {
    load: () => first,
    put(one, replaced) {
      for (const etag of replaced) tags.delete(etag);
      tags.add(one.etag);
      if (replaced.length > 0)
        behind.write('DELETE FROM parley_publications WHERE etag = ANY($1)', [replaced]);
      const { etag, event, resource, contentType, body, device, publishedAt, expiresAt } = one;
      behind.write('INSERT INTO parley_publications VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
        ...[etag, event, resource, contentType, body, device, publishedAt, expiresAt],
      ]);
      tell({ is: 'published', by, etag, replaced });
    },
    rename: (etag, device) =>
      behind.write('UPDATE parley_publications SET device = $2 WHERE etag = $1', [etag, device]),
    remove(etag) {
      // Each node notices the end of a publication for itself; the first one to write it tells the others.
      if (!tags.delete(etag)) return;
      behind.write('DELETE FROM parley_publications WHERE etag = $1', [etag]);
      tell({ is: 'unpublished', by, etag });
    },
    follow: (given) => void (follower = given),
  };
}
