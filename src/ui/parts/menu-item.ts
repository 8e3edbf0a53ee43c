import type { IconName } from './icon-name.ts';
import type { PresenceShape } from './presence-shapes.ts';

/** What a menu shows. `why` explains an entry that cannot act now; the entry then stays readable and does nothing. */
export type MenuItem =
  | {
      readonly is: 'action';
      readonly label: string;
      readonly icon?: IconName | undefined;
      readonly badge?: PresenceShape | undefined;
      readonly hint?: string | undefined;
      readonly danger?: boolean | undefined;
      readonly why?: string | undefined;
      readonly run: () => void;
    }
  | {
      readonly is: 'choice';
      readonly label: string;
      readonly checked: boolean;
      readonly badge?: PresenceShape | undefined;
      readonly hint?: string | undefined;
      readonly run: () => void;
    }
  | {
      readonly is: 'tick';
      readonly label: string;
      readonly checked: boolean;
      readonly run: () => void;
    }
  | {
      readonly is: 'more';
      readonly label: string;
      readonly icon?: IconName | undefined;
      readonly items: readonly MenuItem[];
    }
  | { readonly is: 'line' }
  | { readonly is: 'title'; readonly label: string };
