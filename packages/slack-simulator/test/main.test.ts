import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readArguments } from '../src/arguments.ts'
import type { ActResult, PersonView } from '../src/view.ts'

const root = path.join(import.meta.dirname, '../../..')
const program = path.join(import.meta.dirname, '../src/main.ts')
let home: string

/** A folder with the files that the README shows, so that what it says is what was tried. */
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'slack-simulator-'))
  symlinkSync(path.join(root, 'node_modules'), path.join(home, 'node_modules'))
  const readme = readFileSync(path.join(import.meta.dirname, '../README.md'), 'utf8')
  for (const [, name = '', text = ''] of readme.matchAll(/```\w+\n(?:#|\/\/) ([\w.]+)\n([\s\S]+?)```/g)) {
    writeFileSync(path.join(home, name), text)
  }
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

function node(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, ...said }))
  const until = async (words: string) => {
    while (!said.out.includes(words)) {
      const over = await Promise.race([once(child.stdout, 'data').then(() => undefined), ended])
      if (over) throw new Error(`it ended with ${over.code}: ${over.err}`)
    }
    return said.out
  }
  return { child, ended, until }
}

const files = ['--manifest', 'manifest.yml', '--workspace', 'workspace.yaml']

test('the app of the README answers a command of its workspace, until Ctrl-C', async () => {
  const simulator = node([program, ...files])
  const welcome = await simulator.until('Ctrl-C')
  const settings = Object.fromEntries(
    [...welcome.matchAll(/^ {2}(SLACK_\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
  )
  expect(Object.keys(settings)).toEqual(['SLACK_API_URL', 'SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'])
  const [link = ''] = /http\S+\?as=U0ADA$/m.exec(welcome) ?? []
  expect(await (await fetch(link)).text()).toContain('<title>Simulated workspace</title>')

  const app = node(['app.ts'], { ...process.env, ...settings })
  const view = async (after: number) =>
    (await (await fetch(new URL(`/sim/state?as=U0ADA&after=${after}`, link))).json()) as PersonView
  for (let seen = await view(0); !seen.bot.connected; ) {
    seen = await Promise.race([
      view(seen.version),
      app.ended.then(({ err }) => Promise.reject(new Error(err))),
    ])
  }
  const act = { kind: 'command', channel: 'C0TOWN', text: '/hello & good morning' }
  const answer = await fetch(new URL('/sim/act', link), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: 'U0ADA', act }),
  })
  expect((await answer.json()) as ActResult).toEqual({ ok: true })
  expect((await view(0)).channels[0]?.messages.map((message) => message.text)).toEqual([
    'Hello <@U0ADA>, you said: &amp; good morning',
  ])

  simulator.child.kill('SIGINT')
  expect(await simulator.ended).toMatchObject({ code: 0, err: '' })
})

test('over HTTP an app needs the signing secret and no app token', async () => {
  const url = 'http://127.0.0.1:9/slack/events'
  const simulator = node([program, ...files, '--http', url, '--signing-secret', 'not-a-secret'])
  const welcome = await simulator.until('Ctrl-C')
  expect(welcome).toContain('SLACK_SIGNING_SECRET=not-a-secret')
  expect(welcome).not.toContain('SLACK_APP_TOKEN')
})

test('arguments that cannot be right are refused with a reason', () => {
  const reasons = [
    [['--manifest', 'manifest.yml'], '--manifest and --workspace are both needed.'],
    [[...files, '--http', 'http://127.0.0.1:9/'], '--http and --signing-secret are needed together.'],
    [[...files, '--http', 'there', '--signing-secret', 'x'], '--http is there; it must be a URL such as'],
    [[...files, '--port', 'x'], '--port is x; it must be a number'],
    [[...files, '--verbose'], "Unknown option '--verbose'"],
  ] as const
  for (const [args, reason] of reasons) expect(() => readArguments(args)).toThrow(reason)
  expect(readArguments(['--help'])).toBeUndefined()
})

test('nothing is started when a file is wrong, or the arguments are', async () => {
  writeFileSync(path.join(home, 'wrong.yaml'), 'team: 1\n')
  const tries = [
    [[], 2, '--manifest and --workspace are both needed.'],
    [['--manifest', 'wrong.yaml', '--workspace', 'workspace.yaml'], 1, 'wrong.yaml: display_information is'],
    [['--manifest', 'manifest.yml', '--workspace', 'wrong.yaml'], 1, 'wrong.yaml:1:1 team is 1; it must be'],
  ] as const
  for (const [args, code, words] of tries) {
    const end = await node([program, ...args]).ended
    expect(end).toMatchObject({ code, err: expect.stringContaining(words) })
  }
})
