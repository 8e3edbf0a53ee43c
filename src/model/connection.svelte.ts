import type { Boot, ConnectionState, Fact } from '../agent/contract.ts';

/** What the banner above the conversation says; `action` is a verb it offers. */
export interface ConnectionWords {
  readonly tone: 'plain' | 'caution';
  readonly words: string;
  readonly action: 'retry' | 'sign-in' | null;
}

const KEPT = 'Keep writing: messages are kept here and sent in order when the connection returns.';

/** The link to the server as a person should hear of it. */
export class Connection {
  #state = $state.raw<ConnectionState>({ is: 'signed-out' });
  #clockOffset = $state(0);
  /** When this browser last had the server's ear; null before the first time. */
  #heardAt = $state<number | null>(null);

  boot(boot: Pick<Boot, 'connection' | 'clockOffset'>): void {
    this.#take(boot.connection, boot.clockOffset);
  }

  apply(fact: Fact): void {
    if (fact.fact === 'connection') this.#take(fact.state, fact.clockOffset);
  }

  #take(state: ConnectionState, clockOffset: number): void {
    if (state.is === 'offline' && this.#state.is === 'online') this.#heardAt = state.since;
    this.#state = state;
    this.#clockOffset = clockOffset;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isOnline(): boolean {
    return this.#state.is === 'online';
  }

  /** Since when presence is a memory; null while it is live or was never heard by this window. */
  get heardAt(): number | null {
    return this.isOnline ? null : this.#heardAt;
  }

  /** Milliseconds by the server's clock for a reading of ours. */
  serverTime(now: number): number {
    return now + this.#clockOffset;
  }
  /** The other way: a time of the server by this device's clock. */
  ownTime(at: number): number {
    return at - this.#clockOffset;
  }

  /** One word or two where the own status stands while not connected; null while connected. */
  get short(): string | null {
    switch (this.#state.is) {
      case 'online':
        return null;
      case 'connecting':
        return 'Connecting';
      default:
        return 'Not connected';
    }
  }

  /** The one banner; null while nothing needs saying. A first connection attempt is silent. */
  get banner(): ConnectionWords | null {
    const state = this.#state;
    switch (state.is) {
      case 'online':
      case 'signed-out':
        return null;
      case 'connecting':
        return state.attempt > 1
          ? { tone: 'caution', words: `Connecting again. ${KEPT}`, action: null }
          : null;
      case 'refused':
        return { tone: 'caution', words: state.why, action: 'sign-in' };
      case 'offline':
        return state.retryAt === null
          ? { tone: 'caution', words: `You’re offline. ${KEPT}`, action: 'retry' }
          : { tone: 'caution', words: `${sentence(state.why)} ${KEPT}`, action: 'retry' };
    }
  }

  /** Why a call cannot start now; null when it can. */
  get whyNoCall(): string | null {
    return this.isOnline ? null : 'Calls start when the connection returns.';
  }
}

function sentence(words: string): string {
  const trimmed = words.trim();
  if (trimmed === '') return 'The server can’t be reached.';
  return /[.!?…]$/u.test(trimmed) ? trimmed : `${trimmed}.`;
}
