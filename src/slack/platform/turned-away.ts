import { isRefused, type Refusal, type Refused } from '../../core/refusal.ts'

/** A "no" of this door itself, in its words. They may quote what was typed. */
type OwnWords = { readonly words: string; readonly field?: Refusal['field'] }

/** A "no", of a verb or of this door: thrown on the way to an answer, and shown where the visit is served. */
export class TurnedAway extends Error {
  readonly no: Refusal | OwnWords
  constructor(no: Refusal | OwnWords) {
    super(JSON.stringify(no))
    this.no = no
  }
}

/** To throw. `field` is the form's, where there is one. */
export function turnedAway(words: string, field?: Refusal['field']): TurnedAway {
  return new TurnedAway({ words, ...(field ? { field } : {}) })
}

/** What a verb or a report answered; throws when that is a "no". */
export function unlessRefused<T>(answer: T): Exclude<T, Refused> {
  if (isRefused(answer)) throw new TurnedAway(answer.refused)
  return answer as Exclude<T, Refused>
}
