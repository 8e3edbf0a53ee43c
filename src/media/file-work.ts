/** What a tab and its file worker say to each other. */

/** Where a file is written: a place that the person chose, or this browser's own disk under a name. */
export type FilePlace = { readonly handle: FileSystemFileHandle } | { readonly name: string };

export type FileWork =
  | { readonly do: 'hash'; readonly file: Blob }
  | { readonly do: 'thumbnail'; readonly file: Blob }
  | { readonly do: 'open'; readonly place: FilePlace }
  /** Octets `from` to `to` of the buffer, which is given away. */
  | { readonly do: 'write'; readonly buffer: ArrayBuffer; readonly from: number; readonly to: number }
  /** `hash`: SHA-256 in hexadecimal that it must have; null: not known. */
  | { readonly do: 'finish'; readonly hash: string | null }
  | { readonly do: 'abort' };

export type FileNews =
  /** Octets read so far. */
  | { readonly is: 'hashing'; readonly octets: number }
  /** Null: the file could not be read. */
  | { readonly is: 'hashed'; readonly hash: string | null }
  /** A `data:` address, null when there is no picture in it. */
  | { readonly is: 'thumbnail'; readonly data: string | null }
  /** The disk did not take it. */
  | { readonly is: 'full' }
  | { readonly is: 'kept'; readonly hash: string }
  | { readonly is: 'damaged' };

/** The folder of this browser's own disk that holds received files, by the id of their transfer. */
export const FOLDER = 'received-files';
