import { message } from '../blocks/compose.ts'
import { bullets, context, rich, section } from '../blocks/layout.ts'
import type { Message } from '../blocks/message.ts'
import { between, code, say } from '../blocks/say.ts'

const WAYS: readonly (readonly [typed: string, what: string])[] = [
  ['/elevate', 'opens a form to ask for access'],
  ['/elevate orders-db read 30m fix INC-7', 'asks in one line: target, role, time, reason'],
  [
    '/elevate orders-db read,write 2h from tomorrow 09:00 INC-7',
    'asks for two roles together, from then on; with “for @ana” for somebody else, who accepts it first',
  ],
  [
    '/elevate list',
    'shows all that concerns you: what waits for you, what you have and how long still, what you asked for and may ask for',
  ],
  ['/elevate status', 'shows what you have, what you asked for, and what waits for you, with the buttons'],
  ['/elevate end', 'gives your access back when you are done; with a number (G-12) that one'],
  ['/elevate extend 30m reason', 'asks for more time on what you have; with a number (G-12) on that one'],
  ['/elevate withdraw R-12', 'takes a request back'],
  [
    '/elevate explain orders-db read',
    'shows which rule applies, who would be asked and who of them is there; asks nobody',
  ],
  [
    '/elevate break-glass orders-db read 15m the shop is down',
    'takes access without approval where a policy lets you; everybody is told, and somebody else reviews it',
  ],
  [
    '/elevate allow @ana orders-db read for 5d each 2h why',
    'approves somebody’s requests beforehand, for its approvers; “allow list” shows them, “allow end P-12” ends one',
  ],
  [
    '/elevate revoke @ana orders-db reason',
    'ends somebody’s access, for its approvers and security; asks first',
  ],
  ['/elevate revoke @ana everything', 'ends all that somebody has and waits for, for security; asks first'],
  [
    '/elevate who orders-db read at 2026-11-20T03:00Z',
    'shows who had access at that moment; without “at”, now; with “ever”, since the beginning',
  ],
  ['/elevate who orders-db around 2026-11-20T03:00Z for 2h', 'shows what happened around an incident'],
  ['/elevate who G-12', 'shows one grant step by step'],
  [
    '/elevate standing orders-db',
    'shows security who has access that elevate did not give, and lets them settle it',
  ],
  ['/elevate activity G-12', 'shows what was done with that access'],
  ['/elevate audit @ana orders-db since:2d', 'shows what happened, step by step'],
  [
    '/elevate audit evidence 2026-11-01 2026-11-30',
    'sends security a folder that an auditor can check without elevate',
  ],
  ['/elevate audit checkpoint', 'shows the log’s last signed checkpoint; with “post”, security posts it'],
]

export function helpAnswer(): Message {
  const head = say`elevate gives you access for a task and takes it back when the time is over.`
  const ways = WAYS.map(([typed, what]) => say`${code(typed)} ${what}`)
  const time = say`Times are written 30m, 2h or 1d. The clock starts when the access is there.`
  return message(between([head, ...ways.map((way) => say`${way}.`), time], ' '), [
    section(head),
    rich(bullets(ways)),
    context(time),
  ])
}
