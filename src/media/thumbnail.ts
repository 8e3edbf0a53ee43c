/** A small picture of an image, made by its sender, so that nobody has to load a stranger's file to see what it is. */
import { encodeBase64 } from '../protocol/base64.ts';

/** The longer side at most, pixels. */
const MOST_PIXELS = 320;
/** The picture itself at most, octets. */
const MOST_OCTETS = 8000;
/** An image larger than this is not decoded for it, octets. */
const LARGEST_IMAGE = 40_000_000;
const TYPES = /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/;
/** Tried one after another until it is small enough. */
const TRIES = [
  [1, 0.7],
  [1, 0.4],
  [0.6, 0.5],
  [0.4, 0.4],
  [0.25, 0.3],
] as const;

/** A `data:` address, or null when the file is no image that this browser can decode. */
export async function makeThumbnail(file: Blob): Promise<string | null> {
  if (!TYPES.test(file.type) || file.size > LARGEST_IMAGE) return null;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, MOST_PIXELS / Math.max(image.width, image.height));
    for (const [share, quality] of TRIES) {
      const width = Math.max(1, Math.round(image.width * scale * share));
      const height = Math.max(1, Math.round(image.height * scale * share));
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d');
      if (!context) break;
      // What is transparent would be black in formats that know no such thing.
      context.fillStyle = 'white';
      context.fillRect(0, 0, width, height);
      context.drawImage(image, 0, 0, width, height);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      if (blob.size <= MOST_OCTETS) return await dataAddress(blob);
    }
  } catch {
    // No image after all.
  }
  return null;
}

async function dataAddress(blob: Blob): Promise<string> {
  const octets = new Uint8Array(await blob.arrayBuffer());
  return `data:${blob.type};base64,${encodeBase64(octets)}`;
}
