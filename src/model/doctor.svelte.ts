import type { AgentLink, DoctorCheck, Fact } from '../agent/contract.ts';

/** What the server can and cannot do, asked of the server itself. */
export class Doctor {
  readonly #link: AgentLink;
  #checks = $state.raw<readonly DoctorCheck[]>([]);
  #isRunning = $state(false);
  #problem = $state<string | null>(null);

  constructor(link: AgentLink) {
    this.#link = link;
  }

  get checks(): readonly DoctorCheck[] {
    return this.#checks;
  }
  get isRunning(): boolean {
    return this.#isRunning;
  }
  get problem(): string | null {
    return this.#problem;
  }

  apply(fact: Fact): void {
    if (fact.fact === 'doctor') this.#checks = fact.checks;
  }

  async examine(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#problem = null;
    const outcome = await this.#link.send('examine', { doctor: true });
    if (outcome.ok) this.#checks = outcome.value;
    else this.#problem = outcome.why;
    this.#isRunning = false;
  }
}
