/** Answers every message of the process that forked this one with what `answer` gives, or with what went wrong; ends when it does. */
export function answerMessages(answer: (message: unknown) => Promise<unknown>): void {
  process.on('message', (message: unknown) => {
    void answer(message).then(
      (value) => process.send?.({ value }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => {
    process.exit();
  });
}
