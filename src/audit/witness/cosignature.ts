/**
 * Cosignatures (c2sp.org/tlog-cosignature, `cosignature/v1`): a witness confirms that, at this time, the log that it knows
 * under this name has this size and root, and that everything it had seen of it before is part of that. In the note it is
 * one more signature line: four bytes of key id, eight of time, 64 of Ed25519 over
 *
 *     cosignature/v1
 *     time 1679315147
 *     <the checkpoint's text>
 *
 * A key of this kind has the type byte 4, so that it cannot be used as the key of a log, nor the other way round.
 */

import type { FaultList } from '../checkpoint/faults.ts'
import {
  type Algorithm,
  makeSkey,
  openNote,
  readSkey,
  readVkey,
  type Signer,
  type Verifier,
} from '../checkpoint/note.ts'

const TIME_BYTES = 8

const COSIGNATURE: Algorithm = {
  byte: 4,
  unwrap: (text, signature) => {
    if (signature.length <= TIME_BYTES) return undefined
    const time = Buffer.from(signature).readBigUInt64BE()
    if (time > 0x7fffffffffffffffn) return undefined
    return { message: messageOf(text, time), bare: signature.subarray(TIME_BYTES) }
  },
}

function messageOf(text: string, time: bigint): string {
  return `cosignature/v1\ntime ${time}\n${text}`
}

/** As `makeSkey`, `readSkey` and `readVkey`, for keys of witnesses. */
export const makeWitnessKey = (name: string): string => makeSkey(name, COSIGNATURE)
export const readWitnessKey = (skey: string): Signer | undefined => readSkey(skey, COSIGNATURE)
export const readWitnessVkey = (vkey: string): Verifier | undefined => readVkey(vkey, COSIGNATURE)

/** The signature line of a witness, with its newline. `seconds` since 1970. */
export function cosign(text: string, seconds: number, { verifier, sign }: Signer): string {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(seconds))
  const bytes = Buffer.concat([Buffer.from(verifier.id, 'hex'), time, sign(messageOf(text, BigInt(seconds)))])
  return `— ${verifier.name} ${bytes.toString('base64')}\n`
}

/** Which of these witnesses have cosigned the note; a wrong cosignature of one of them is a fault. */
export function cosignersOf(
  note: string,
  witnesses: readonly Verifier[],
): { readonly by: readonly Verifier[]; readonly wrong: readonly Verifier[] } {
  const opened = witnesses.map((witness) => ({ witness, found: openNote(note, [witness]) }))
  return {
    by: opened.filter((one) => one.found.ok).map((one) => one.witness),
    wrong: opened
      .filter(
        ({ found, witness }) => !found.ok && found.fault.includes(`${witness.name}+${witness.id} is wrong`),
      )
      .map((one) => one.witness),
  }
}

/** The witness's own signature lines in its answer; everything else is ignored. */
export function linesOfWitness(answer: string, { name, id }: Verifier): readonly string[] {
  return answer
    .split('\n')
    .filter((line) => {
      const [dash, signer, encoded = ''] = line.split(' ')
      return dash === '—' && signer === name && Buffer.from(encoded, 'base64').toString('hex', 0, 4) === id
    })
    .map((line) => `${line}\n`)
}

/** How far each of these witnesses has cosigned the log, by the checkpoints that verified. */
export class Witnessed {
  readonly #sizes: Map<Verifier, number>
  readonly #faults: FaultList

  constructor(witnesses: readonly Verifier[], faults: FaultList) {
    this.#sizes = new Map(witnesses.map((witness) => [witness, 0]))
    this.#faults = faults
  }

  /** Takes a checkpoint that verified. */
  add(note: string, size: number): void {
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

  addFaults(): void {
    for (const [{ name }, size] of this.#sizes)
      if (size === 0)
        this.#faults.add({
          kind: 'unwitnessed',
          text: `no checkpoint that verifies has the cosignature of ${name}: this witness has not seen the log as it is now`,
        })
  }

  report(): readonly { readonly vkey: string; readonly name: string; readonly size: number }[] {
    return [...this.#sizes].map(([{ vkey, name }, size]) => ({ vkey, name, size }))
  }
}
