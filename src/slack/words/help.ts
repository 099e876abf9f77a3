import { bullets, context, message, paragraph, rich, section } from '../blocks/layout.ts'
import type { Message } from '../blocks/message.ts'
import { between, bold, code, say } from '../blocks/rich-text.ts'

type Way = readonly [typed: string, what: string]

const WAYS: readonly (readonly [title: string, ways: readonly Way[]])[] = [
  [
    'Asking for access',
    [
      ['/elevate', 'opens a form'],
      ['/elevate orders-db read 30m fix INC-7', 'asks in one line: target, role, time, reason'],
      ['/elevate orders-db read,write 2h from tomorrow 09:00 INC-7', 'asks for two roles, from then on'],
      ['/elevate orders-db read 30m for @ana INC-7', 'asks for somebody else, who accepts it first'],
      ['/elevate explain orders-db read', 'shows the rule, and who would be asked; asks nobody'],
      [
        '/elevate break-glass orders-db read 15m the shop is down',
        'takes access without approval where a policy lets you; everybody is told, and somebody else reviews it',
      ],
    ],
  ],
  [
    'Your access',
    [
      [
        '/elevate list',
        'shows all that concerns you, what you have and how long still, and what you may ask for',
      ],
      ['/elevate status', 'shows what you have, asked for, and what waits for you, with the buttons'],
      ['/elevate end', 'gives your access back when you are done; with a number (G-12) that one'],
      ['/elevate extend 30m reason', 'asks for more time; with a number (G-12) on that one'],
      ['/elevate withdraw R-12', 'takes a request back'],
    ],
  ],
  [
    'For approvers',
    [
      [
        '/elevate allow @ana orders-db read for 5d each 2h why',
        'approves somebody’s requests beforehand; “allow list” shows them, “allow end P-12” ends one',
      ],
      ['/elevate revoke @ana orders-db reason', 'ends somebody’s access; asks first'],
    ],
  ],
  [
    'Who did what',
    [
      [
        '/elevate who orders-db read',
        'shows who has access now; with “at 2026-11-20T03:00Z” then; “ever”, always',
      ],
      ['/elevate who orders-db around 2026-11-20T03:00Z for 2h', 'shows what happened around an incident'],
      ['/elevate who G-12', 'shows one grant step by step'],
      ['/elevate activity G-12', 'shows what was done with that access'],
      ['/elevate audit @ana orders-db since:2d', 'shows what happened, step by step'],
      ['/elevate audit checkpoint', 'shows the log’s last signed checkpoint; with “post”, security posts it'],
    ],
  ],
  [
    'For security',
    [
      ['/elevate standing orders-db', 'shows who has access that elevate did not give, to settle it'],
      ['/elevate revoke @ana everything', 'ends all that somebody has and waits for; asks first'],
      [
        '/elevate audit evidence 2026-11-01 2026-11-30',
        'sends a folder that an auditor can check without elevate',
      ],
    ],
  ],
]

export function helpAnswer(): Message {
  const head = say`elevate gives you access for a task and takes it back when the time is over.`
  const groups = WAYS.map(([title, ways]) => ({
    title,
    lines: ways.map(([typed, what]) => say`${code(typed)} ${what}`),
  }))
  const time = say`Times are written 30m, 2h or 1d. The clock starts when the access is there.`
  const spoken = groups.flatMap(({ title, lines }) => [say`${title}:`, ...lines.map((line) => say`${line}.`)])
  return message(between([head, ...spoken, time], ' '), [
    section(head),
    ...groups.map(({ title, lines }) => rich(paragraph(say`${bold(title)}`), bullets(lines))),
    context(time),
  ])
}
