/** Structured lines: one JSON object each. What must stay secret is taken out here, whoever calls. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  info(event: string, fields?: Fields): void;
  /** Somebody else's fault, or a limit reached. */
  warn(event: string, fields?: Fields): void;
  /** Our own fault, or the machine's. */
  error(event: string, fields?: Fields): void;
}

const SECRET = /auth|password|ha1|token|secret|body|text|prid|endpoint|key|cookie|nonce|response/i;

/** Header lines and URI parameters that carry secrets inside a longer text. */
const SECRET_PARTS: readonly (readonly [RegExp, string])[] = [
  [/((?:proxy-)?authorization\s*:)[^\r\n]*/gi, '$1 …'],
  [/(pn-(?:prid|param)=)[^;>\s]*/gi, '$1…'],
  [/(\b(?:response|nonce|cnonce|opaque)=)"?[^",\s]*"?/gi, '$1…'],
];

/** Writes to `write`, one call per line. `now` in milliseconds. */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  const line = (level: string, event: string, fields: Fields = {}): void => {
    write(`${JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...redact(fields) })}\n`);
  };
  return {
    info: (event, fields) => line('info', event, fields),
    warn: (event, fields) => line('warn', event, fields),
    error: (event, fields) => line('error', event, fields),
  };
}

/** Says nothing: for tests and embedding. */
export function silentLog(): Log {
  const nothing = (): void => undefined;
  return { info: nothing, warn: nothing, error: nothing };
}

/** The fields as they may be written. */
function redact(fields: Fields): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) clean[name] = SECRET.test(name) ? '…' : plain(value);
  return clean;
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value).slice(0, 500);
  if (value instanceof Error) return redactText(value.stack ?? value.message).slice(0, 2000);
  if (Array.isArray(value)) return value.slice(0, 20).map(plain);
  if (typeof value === 'object' && value !== null) return redact(value as Fields);
  return typeof value === 'bigint' ? String(value) : value;
}

function redactText(text: string): string {
  let clean = text;
  for (const [pattern, kept] of SECRET_PARTS) clean = clean.replace(pattern, kept);
  return clean;
}
