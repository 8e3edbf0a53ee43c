export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement; rejects with PostgreSQL's error. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
