import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { FixtureServer } from './page-server.ts'

/** Where a Chromium is; undefined where there is none, and then the page is not tested. */
export const executablePath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path))

if (!executablePath) console.warn('The page of the simulator is not tested: no Chromium (see CHROMIUM_PATH).')

export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
]

/** Starts a server with fixtures and a browser for the tests around it; each test gets a page of its own. */
export function pageUnderTest() {
  const server = new FixtureServer()
  const complaints: string[] = []
  let base = ''
  let browser: Browser | undefined
  let page: Page | undefined

  beforeAll(async () => {
    base = await server.start()
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: browserArguments })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await server.stop()
  })

  beforeEach(async () => {
    await page?.close()
    server.reset()
    complaints.length = 0
    page = await browser?.newPage()
    page?.setDefaultTimeout(10_000)
    page?.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page?.on('pageerror', (error) => complaints.push(error.message))
  })

  const current = (): Page => {
    if (!page) throw new Error('there is no page before a test begins')
    return page
  }
  return {
    server,
    /** What the browser had to say: errors of scripts, and what the content security policy refused. */
    complaints,
    page: current,
    base: () => base,
    done: (kind: string) => server.acts.filter(({ act }) => act.kind === kind),
    open: async (as: string, place: string): Promise<Page> => {
      await current().goto(`${base}/?as=${as}#${place}`)
      await current()
        .locator(place === 'home' ? '.home' : `[data-key=messages-${place}]`)
        .waitFor()
      return current()
    },
  }
}
