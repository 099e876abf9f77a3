import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { REFERENCE, referencePages } from './pages.ts'

mkdirSync(REFERENCE, { recursive: true })
for (const [name, text] of await referencePages()) writeFileSync(path.join(REFERENCE, name), text)
