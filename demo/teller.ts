import type { SeenMessage } from 'slack-simulator/view'
import type { Session } from './session.ts'
import type { Demo } from './world.ts'

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

export type View = Parameters<Parameters<ReturnType<Demo['simulator']['as']>['see']>[0]>[0]

export function messagesOf(view: View, channel: string): readonly SeenMessage[] {
  return view.channels.find((one) => one.id === channel)?.messages ?? []
}

export function directMessages(view: View): SeenMessage[] {
  return view.channels.filter((one) => one.kind === 'im').flatMap((one) => [...one.messages])
}

export function newest(messages: readonly SeenMessage[]): SeenMessage | undefined {
  return messages.at(-1)
}
