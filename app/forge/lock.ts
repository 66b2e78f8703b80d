/** Lets one piece of work after another through, in the order they came. */
export interface Lock {
  /** Runs the work when all earlier work has ended, well or not, and gives its result. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function newLock(): Lock {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
