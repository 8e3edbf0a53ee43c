/**
 * Runs in the audio thread: the loudness of the microphone, ten times a second, 0 to 1. Root mean square in decibels
 * over a range of 60, so that a speaking voice fills about two thirds.
 */
interface WorkletScope {
  readonly sampleRate: number;
  registerProcessor(name: string, processor: new () => object): void;
}

const scope = globalThis as unknown as WorkletScope & {
  AudioWorkletProcessor: new () => { readonly port: MessagePort };
};

scope.registerProcessor(
  'level',
  class extends scope.AudioWorkletProcessor {
    #sum = 0;
    #count = 0;

    process(inputs: Float32Array[][]): boolean {
      for (const sample of inputs[0]?.[0] ?? []) this.#sum += sample * sample;
      this.#count += 128;
      if (this.#count >= scope.sampleRate / 10) {
        const decibels = 10 * Math.log10(this.#sum / this.#count + 1e-9);
        this.port.postMessage(Math.min(1, Math.max(0, (decibels + 60) / 60)));
        this.#sum = 0;
        this.#count = 0;
      }
      return true;
    }
  },
);

export {};
