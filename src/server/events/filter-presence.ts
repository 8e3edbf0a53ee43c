/**
 * What a watcher's level and permissions (RFC 5025 §3.3) leave of a document. Always applied, to every NOTIFY.
 *
 * What is labelled with a level (RPID class) is for watchers of that level. Devices of other makers label nothing:
 * what they say is meant for those who know the person, so Company and above see it as it is, and Public only
 * that somebody can be reached (no persons, devices, notes or what a service says beyond its address). Labels of
 * others' own (`work`) are shown to whom a rule gives them by name, and else count as none. What is labelled `self` is
 * for the person's own devices and nobody else.
 */
import { ACCESS_LEVELS, type ShownLevel } from '../../protocol/access-levels.ts';
import { SELF_CLASS } from '../../protocol/choices.ts';
import { NS } from '../../protocol/namespaces.ts';
import type { Provided, Provides } from '../../protocol/pres-rules.ts';
import { type XmlElement, childElement, childText, isElement } from '../../protocol/xml.ts';

export interface Shown {
  readonly level: ShownLevel;
  /** What the rules state; `null`: all there is for that level. */
  readonly provides: Provides | null;
}

/** Without these a tuple would be no tuple (RFC 5025 §3.3.2 gives them with the service). */
const ALWAYS = ['status', 'contact', 'timestamp', 'basic'];
const EVERYTHING: Provided = { all: true, classes: [] };
/** Of a service nobody labelled, for Public: where it is and whether it takes calls or messages. */
const PUBLIC: readonly string[] = [NS.pidf, NS.caps];

/** A new document with nothing in it that is not shown; `null` when nothing is left. */
export function filterPresence(document: XmlElement, shown: Shown): XmlElement | null {
  const children = document.children.flatMap((child) => {
    const kept = isElement(child) ? keep(child, shown) : null;
    return kept === null ? [] : [kept];
  });
  return children.length === 0 ? null : { ...document, children };
}

function keep(one: XmlElement, shown: Shown): XmlElement | null {
  const provided = providedOf(one, shown.provides);
  if (provided === null) {
    // A note on everything, or something we do not know.
    return shown.level !== 'public' && isProvided(one, shown.provides) ? one : null;
  }
  const label = labelOf(one);
  if (label === SELF_CLASS) return null;
  const level = ACCESS_LEVELS.find((each) => each === label);
  if (level !== undefined) {
    const isTheirs = level === shown.level && (provided.all || provided.classes.includes(level));
    return isTheirs ? withoutHidden(one, shown.provides) : null;
  }
  if (label !== undefined && provided.classes.includes(label)) return withoutHidden(one, shown.provides);
  if (!provided.all && !provided.classes.includes(shown.level)) return null;
  return shown.level === 'public' ? reachable(one, shown.provides) : withoutHidden(one, shown.provides);
}

/** What the rules say of elements of this kind; `null`: none of the three kinds. */
function providedOf({ ns, name }: XmlElement, provides: Provides | null): Provided | null {
  if (ns === NS.pidf && name === 'tuple') return provides?.services ?? EVERYTHING;
  if (ns !== NS.dataModel) return null;
  if (name === 'person') return provides?.persons ?? EVERYTHING;
  return name === 'device' ? (provides?.devices ?? EVERYTHING) : null;
}

/** Some put RPID into `<status>`, as its draft did. */
function labelOf(one: XmlElement): string | undefined {
  const status = childElement(one, NS.pidf, 'status');
  return childText(one, NS.rpid, 'class') ?? (status && childText(status, NS.rpid, 'class'));
}

function withoutHidden(one: XmlElement, provides: Provides | null): XmlElement {
  if (provides === null || provides.attributes === true) return one;
  return {
    ...one,
    children: one.children.filter((child) => !isElement(child) || isProvided(child, provides)),
  };
}

function reachable(one: XmlElement, provides: Provides | null): XmlElement | null {
  if (one.ns !== NS.pidf) return null;
  const children = withoutHidden(one, provides).children.flatMap((child) => {
    if (!isElement(child) || !PUBLIC.includes(child.ns) || child.name === 'note') return [];
    return child.name === 'status' ? [onlyBasic(child)] : [child];
  });
  return { ...one, children };
}

function onlyBasic(status: XmlElement): XmlElement {
  const isBasic = (child: XmlElement): boolean => child.ns === NS.pidf && child.name === 'basic';
  return { ...status, children: status.children.filter((child) => isElement(child) && isBasic(child)) };
}

function isProvided({ ns, name }: XmlElement, provides: Provides | null): boolean {
  if (provides === null || provides.attributes === true) return true;
  if (ns === NS.pidf && ALWAYS.includes(name)) return true;
  const known = ns === NS.pidf || ns === NS.dataModel || ns === NS.rpid;
  return known && provides.attributes.includes(name);
}
