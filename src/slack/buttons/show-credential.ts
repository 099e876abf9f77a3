import { isRefused } from '../../core/refusal.ts'
import { credentialView } from '../forms/credential-view.ts'
import { noticeView } from '../forms/notice-view.ts'
import { openThen } from '../forms/open-view.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { type Click, readId } from '../platform/payloads.ts'

const TITLE = 'Password'

/** The dialog stands before the target is asked: a secret is made only when there is somewhere to show it. */
export async function pressShowCredential(
  door: Door,
  { visitor, trigger, value }: Click,
): Promise<Answer | undefined> {
  const grant = readId(value)
  if (!grant) return tellRefusal(door, notOurs())
  return openThen(door, { trigger, title: TITLE, what: 'show credential' }, async () => {
    const shown = await door.verbs.showCredential({ grant, by: visitor.person })
    return isRefused(shown)
      ? noticeView(TITLE, await tellRefusal(door, shown))
      : credentialView(shown.grant, shown.credential)
  })
}
