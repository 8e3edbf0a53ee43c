import type { Boot, Fact, HistoryStatus } from '../../agent/contract.ts';

/** Where the history of this person is kept, as screens say it. */
export class HistoryKept {
  #status = $state.raw<HistoryStatus>({ kept: 'unknown', retentionDays: 0, isWhole: true });

  boot(boot: Partial<Pick<Boot, 'history'>>): void {
    if (boot.history) this.#status = boot.history;
  }

  apply(fact: Fact): void {
    if (fact.fact === 'history') this.#status = fact.status;
  }

  get status(): HistoryStatus {
    return this.#status;
  }

  /** One line for the beginning of a conversation; null while nobody knows. */
  get words(): string | null {
    const { kept, isWhole, retentionDays, words } = this.#status;
    if (kept === 'unknown') return null;
    if (kept === 'device') return words ?? 'History is what this browser saw. This server keeps none.';
    if (!isWhole) return 'Earlier messages are still on their way from the server.';
    return retentionDays > 0 ? `Older than ${retentionDays} days is not kept.` : null;
  }

  /** Said in every conversation where the organisation keeps it (features.md AR1); null where it does not. */
  get archivedWords(): string | null {
    if (this.#status.kept !== 'server') return null;
    return 'This conversation is archived by your organisation, so that you find it on all your devices.';
  }
}
