/** What the connections that follow each other in one call hand on. */

/** How a call stands in the window that has it: what its next connection begins with. */
export interface Standing {
  readonly muted: boolean;
  readonly held: boolean;
  readonly camera: boolean;
  /** There is a line for pictures, whoever sends one. */
  readonly picture: boolean;
}

/** The name of the nth connection of a call; the first is named like the call. A Call-ID has no `#`. */
export function connectionOf(call: string, nth: number): string {
  return `${call}#${nth}`;
}

/** The call that a connection serves. */
export function callOf(connection: string): string {
  return connection.split('#', 1)[0] ?? connection;
}
