import { URI } from 'sip.js/lib/grammar/uri.js';
import { unescapeUser, parseUri } from '../protocol/sip-uri.ts';

/**
 * A URI that sip.js writes exactly as it was received. Its own class unescapes and escapes the user part again,
 * throws on escapes that are no UTF-8, and knows no other scheme than sip and sips.
 */
export class WireUri extends URI {
  readonly text: string;

  constructor(text: string) {
    const uri = parseUri(text);
    if (uri?.kind === 'sip')
      super(uri.scheme, unescapeUser(uri.user ?? '') ?? '', uri.host, uri.port ?? undefined);
    // sip.js insists on a host; nothing reads it for these.
    else super(uri?.scheme ?? 'unknown', '', 'invalid');
    this.text = text;
  }

  override toString(): string {
    return this.text;
  }

  override toRaw(): string {
    return this.text;
  }

  override clone(): WireUri {
    return new WireUri(this.text);
  }
}
