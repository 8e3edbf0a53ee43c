import worklet from './level-worklet.ts?worker&url';

/**
 * Reports the loudness of a track, 0 to 1, ten times a second until the function returned is called. The processor is
 * a file of its own, never a blob, so that a strict content policy holds.
 */
export async function watchLevel(
  track: MediaStreamTrack,
  report: (level: number) => void,
): Promise<() => void> {
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(worklet);
  } catch {
    // No worklets in this browser: no meter, and nothing else is lost.
    await context.close();
    return () => undefined;
  }
  // A page nobody has touched yet may be given a context at rest.
  if (context.state === 'suspended') void context.resume();
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
  const meter = new AudioWorkletNode(context, 'level', { numberOfOutputs: 0 });
  meter.port.onmessage = (event: MessageEvent<number>) => report(event.data);
  source.connect(meter);
  return () => {
    meter.port.onmessage = null;
    source.disconnect();
    void context.close();
  };
}
