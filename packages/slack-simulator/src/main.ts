#!/usr/bin/env node
import { readFile } from 'node:fs/promises'
import { type Arguments, readArguments, USAGE, WrongUse } from './arguments.ts'
import { readManifest } from './manifest.ts'
import { pageHandler } from './page/serve.ts'
import { type Simulator, startSimulator } from './server.ts'
import type { WorkspaceSeed } from './workspace.ts'
import { readWorkspace } from './workspace-file.ts'

async function fileCalled(name: string, what: string): Promise<string> {
  return readFile(name, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(
      `The ${what} ${name} cannot be read: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}.`,
    )
  })
}

async function manifestIn(name: string): Promise<string> {
  const text = await fileCalled(name, 'manifest')
  try {
    readManifest(text)
    return text
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`)
  }
}

async function workspaceIn(name: string): Promise<WorkspaceSeed> {
  const read = readWorkspace(await fileCalled(name, 'workspace file'))
  if (read.ok) return read.seed
  throw new Error(read.faults.map((fault) => `${name}:${fault}`).join('\n'))
}

async function start({ manifest, workspace, port, delivery }: Arguments): Promise<void> {
  const seed = await workspaceIn(workspace)
  const people = seed.users.filter((user) => !user.bot && !user.deleted)
  const simulator = await startSimulator({
    manifest: await manifestIn(manifest),
    workspace: seed,
    port,
    delivery,
    page: pageHandler(people[0] ? { firstPerson: people[0].id } : {}),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') throw new Error(`Port ${port} is taken. Give another with --port.`)
    throw error
  })
  process.stdout.write(welcome(simulator, seed, delivery))
  const stop = () => void simulator.stop()
  process.once('SIGINT', stop).once('SIGTERM', stop)
}

function welcome(simulator: Simulator, seed: WorkspaceSeed, delivery: Arguments['delivery']): string {
  const people = seed.users.filter((user) => !user.bot && !user.deleted)
  const widest = Math.max(...people.map((user) => (user.realName ?? user.name).length))
  const look = (query: string) => `${simulator.url}/?${query}`
  const [first, second] = people
  const lines = [
    `${seed.team.name} is running, a simulated Slack workspace.`,
    '',
    'Your app needs these in its environment, and SLACK_API_URL as `slackApiUrl` in `clientOptions`:',
    '',
    `  SLACK_API_URL=${simulator.apiUrl}`,
    `  SLACK_BOT_TOKEN=${simulator.botToken}`,
    delivery.kind === 'http'
      ? `  SLACK_SIGNING_SECRET=${simulator.signingSecret}`
      : `  SLACK_APP_TOKEN=${simulator.appToken}`,
    '',
    'Look at the workspace as',
    '',
    ...people.map((user) => `  ${(user.realName ?? user.name).padEnd(widest)}  ${look(`as=${user.id}`)}`),
    ...(first && second
      ? ['', `  or two beside each other: ${look(`as=${first.id}&beside=${second.id}`)}`]
      : []),
    '',
    'Ctrl-C stops it; nothing is kept.',
  ]
  return `${lines.join('\n')}\n`
}

try {
  const given = readArguments(process.argv.slice(2))
  if (given) await start(given)
  else process.stdout.write(USAGE)
} catch (error) {
  const wrongUse = error instanceof WrongUse
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${wrongUse ? `\n${USAGE}` : ''}`)
  process.exitCode = wrongUse ? 2 : 1
}
