import type { Markup, MarkupPolicy } from './markup.ts';

/** Brings the sanitiser when it is first wanted. Until then, and where it cannot be had, plain words are shown. */
export class MarkupLoader {
  readonly #policy: MarkupPolicy;
  #loading: Promise<Markup> | null = null;
  #ready = $state.raw<Markup | null>(null);

  constructor(policy: MarkupPolicy) {
    this.#policy = policy;
  }

  get ready(): Markup | null {
    return this.#ready;
  }

  load(): Promise<Markup> {
    this.#loading ??= import('./markup.ts').then(({ createMarkup }) => {
      const made = createMarkup(window, this.#policy);
      this.#ready = made;
      return made;
    });
    // A later try may find the network again.
    this.#loading.catch(() => (this.#loading = null));
    return this.#loading;
  }
}
