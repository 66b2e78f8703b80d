/** Somebody used a command in a way it cannot work; the message says how it can. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
