import type { Taken } from './capture.ts';
import { speakerFault } from './device-faults.ts';

/** Two notes, seconds from the start: one alone is easily taken for a noise of the room. */
const NOTES = [
  { hertz: 523, from: 0.05, until: 0.45 },
  { hertz: 659, from: 0.5, until: 1 },
] as const;
const LENGTH = 1.3;

/**
 * Plays two notes on a speaker, as a call would use it; '' is the system's own. Done when they have sounded. A speaker
 * that refuses is a sentence.
 */
export async function testSpeaker(speaker: string): Promise<Taken<null>> {
  const context = new AudioContext();
  // An element, not the context, is sent to the speaker: that is how calls play, and more browsers have it.
  const element = new Audio();
  try {
    if (context.state === 'suspended') await context.resume();
    const out = new MediaStreamAudioDestinationNode(context);
    const volume = new GainNode(context, { gain: 0 });
    volume.connect(out);
    const start = context.currentTime;
    for (const { hertz, from, until } of NOTES) {
      const voice = new OscillatorNode(context, { frequency: hertz });
      voice.connect(volume);
      voice.start(start + from);
      voice.stop(start + until + 0.1);
      volume.gain.setTargetAtTime(0.2, start + from, 0.012);
      volume.gain.setTargetAtTime(0, start + until, 0.02);
    }
    element.srcObject = out.stream;
    if ('setSinkId' in element) await element.setSinkId(speaker);
    await element.play();
    await new Promise((resolve) => setTimeout(resolve, LENGTH * 1000));
    return { ok: true, value: null };
  } catch (error) {
    return { ok: false, why: speakerFault(error) };
  } finally {
    element.srcObject = null;
    void context.close();
  }
}
