import type { Metrics } from '../metrics.ts';
import type { HttpAnswer, HttpRoute } from './contract.ts';

/** `/health`: 200 while the server can work, 503 with a reason when it cannot. */
export function healthRoute(problem: () => string | null): HttpRoute {
  return {
    prefix: '/health',
    handle: async () => {
      const why = problem();
      return json(why === null ? { ok: true } : { ok: false, why }, why === null ? 200 : 503);
    },
  };
}

/** `/metrics` in OpenMetrics text. */
export function metricsRoute(metrics: Metrics): HttpRoute {
  return {
    prefix: '/metrics',
    handle: async () => ({
      status: 200,
      headers: { 'Content-Type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' },
      body: metrics.text(),
    }),
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
