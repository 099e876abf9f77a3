/** What is said when something is away. */
import type { Message } from '../../src/slack/blocks/message.ts'
import {
  checkpointNotice,
  noCheckpointAnswer,
  witnessRefusedNotice,
} from '../../src/slack/words/log/log-notices.ts'
import {
  directoryDownAnswer,
  faultAnswer,
  outcomeUnknownAnswer,
  quarantineAnswer,
  storeDownAnswer,
} from '../../src/slack/words/unavailable.ts'

const line = `A${'A'.repeat(103)}`
const cosigned = {
  size: Number.MAX_SAFE_INTEGER,
  note: `elevate.example.com/audit\n${Number.MAX_SAFE_INTEGER}\n${'A'.repeat(43)}=\n\n${`— witness.example.com/w1 ${line}\n`.repeat(9)}`,
}

export function troubleMessages(): Record<string, Message> {
  return {
    checkpoint: checkpointNotice(cosigned, true),
    'no checkpoint': noCheckpointAnswer(),
    'witness refused': witnessRefusedNotice(
      `witness.example.com/${'w'.repeat(200)}`,
      'it knows a checkpoint of 9007199254740991 events, and there are 0',
      [{ kind: 'group', id: 'S0SEC' }],
    ),
    quarantined: quarantineAnswer(),
    'store down': storeDownAnswer(),
    'outcome unknown': outcomeUnknownAnswer(),
    'directory down': directoryDownAnswer(),
    fault: faultAnswer(),
  }
}
