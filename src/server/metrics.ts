/** Figures for `/metrics` in OpenMetrics text (https://prometheus.io/docs/specs/om/open_metrics_spec/). */
export interface Counter {
  /** `label` distinguishes series of one counter: a method, a status class. Keep the set small. */
  add(label?: string, by?: number): void;
  read(label?: string): number;
}

export interface Metrics {
  /** `name` without `_total`; `label` names the one label of the family. */
  counter(name: string, help: string, label?: string): Counter;
  /** Read when asked. */
  gauge(name: string, help: string, read: () => number): void;
  text(): string;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  samples(): readonly string[];
}

export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  return {
    counter(name, help, label) {
      const values = new Map<string, number>();
      const sample = (key: string, value: number): string =>
        label ? `${name}_total{${label}="${escapeLabel(key)}"} ${value}` : `${name}_total ${value}`;
      if (!label) values.set('', 0);
      families.set(name, {
        name,
        help,
        type: 'counter',
        samples: () => [...values].map(([key, value]) => sample(key, value)),
      });
      return {
        add: (key = '', by = 1) => void values.set(key, (values.get(key) ?? 0) + by),
        read: (key = '') => values.get(key) ?? 0,
      };
    },
    gauge(name, help, read) {
      families.set(name, { name, help, type: 'gauge', samples: () => [`${name} ${read()}`] });
    },
    text() {
      const lines: string[] = [];
      for (const family of families.values()) {
        lines.push(
          `# HELP ${family.name} ${family.help}`,
          `# TYPE ${family.name} ${family.type}`,
          ...family.samples(),
        );
      }
      return `${lines.join('\n')}\n# EOF\n`;
    },
  };
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
}
