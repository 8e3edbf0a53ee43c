/** What nodes tell each other: one JSON object a notice, below PostgreSQL's 8,000 octets. */
export type Notice =
  | {
      readonly is: 'document';
      readonly by: string;
      readonly owner: string;
      readonly auid: string;
      readonly path: string;
      readonly change: string;
    }
  | {
      readonly is: 'published';
      readonly by: string;
      readonly etag: string;
      readonly replaced: readonly string[];
    }
  | { readonly is: 'unpublished'; readonly by: string; readonly etag: string }
  | { readonly is: 'taken'; readonly by: string; readonly id: string }
  /** Somebody chose another calendar. */
  | { readonly is: 'calendar'; readonly by: string; readonly aor: string }
  | { readonly is: 'tokens'; readonly by: string }
  | { readonly is: 'people' };

/** Kamailio's own words about devices come on the same channel and are no JSON: see `devices.ts`. */
export function parseNotice(payload: string): Notice | null {
  if (!payload.startsWith('{')) return null;
  try {
    return JSON.parse(payload) as Notice;
  } catch {
    return null;
  }
}

/** Statement and values that tell the others. */
export function telling(notice: Notice): { readonly text: string; readonly values: readonly unknown[] } {
  return { text: "SELECT pg_notify('parley', $1)", values: [JSON.stringify(notice)] };
}
