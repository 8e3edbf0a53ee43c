import type { Person } from '../../agent/contract.ts';
import type { DirectoryGroup } from '../../protocol/service-api.ts';
import type { Contact } from './contact.svelte.ts';

/** One line of the results: somebody, a list, or what was typed taken as an address or a number. */
export type Found =
  | { readonly is: 'contact'; readonly key: string; readonly contact: Contact }
  /** From the directory and not in the list. */
  | { readonly is: 'person'; readonly key: string; readonly contact: Contact; readonly person: Person }
  | { readonly is: 'address'; readonly key: string; readonly contact: Contact }
  /** `contact` is null for digits that are no number of the public network, such as an extension. */
  | {
      readonly is: 'number';
      readonly key: string;
      readonly number: string;
      readonly contact: Contact | null;
    }
  | { readonly is: 'list'; readonly key: string; readonly list: FoundList };

/** `size` is null for a list of mine that nobody has looked into. */
export type FoundList = Pick<DirectoryGroup, 'id' | 'name' | 'description'> & {
  readonly size: number | null;
};
