/** The time as far as words need it ("Away 25 min"): moves twice a minute, and at once when the page is seen again. */
export class Clock {
  #now = $state(Date.now());

  get now(): number {
    return this.#now;
  }

  /** Returns how to stop. */
  start(): () => void {
    const tick = (): void => {
      this.#now = Date.now();
    };
    const timer = setInterval(tick, 30_000);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }
}
