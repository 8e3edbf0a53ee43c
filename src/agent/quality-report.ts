/** Tells the server how a call sounded (RFC 6035). Servers without a collector answer 404, and nothing more comes of it. */
import { VQ_TYPE, writeVqReport, type MeasuredCall } from '../protocol/vq-report.ts';
import type { Aor, StoredCall } from '../store/rows.ts';
import type { Http } from './http.ts';

/** `root`: `…/api`. Never throws, tries once. */
export async function sendQualityReport(
  http: Http,
  root: string,
  { me, call, measured }: { readonly me: Aor; readonly call: StoredCall; readonly measured: MeasuredCall },
): Promise<void> {
  const body = writeVqReport({
    callId: call.id,
    localId: me,
    remoteId: call.conversation,
    origId: call.direction === 'out' ? me : call.conversation,
    start: call.at,
    stop: call.at + (call.duration ?? 0),
    ...measured,
  });
  await http({ method: 'POST', url: `${root}/quality`, headers: { 'Content-Type': VQ_TYPE }, body });
}
