/** What the tab that holds a file tells of its way. `octets` are those of the whole file that are through. */
export type TransferNews =
  | { readonly is: 'hashing' | 'moving'; readonly octets: number }
  /** The channel is gone with the file half through. */
  | { readonly is: 'cut'; readonly octets: number }
  /** The path is broken; a new offer in the same dialog may heal it. */
  | { readonly is: 'weak' }
  | { readonly is: 'whole' }
  /** The other side left off on purpose. */
  | { readonly is: 'stopped' }
  /** `why`: a sentence for the person. */
  | { readonly is: 'failed'; readonly why: string };
