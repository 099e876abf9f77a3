/** What people copy must be good as it stands. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import { connectorKinds } from '../../src/connectors/open-connectors.ts'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

it('the example that people copy is good, and without a warning', () => {
  expect(parseCatalog(read('elevate.example.yaml'), connectorKinds)).toMatchObject({ ok: true, warnings: [] })
})

it('the examples of the README are good too', () => {
  const examples = [...read('README.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
  expect(examples.length).toBeGreaterThan(0)
  for (const example of examples)
    expect(parseCatalog(example, connectorKinds)).toMatchObject({ ok: true, warnings: [] })
})
