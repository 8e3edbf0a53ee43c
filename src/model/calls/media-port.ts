import type { AgentLink, MediaRequests } from '../../agent/contract.ts';
import type { PeerConnections } from '../../media/peer-connections.ts';
import type { Transfers } from '../chat/transfers.svelte.ts';

type Answers = { [M in keyof MediaRequests]: (input: MediaRequests[M][0]) => Promise<MediaRequests[M][1]> };

export type FileMedia = Pick<Transfers, 'describe' | 'applyDescription' | 'rollback' | 'close' | 'upload'>;

/**
 * Lets the user agent reach what this tab holds: the peer connections of calls, the six verbs of a session description
 * handler, and the channels of files, whose calls are named `file:…`.
 */
export function serveMedia(link: AgentLink, peers: PeerConnections, files: FileMedia | null): void {
  const filesFor = ({ call }: { call: string }): FileMedia | null =>
    call.startsWith('file:') ? files : null;
  const answers: Answers = {
    'get-description': (input) => peers.describe(input),
    'set-description': (input) => filesFor(input)?.applyDescription(input) ?? peers.apply(input),
    rollback: (input) => filesFor(input)?.rollback(input) ?? peers.rollback(input),
    'send-dtmf': (input) => Promise.resolve(peers.sendDtmf(input)),
    close: (input) => filesFor(input)?.close(input) ?? Promise.resolve(peers.close(input)),
    'describe-file': (input) => files?.describe(input) ?? Promise.resolve(NO_FILES),
    'upload-file': (input) => files?.upload(input) ?? Promise.resolve(NO_FILES),
  };
  link.serveMedia((verb, input) => answers[verb](input));
}

const NO_FILES = { ok: false, why: 'This window sends no files.' } as const;
