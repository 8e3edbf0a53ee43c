/** How a call stands in the tab that has it: what another connection for the same call begins with. */
export interface Standing {
  readonly muted: boolean;
  readonly held: boolean;
  readonly camera: boolean;
  /** There is a line for pictures, whoever sends one. */
  readonly picture: boolean;
}

/**
 * The call that a connection serves. Further connections of a call, as one takes the place of another (RFC 3891), are
 * named `<call>#2`, `<call>#3` …; a Call-ID has no such character.
 */
export function callOf(connection: string): string {
  return connection.split('#', 1)[0] ?? connection;
}
