/**
 * Under Trusted Types the address of a script must say that it was meant, and so must markup that is parsed. Ours are the
 * worker and the service worker, and what the sanitiser of messages reads.
 */
export interface ScriptPolicy {
  createHTML(html: string): unknown;
  createScriptURL(url: string): unknown;
}

/** A name can be given out once; main.ts asks once and lends it. Where there are no Trusted Types, addresses pass as they are. */
export function scriptPolicy(page: Window): ScriptPolicy {
  const rules = { createHTML: (html: string): string => html, createScriptURL: (url: string): string => url };
  const { trustedTypes } = page as unknown as {
    trustedTypes?: { createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy };
  };
  return trustedTypes?.createPolicy('parley', rules) ?? rules;
}
