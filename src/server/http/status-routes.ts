import type { Metrics } from '../metrics.ts';
import type { HttpAnswer, HttpRoute } from './contract.ts';
import { isLoopback } from './peer.ts';

/** `/health`: 200 while the server can work, 503 when it cannot; the reason is for this machine, or everybody when `open`. */
export function healthRoute(problem: () => string | null, open: boolean): HttpRoute {
  return {
    prefix: '/health',
    handle: async ({ address }) => {
      const why = problem();
      if (why === null) return json({ ok: true });
      return json(open || isLoopback(address) ? { ok: false, why } : { ok: false }, 503);
    },
  };
}

/** `/metrics` in OpenMetrics text, for this machine, or for everybody when `open`. */
export function metricsRoute(metrics: Metrics, open: boolean): HttpRoute {
  return {
    prefix: '/metrics',
    handle: async ({ address }) => {
      if (!open && !isLoopback(address)) return { status: 403 };
      return {
        status: 200,
        headers: { 'Content-Type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' },
        body: metrics.text(),
      };
    },
  };
}

/** `/config.json`: what the client has to know; `Config` of the client's contract. */
export function configRoute(
  config: (host: string, secure: boolean) => Readonly<Record<string, unknown>>,
): HttpRoute {
  return {
    prefix: '/config.json',
    handle: async ({ headers }) =>
      json(config(headers['host'] ?? '', headers['x-forwarded-proto'] === 'https')),
  };
}

export function json(value: unknown, status = 200): HttpAnswer {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  };
}
