/** CPU time of programs that are not this one, from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

/** Seconds a tick of /proc/<pid>/stat lasts: USER_HZ is 100 on every Linux that Node runs on. */
const TICK = 0.01;

interface Stat {
  readonly parent: number;
  /** Its own, and that of children it has waited for. Seconds. */
  readonly spent: number;
}

/** Fields by proc_pid_stat(5), counted after the name, which may hold anything. */
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (field: number): number => Number(fields[field - 3]);
    return { parent: at(4), spent: (at(14) + at(15) + at(16) + at(17)) * TICK };
  } catch {
    return null;
  }
}

/** Seconds of CPU used so far by a process and everything it started. */
export function cpuOf(root: number): number {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat) stats.set(Number(name), stat);
  }
  const belongs = (pid: number): boolean => {
    if (pid === root) return true;
    const parent = stats.get(pid)?.parent;
    return parent !== undefined && parent > 1 && belongs(parent);
  };
  let sum = 0;
  for (const [pid, { spent }] of stats) if (belongs(pid)) sum += spent;
  return sum;
}
