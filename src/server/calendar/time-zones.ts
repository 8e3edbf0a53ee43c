/** Time zones for ical.js: a file's own VTIMEZONEs come first, IANA's by name otherwise (RFC 7809 §3). */
import ICAL from 'ical.js';

/** Microsoft's names of zones that files without VTIMEZONE use (CLDR windowsZones, territory 001). */
const MICROSOFT: Readonly<Record<string, string>> = {
  'GMT Standard Time': 'Europe/London',
  'Greenwich Standard Time': 'Atlantic/Reykjavik',
  'W. Europe Standard Time': 'Europe/Berlin',
  'Central Europe Standard Time': 'Europe/Budapest',
  'Central European Standard Time': 'Europe/Warsaw',
  'Romance Standard Time': 'Europe/Paris',
  'E. Europe Standard Time': 'Europe/Chisinau',
  'FLE Standard Time': 'Europe/Kiev',
  'GTB Standard Time': 'Europe/Bucharest',
  'Russian Standard Time': 'Europe/Moscow',
  'Turkey Standard Time': 'Europe/Istanbul',
  'South Africa Standard Time': 'Africa/Johannesburg',
  'E. Africa Standard Time': 'Africa/Nairobi',
  'Arabian Standard Time': 'Asia/Dubai',
  'India Standard Time': 'Asia/Calcutta',
  'China Standard Time': 'Asia/Shanghai',
  'Singapore Standard Time': 'Asia/Singapore',
  'Tokyo Standard Time': 'Asia/Tokyo',
  'AUS Eastern Standard Time': 'Australia/Sydney',
  'New Zealand Standard Time': 'Pacific/Auckland',
  'E. South America Standard Time': 'America/Sao_Paulo',
  'Eastern Standard Time': 'America/New_York',
  'Central Standard Time': 'America/Chicago',
  'Mountain Standard Time': 'America/Denver',
  'Pacific Standard Time': 'America/Los_Angeles',
};

/** A zone whose rules are those of this machine's ICU. */
class IanaZone extends ICAL.Timezone {
  readonly #format: Intl.DateTimeFormat;

  constructor(name: string, format: Intl.DateTimeFormat) {
    super({ tzid: name });
    this.#format = format;
  }

  /** Seconds east of UTC at that wall time; in the hour that happens twice the first one counts. */
  override utcOffset(time: ICAL.Time): number {
    const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
    const first = this.#offsetAt(wall - this.#offsetAt(wall - 86_400_000) * 1000);
    const second = this.#offsetAt(wall - first * 1000);
    if (first === second) return first;
    // At a change: the offset that leads back to this wall time, before that of a gap.
    return this.#offsetAt(wall - second * 1000) === second ? second : Math.min(first, second);
  }

  #offsetAt(at: number): number {
    const parts = new Map<string, number>();
    for (const { type, value } of this.#format.formatToParts(at)) parts.set(type, Number(value));
    const part = (name: string): number => parts.get(name) ?? 0;
    const shown = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    return Math.round((shown - Math.floor(at / 1000) * 1000) / 1000);
  }
}

const FIELDS: Intl.DateTimeFormatOptions = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
};

/** Null when this machine knows no such zone. Also understands Microsoft's names and paths that end in IANA's. */
export function zoneNamed(name: string): ICAL.Timezone | null {
  const plain = MICROSOFT[name] ?? /[A-Z][\w+-]+(?:\/[\w+-]+){1,2}$/.exec(name)?.[0] ?? name;
  try {
    return new IanaZone(name, new Intl.DateTimeFormat('en', { ...FIELDS, timeZone: plain }));
  } catch {
    return null;
  }
}

/**
 * Makes the zones a file names known to ical.js, whose register is of the whole process: `forgetZones` what this gives when
 * the file is read, or names made up anew for every reading would fill the memory.
 */
export function registerZones(text: string): readonly string[] {
  const names = new Set<string>();
  for (const [, quoted, bare] of text.matchAll(/;TZID=(?:"([^"\r\n]{1,100})"|([^":;,\r\n]{1,100}))/gi)) {
    names.add(quoted ?? bare ?? '');
    if (names.size === MOST_ZONES) break;
  }
  const registered: string[] = [];
  for (const name of names) {
    const zone = ICAL.TimezoneService.has(name) ? null : zoneNamed(name);
    if (zone === null) continue;
    ICAL.TimezoneService.register(zone, name);
    registered.push(name);
  }
  return registered;
}

export function forgetZones(names: readonly string[]): void {
  for (const name of names) ICAL.TimezoneService.remove(name);
}

const MOST_ZONES = 100;

/** Milliseconds of a time of ical.js; `floating` for whole days and times without a zone. */
export function momentOf(time: ICAL.Time, floating: ICAL.Timezone): number {
  const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  if (time.zone === ICAL.Timezone.utcTimezone) return wall;
  const isFloating = time.isDate || time.zone === ICAL.Timezone.localTimezone;
  return wall - (isFloating ? floating : time.zone).utcOffset(time) * 1000;
}
