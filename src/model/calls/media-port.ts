import type { AgentLink, MediaRequests } from '../../agent/contract.ts';
import type { PeerConnections } from '../../media/peer-connections.ts';

type Answers = { [M in keyof MediaRequests]: (input: MediaRequests[M][0]) => Promise<MediaRequests[M][1]> };

/** Lets the user agent reach the peer connections of this tab: the six verbs of a session description handler. */
export function serveMedia(link: AgentLink, peers: PeerConnections): void {
  const answers: Answers = {
    'get-description': (input) => peers.describe(input),
    'set-description': (input) => peers.apply(input),
    rollback: (input) => peers.rollback(input),
    'send-dtmf': (input) => Promise.resolve(peers.sendDtmf(input)),
    close: (input) => Promise.resolve(peers.close(input)),
  };
  link.serveMedia((verb, input) => answers[verb](input));
}
