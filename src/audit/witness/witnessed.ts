import type { FaultList } from '../checkpoint/fault-list.ts'
import type { Verifier } from '../checkpoint/note.ts'
import { cosignersOf } from './cosignature.ts'

/** How far each of some witnesses has cosigned the log, among the checkpoints that came out. */
export class Witnessed {
  readonly #sizes: Map<Verifier, number>
  readonly #faults: FaultList

  constructor(witnesses: readonly Verifier[], faults: FaultList) {
    this.#sizes = new Map(witnesses.map((witness) => [witness, 0]))
    this.#faults = faults
  }

  see(note: string, size: number): void {
    if (this.#sizes.size === 0) return
    const { by, wrong } = cosignersOf(note, [...this.#sizes.keys()])
    for (const witness of by) this.#sizes.set(witness, size)
    for (const { name } of wrong)
      this.#faults.add({
        kind: 'checkpoint',
        text: `the cosignature of ${name} on the checkpoint of ${size} events is wrong`,
        checkpoint: size,
      })
  }

  end(): void {
    for (const [{ name }, size] of this.#sizes)
      if (size === 0)
        this.#faults.add({
          kind: 'unwitnessed',
          text: `no checkpoint that comes out has the cosignature of ${name}: what the log is now, this witness has not seen`,
        })
  }

  report(): readonly { readonly vkey: string; readonly name: string; readonly size: number }[] {
    return [...this.#sizes].map(([{ vkey, name }, size]) => ({ vkey, name, size }))
  }
}
