import type { PersonDriver } from 'slack-simulator/driver'
import { textOf } from 'slack-simulator/text'
import type { PersonView, SeenMessage } from 'slack-simulator/view'
import type { Session } from './session.ts'

/** Tells the story and counts what was really seen. */
export class Teller {
  readonly failed: string[] = []
  #seen = 0
  readonly #judge: Session

  constructor(judge: Session) {
    this.#judge = judge
  }

  say(text: string): void {
    process.stdout.write(`${text}\n`)
  }

  chapter(title: string): void {
    this.say(`\n── ${title} ${'─'.repeat(Math.max(2, 76 - title.length))}`)
  }

  quote(who: string, text: string): void {
    this.say(`\n  ${who}\n${text.replace(/^/gm, '  │ ')}`)
  }

  /** Waits until this person sees the message, then shows it. Throws when it does not come in time. */
  async quoteSeen(
    person: PersonDriver,
    {
      title,
      what,
      within = 15_000,
    }: { readonly title: string; readonly what: string; readonly within?: number },
    find: (view: PersonView) => SeenMessage | undefined,
  ): Promise<SeenMessage> {
    const message = await person.see(find, { what, within })
    this.quote(title, textOf(message))
    return message
  }

  check(what: string, good: boolean, found = ''): void {
    this.say(`  ${good ? '✓' : '✗'} ${what}${good || !found ? '' : ` — found: ${found}`}`)
    if (good) this.#seen += 1
    else this.failed.push(what)
  }

  /** One value, read in the target by somebody who is not elevate. */
  async inTarget(sql: string): Promise<string> {
    const shown = await this.#judge.run(sql)
    if (!shown.ok) throw new Error(`the target could not be looked at: ${shown.error}`)
    return shown.rows[0]?.[0] ?? ''
  }

  end(): void {
    this.say(
      this.failed.length === 0
        ? `\nEvery step was seen in the target: ${this.#seen} checks.`
        : `\n${this.failed.length} of ${this.#seen + this.failed.length} checks failed: ${this.failed.join('; ')}`,
    )
  }
}

/** The latest message there that says this; without a channel, in direct messages. */
export function latest(view: PersonView, words: RegExp, channel?: string): SeenMessage | undefined {
  return view.channels
    .filter((one) => (channel === undefined ? one.kind === 'im' : one.id === channel))
    .flatMap((one) => one.messages)
    .findLast((one) => words.test(`${one.text}\n${textOf(one)}`))
}
