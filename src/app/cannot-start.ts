/** Something an operator has to put right before elevate can start; the text says what. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
}

/** What goes wrong here is for the operator to mend: a sentence, not a stack. */
export async function cannotStart<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new CannotStart(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
