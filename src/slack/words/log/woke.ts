import { formatDuration } from '../../../core/access/duration.ts'
import type { Notice } from '../../../core/notice.ts'
import { sentence } from '../../blocks/compose.ts'
import type { Message } from '../../blocks/message.ts'
import { between, type Line, say, together } from '../../blocks/say.ts'
import { counted } from '../phrases.ts'
import { openStandingLine } from '../standing/standing-access.ts'

/** elevate is back after an absence, and says what fell due meanwhile. */
export function woke(notice: Extract<Notice, { kind: 'woke' }>): Message {
  const away =
    notice.downSeconds === null
      ? say`elevate has started; how long it was away is not known.`
      : say`elevate is back after ${formatDuration(notice.downSeconds)}.`
  return sentence(together(away, meanwhile(notice), openStandingLine(notice.standing ?? 0)))
}

function meanwhile({ expired, unfinished, lapsed }: Extract<Notice, { kind: 'woke' }>): Line {
  const parts = [
    ...(expired > 0
      ? [say`${counted(expired, 'grant')} had expired, and ${expired === 1 ? 'is' : 'are'} being ended now`]
      : []),
    ...(unfinished > 0
      ? [
          say`${counted(unfinished, 'grant')} that had been begun ${unfinished === 1 ? 'is' : 'are'} being finished`,
        ]
      : []),
    ...(lapsed > 0 ? [say`${counted(lapsed, 'request')} had lapsed`] : []),
  ]
  return parts.length === 0 ? say`Nothing had fallen due meanwhile.` : say`Meanwhile ${between(parts, '; ')}.`
}
