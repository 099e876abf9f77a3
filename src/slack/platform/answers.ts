/** Ways to tell the person who acted, and the few answers that belong to no verb. */
import type { RespondFn } from '@slack/bolt'
import type { PersonId } from '../../core/people/person.ts'
import { type Refused, refuse } from '../../core/refusal.ts'
import { sentence } from '../blocks/compose.ts'
import { say } from '../blocks/rich-text.ts'
import { noticeView } from '../forms/notice-view.ts'
import { refusalAnswer } from '../words/refusal-answer.ts'
import type { Answer, Door } from './guard.ts'
import { readNames, withNames } from './names.ts'

/** To this person only: where he pressed, else in a dialog, else in his direct messages. */
export function tellVia(
  door: Door,
  person: PersonId,
  ways: { readonly respond: RespondFn | undefined; readonly trigger: string | undefined },
): (answer: Answer) => Promise<void> {
  return async ({ text, blocks, replace = false }) => {
    try {
      if (ways.respond) {
        await ways.respond({ response_type: 'ephemeral', replace_original: replace, text, blocks })
        return
      }
      if (ways.trigger) {
        await door.client.views.open({
          trigger_id: ways.trigger,
          view: noticeView('elevate', { text, blocks }),
        })
        return
      }
    } catch (error) {
      door.log.debug({ error: String(error) }, 'the nearest way to answer was closed')
    }
    await door.client.chat.postMessage({ channel: person, text, blocks })
  }
}

export async function tellRefusal(door: Pick<Door, 'directory'>, refused: Refused): Promise<Answer> {
  return withNames(door.directory, (names) => refusalAnswer(refused, names))
}

/** For a form's field, which takes plain text only: names in place of mentions. */
export async function refusalText(door: Pick<Door, 'directory'>, refused: Refused): Promise<string> {
  const { text } = refused.refused
  const names = await readNames(
    door.directory,
    [...text.matchAll(MENTION)].map((match) => match[1]),
  )
  return text.replace(MENTION, (_, id: string) => names(id))
}

const MENTION = /<@([UW][A-Z0-9]+)>/g

export function notOurs(): Refused {
  return refuse('usage', 'This button is not one that elevate made; nothing was changed.')
}

export function unknownPressAnswer(): Answer {
  return sentence(
    say`This button is from another version of elevate, and nothing was changed. /elevate status shows how things stand.`,
  )
}

export function unknownCommandAnswer(): Answer {
  return sentence(say`elevate does not know this command. /elevate help shows what it knows.`)
}
