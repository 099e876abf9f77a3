/** Something that an operator must fix before elevate can start; the text says what. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
}

/** Errors in here are for the operator to fix: they are shown as a sentence without a stack. */
export async function cannotStart<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new CannotStart(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
