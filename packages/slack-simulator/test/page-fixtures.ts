import type { PersonView, SeenMessage, SeenPerson } from '../src/view.ts'
import { others } from './page-block-kinds.ts'
import { approval, digest, home, hostile, morning } from './page-blocks.ts'

function person(id: string, name: string, realName: string, more: Partial<SeenPerson> = {}): SeenPerson {
  return {
    id,
    name,
    realName,
    deleted: false,
    isBot: false,
    isGuest: false,
    timezone: 'Europe/Berlin',
    ...more,
  }
}

const people: readonly SeenPerson[] = [
  person('U1', 'ana', 'Ana Petrova'),
  person('U2', 'ben', 'Ben Okafor', { timezone: 'America/New_York' }),
  person('U3', 'chloe', 'Chloé Martin'),
  person('U4', 'guest', 'Gus Visitor', { isGuest: true }),
  person('U5', 'gone', 'Gone Person', { deleted: true }),
  person('UBOT', 'gatekeeper', 'Gatekeeper', { isBot: true }),
]

export function said(ts: number, user: string, text: string, more: Partial<SeenMessage> = {}): SeenMessage {
  return {
    ts: `${ts}.000100`,
    user,
    isBot: user === 'UBOT',
    text,
    blocks: [],
    ephemeral: false,
    edited: false,
    files: [],
    replies: [],
    ...more,
  }
}

/** A workspace in which a request waits for a decision. */
export function workspace(as: string, more: Partial<PersonView> = {}): PersonView {
  const replies = [
    said(morning + 120, 'U1', 'Looking at it :eyes:', { thread_ts: `${morning + 60}.000100` }),
    said(morning + 180, 'U2', 'Thanks!', { thread_ts: `${morning + 60}.000100` }),
  ]
  return {
    version: 1,
    team: { id: 'T1', name: 'Acme Trading', domain: 'acme' },
    me: people.find((one) => one.id === as) ?? person(as, as, as),
    people,
    groups: [{ id: 'S1', handle: 'db-approvers', members: ['U1', 'U3'] }],
    bot: { userId: 'UBOT', appId: 'A1', name: 'Gatekeeper', connected: true },
    commands: [
      {
        command: '/gate',
        description: 'Ask for access, see it, end it',
        usage_hint: '[request | mine | end | help]',
      },
      { command: '/remind', description: 'Set a reminder', usage_hint: '[@someone] [what] [when]' },
    ],
    shortcuts: [{ callback_id: 'ask', name: 'Ask for access', description: 'Opens the form' }],
    channels: [
      {
        id: 'C1',
        name: 'access-requests',
        kind: 'private',
        unread: 0,
        messages: [
          said(morning - 90_000, 'U3', 'Who is on duty today? *bold* _it_ ~gone~ `code` 2*3*4 a_b_c'),
          said(
            morning - 60,
            'U2',
            'I need orders-db for INC-881.\n> stuck payouts\n```select count(*)\nfrom payouts```',
          ),
          said(morning - 30, 'U2', 'Asking now. See https://example.com/inc/881?a=1&amp;b=2'),
          said(morning + 60, 'UBOT', 'Ben asks for orders-db', { blocks: approval, replies }),
          said(morning + 200, 'UBOT', 'Only approvers can decide this.', { ephemeral: true }),
        ],
      },
      {
        id: 'C2',
        name: 'digest',
        kind: 'channel',
        unread: 2,
        messages: [said(morning, 'UBOT', 'Digest', { blocks: digest })],
      },
      {
        id: 'C3',
        name: 'kitchen-sink',
        kind: 'channel',
        unread: 0,
        messages: [said(morning, 'UBOT', 'All', { blocks: others })],
      },
      {
        id: 'D1',
        name: '',
        kind: 'im',
        with: 'UBOT',
        unread: 1,
        messages: [
          said(morning, 'UBOT', `Hostile ${hostile} &lt;b&gt; <javascript:alert(1)|click> <@U1> <#C1>`),
        ],
      },
      { id: 'D2', name: '', kind: 'im', with: 'U3', unread: 0, messages: [] },
    ],
    home,
    modals: [],
    notices: [],
    ...more,
  }
}
