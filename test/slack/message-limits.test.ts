import { WebClient } from '@slack/web-api'
import fc from 'fast-check'
import { type Simulator, startSimulator } from 'slack-simulator'
import { hazardsIn } from 'slack-simulator/hazards'
import { inspectOptions, inspectView } from 'slack-simulator/inspect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onWire } from '../../src/slack/blocks/message.ts'
import { homeView } from '../../src/slack/home.ts'
import { anyText } from '../support/texts.ts'
import { ADA, SECURITY, workspace } from '../support/workspace.ts'
import { everyMessage } from './largest.ts'
import { beforehandOf, largestChoices, largestForms } from './largest-forms.ts'
import { MANIFEST } from './notify-desk.ts'
import {
  approved,
  card,
  endedGrant,
  grant,
  policy,
  read,
  request,
  stringsOf,
  target,
  temporaryLogin,
} from './rows.ts'

/** What people have typed into other bots to reach a whole channel, a link, or a false line. */
const HOSTILE = [
  '<!here>',
  '<!channel>',
  '@channel',
  '@here',
  '@everyone',
  '<@U0SAM>',
  '<!subteam^S0SEC>',
  '<http://evil.example|the runbook>',
  'http://evil.example',
  '`code`',
  '*Forged*',
  '_x_',
  '~x~',
  ':white_check_mark:',
  '> quote',
  '&lt;!here&gt;',
  '\n*Risk*\nlow',
  '\u202egnp',
  '🧑‍🚒',
  'é'.repeat(50),
]

/** Markup that may stand in parsed text only where we wrote it. */
const LIVE = [
  /<!(here|channel|everyone)/,
  /(^|[^\u2060\w])@(channel|here|everyone)\b/,
  /<https?:/,
  /:white_check_mark:/,
  /https?:\/\//,
  /`code`/,
  /\*Forged\*/,
]

let simulator: Simulator
let client: WebClient
beforeAll(async () => {
  simulator = await startSimulator({ manifest: MANIFEST, workspace, pace: 'off' })
  client = new WebClient(simulator.botToken, { slackApiUrl: simulator.apiUrl, retryConfig: { retries: 0 } })
})
afterAll(() => simulator.stop())

const worstTexts: Record<string, string> = {
  'long words': 'w'.repeat(3000),
  ampersands: '&<>'.repeat(1000),
  'quotation marks and line breaks': '"\\\n'.repeat(1000),
  'letters of two units': '🧑‍🚒'.repeat(1000),
  hostile: HOSTILE.join(' ').repeat(8).slice(0, 3000),
  nothing: '',
}

describe.each(Object.entries(worstTexts))('with %s typed everywhere', (_, typed) => {
  const messages = Object.entries(everyMessage(typed, 'N'.repeat(80)))

  it.each(messages)('Slack takes the largest message: %s', async (_name, message) => {
    const wire = onWire(message)
    const answer = await client.chat.postMessage({ channel: SECURITY, ...wire })
    expect(answer.ok).toBe(true)
    const update = await client.chat.update({ channel: SECURITY, ts: String(answer.ts), ...wire })
    expect(update.ok).toBe(true)
    expect(JSON.stringify([wire.blocks, wire.attachments]).length).toBeLessThanOrEqual(13_000)
    expect(message.blocks.length).toBeLessThanOrEqual(50)
    expect(message.text.length).toBeGreaterThan(10)
    expect(simulator.control.violations()).toEqual([])
    expect(JSON.stringify(message.blocks)).not.toContain('too long to be shown whole')
  })

  it.each(Object.entries(largestForms(typed, 'N'.repeat(80))))(
    'Slack takes the largest dialog: %s',
    (_name, view) => {
      expect(inspectView(view, 'modal')).toEqual([])
      expect(hazardsIn({ view })).toEqual([])
      // Not documented for dialogs; what Slack takes in a message it takes here.
      expect(JSON.stringify(view.blocks).length).toBeLessThanOrEqual(13_000)
      const note = view.blocks.find((one) => one.block_id === 'note')
      if (typed && note) expect(JSON.stringify(note)).toContain('"initial_value"')
    },
  )

  it('Slack takes the largest Home', async () => {
    const asked = request({ reason: typed })
    const entitlement = { target, role: { ...read, description: typed }, policy }
    const beforehand = beforehandOf(typed, { target: target.id, role: read.id })
    const many = <T>(one: T) => Array.from({ length: 200 }, () => one)
    const list = {
      mayAsk: many(entitlement),
      grants: many({ grant: grant(), request: approved({ reason: typed }) }),
      requests: many(asked),
      toDecide: many(asked),
      toAccept: many(asked).map((one, at) => ({ ...one, id: `o${at}` })),
      toReview: many(asked),
      preApprovals: { live: many(beforehand), mayGive: [entitlement] },
      now: new Date(),
      quarantine: {
        id: '1',
        why: 'restored',
        said: typed,
        beganAt: new Date(),
        endedAt: undefined,
        endedBy: undefined,
        reason: '',
      } as const,
    }
    const view = homeView(list, { names: () => 'N'.repeat(80), capabilities: () => temporaryLogin })
    expect((await client.views.publish({ user_id: ADA, view })).ok).toBe(true)
    expect(view.blocks.length).toBeLessThanOrEqual(100)
  })
})

it('what people type reaches no text that Slack parses as anything but letters', () => {
  const typed = fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), anyText(20)), {
      maxLength: 12,
    })
    .map((parts) => parts.join(' '))
  fc.assert(
    fc.property(
      typed,
      fc.constantFrom('Ada', '<!here>', '@channel', ':white_check_mark:', '*Forged*'),
      (text, name) => {
        // One `expect` for all: there are some thousand texts in each run.
        const alive = Object.entries(everyMessage(text, name)).flatMap(([which, message]) =>
          stringsOf(message)
            .parsed.filter((parsed) => LIVE.some((live) => live.test(parsed)))
            .map((parsed) => `${which}: ${parsed}`),
        )
        expect(alive).toEqual([])
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

it('the menus of the audit form hold the longest names there are', () => {
  expect(inspectOptions(largestChoices())).toEqual([])
})

it('break-glass is coloured until it is reviewed, and nothing else is', () => {
  const coloured = Object.entries(everyMessage('typed', 'N')).filter(([, message]) => message.colour)
  expect(coloured.map(([name]) => name)).toEqual(['card taken', 'card taken, still there'])
  for (const [, message] of coloured) {
    const { blocks, attachments } = onWire(message)
    expect(attachments?.[0]?.color).toMatch(/^#[0-9a-f]{6}$/)
    expect([...blocks, ...(attachments?.[0]?.blocks ?? [])]).toEqual(message.blocks)
    // Whom it alerts stands above the bar, where telephones alert too.
    expect(JSON.stringify(blocks)).toContain('please look at this now')
    expect(JSON.stringify(attachments)).not.toContain('please look at this now')
  }
})

it('a reason of 3,000 letters is cut, and the card says where the whole of it is', async () => {
  const { requestCard } = await import('../../src/slack/words/access/request-card.ts')
  const message = requestCard(
    card({ request: request({ reason: 'w'.repeat(3000) }), grant: endedGrant() }),
    (id) => id,
  )
  const words = JSON.stringify(message.blocks)
  expect(words).toContain('the full text is in the audit log')
  expect(words).not.toContain('w'.repeat(1600))
})
