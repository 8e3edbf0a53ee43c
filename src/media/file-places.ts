/** Where received files go: where the person says, or this browser's own disk until they are saved from there. */
import { FOLDER, type FilePlace } from './file-work.ts';

interface SavePicker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>;
}

/** Longer than this nothing is kept on this browser's own disk, milliseconds. */
const KEPT_FOR = 14 * 86_400_000;

/**
 * Asks the person, where the browser can; must be called from a click. Null: they thought better of it. `isOwn`: it goes
 * to this browser's own disk first.
 */
export async function pickPlace(
  id: string,
  name: string,
  page: SavePicker = window as SavePicker,
): Promise<{ readonly place: FilePlace; readonly isOwn: boolean } | null> {
  if (page.showSaveFilePicker) {
    try {
      return { place: { handle: await page.showSaveFilePicker({ suggestedName: name }) }, isOwn: false };
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return null;
      // Refused in this window (a frame, a policy): the other way is always open.
    }
  }
  return { place: { name: id }, isOwn: true };
}

/** Ids of the files on this browser's own disk. Those that are too old are thrown away. */
export async function ownFiles(now: number): Promise<string[]> {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER);
    const ids: string[] = [];
    for await (const [id, handle] of entriesOf(folder)) {
      const file = handle.kind === 'file' ? await (handle as FileSystemFileHandle).getFile() : null;
      if (!file || now - file.lastModified > KEPT_FOR) await folder.removeEntry(id, { recursive: true });
      else ids.push(id);
    }
    return ids;
  } catch {
    // No such folder yet, or no such disk.
    return [];
  }
}

/** A received file, null when it is not here any more. */
export async function ownFile(id: string): Promise<File | null> {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER);
    return await (await folder.getFileHandle(id)).getFile();
  } catch {
    return null;
  }
}

/** Saved as octets, whatever it is: nothing a stranger sent is ever opened here. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

const PICTURES = /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/;

/** An address for a look at a picture that this browser could decode as one; null otherwise. */
export async function pictureOf(file: Blob, type: string): Promise<string | null> {
  if (!PICTURES.test(type) || file.size > 100_000_000) return null;
  const picture = new Blob([file], { type });
  try {
    (await createImageBitmap(picture)).close();
  } catch {
    return null;
  }
  return URL.createObjectURL(picture);
}

function entriesOf(folder: FileSystemDirectoryHandle): AsyncIterable<[string, FileSystemHandle]> {
  return (folder as unknown as { entries(): AsyncIterable<[string, FileSystemHandle]> }).entries();
}
