import type { CaptureKind, Insight } from './device-faults.ts';

/** What the browser tells of its consent, for the sentence of a refusal. Never throws: not every browser tells. */
export async function insightOf(kind: CaptureKind): Promise<Insight> {
  const status = await consent(kind);
  return { isAllowedHere: allowedHere(kind), permission: status?.state ?? null };
}

/** Calls `allowed` each time the person allows the kind after having refused it. */
export async function whenAllowed(kind: CaptureKind, allowed: () => void): Promise<void> {
  const status = await consent(kind);
  status?.addEventListener('change', () => {
    if (status.state === 'granted') allowed();
  });
}

async function consent(kind: CaptureKind): Promise<PermissionStatus | null> {
  try {
    return await navigator.permissions.query({ name: kind });
  } catch {
    // A browser without this API, or without these names in it.
    return null;
  }
}

/** False when a policy forbids it; browsers that do not tell are taken to allow. */
function allowedHere(kind: CaptureKind): boolean {
  for (const name of ['permissionsPolicy', 'featurePolicy']) {
    const policy: unknown = Reflect.get(document, name);
    if (typeof policy !== 'object' || policy === null) continue;
    const allows: unknown = Reflect.get(policy, 'allowsFeature');
    if (typeof allows === 'function') return allows.call(policy, kind) !== false;
  }
  return true;
}
