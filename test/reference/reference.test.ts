import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { REFERENCE, referencePages } from './pages.ts'

it('the reference pages say what the program says; npm run reference writes them', async () => {
  for (const [name, text] of await referencePages())
    expect(readFileSync(path.join(REFERENCE, name), 'utf8'), name).toBe(text)
})
