// Go, as an auditor would have it: any version from 1.21 on, which gets golang.org/x/mod from the module proxy or its cache.
import { execFile, execFileSync } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const root = path.join(import.meta.dirname, '../..')

const env = {
  ...process.env,
  GO111MODULE: 'on',
  GOFLAGS: '-buildvcs=false',
  GOTOOLCHAIN: 'local',
  GOWORK: 'off',
}

/** False where there is no Go, or no way for it to get golang.org/x/mod; says so, as those tests are then skipped. */
export function goIsHere(): boolean {
  try {
    const cwd = path.join(root, 'src/audit/evidence')
    execFileSync('go', ['list', 'golang.org/x/mod/sumdb/tlog'], { cwd, env, stdio: 'pipe', timeout: 60_000 })
    return true
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: Buffer }
    const reason =
      code === 'ENOENT' ? 'there is no Go here' : `Go cannot get it: ${stderr?.toString().trim()}`
    console.warn(`What compares us with golang.org/x/mod is skipped: ${reason}`)
    return false
  }
}

/** Throws when `go` does not end with 0, with what it wrote in `stderr`. */
export function go(cwd: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)('go', args, { cwd, env })
}

/** Builds the program in `folder` of the project. */
export async function goProgram(
  folder: 'src/audit/evidence' | 'test/audit/tree',
  file: string,
): Promise<void> {
  await go(path.join(root, folder), 'build', '-o', file, '.')
}
