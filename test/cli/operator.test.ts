/** What a command of the program is handed. */
import { expect, it } from 'vitest'
import { forOperator } from '../../src/app/operator.ts'
import { freshDatabase } from '../support/postgres.ts'

it('a command reaches neither the store nor a connector, and is refused with a value', async () => {
  await using database = await freshDatabase()
  await forOperator({ url: database.url, env: {} }, async (inside) => {
    const found: string[] = []
    const seen = new Set<unknown>()
    const walk = (value: unknown, way: string): void => {
      if (!(value instanceof Object) || seen.has(value)) return
      seen.add(value)
      if (['transaction', 'reads', 'keepCheckpoint', 'revoke', 'close'].some((one) => one in value))
        found.push(way)
      for (const [name, inner] of Object.entries(value)) walk(inner, `${way}.${name}`)
    }
    walk(inside, 'inside')
    expect(found).toEqual([])
    expect(await inside.verbs.endAsOperator({ number: 9, by: 'root', note: 'done' })).toMatchObject({
      refused: { code: 'unknown-grant' },
    })
  })
})
