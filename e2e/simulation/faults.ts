/** Known mistakes, planted one at a time: a simulation that does not find them proves nothing. */

export interface Faults {
  /** The store has lost its unique index: a repeat becomes a second row. */
  readonly noUniqueIndex: boolean;
  /** 200 goes out before the message is stored. */
  readonly answerBeforeStore: boolean;
  /** A retry gets a new id. */
  readonly newIdOnRetry: boolean;
  /** A message that got no answer counts as sent. */
  readonly unknownIsSent: boolean;
  /** The outbox forgets a message as soon as it is on its way. */
  readonly outboxForgets: boolean;
  /** Rows are put in order by the clock of the device that received them. */
  readonly orderByArrival: boolean;
  /** A fresh instance id at every start. */
  readonly newInstance: boolean;
  /** A connection that went silent is believed in for ever. */
  readonly believesSilence: boolean;
  /** Timers are not called off. */
  readonly timersLeak: boolean;
  /** The server answers before its commit. */
  readonly earlyAnswer: boolean;
  /** The server takes a repeat for a new message. */
  readonly serverTakesRepeats: boolean;
  /** The outbox is not read at the start. */
  readonly outboxNotRead: boolean;
}

export const NO_FAULTS: Faults = {
  noUniqueIndex: false,
  answerBeforeStore: false,
  newIdOnRetry: false,
  unknownIsSent: false,
  outboxForgets: false,
  orderByArrival: false,
  newInstance: false,
  believesSilence: false,
  timersLeak: false,
  earlyAnswer: false,
  serverTakesRepeats: false,
  outboxNotRead: false,
};

export const FAULT_NAMES = Object.keys(NO_FAULTS) as (keyof Faults)[];
