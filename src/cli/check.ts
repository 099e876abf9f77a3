import { Command } from 'commander'
import { readCatalogFile } from '../config/catalog-file.ts'
import { secretResolver } from '../config/secret-source.ts'
import { connectorKinds } from '../connectors/registry.ts'
import type { Catalog } from '../core/catalog.ts'
import type { Finding } from '../core/connector.ts'
import { catalogPath } from './catalog-file.ts'
import { print } from './print.ts'

type Found = Finding & { readonly target: string }

export function checkCommand(): Command {
  return new Command('check')
    .description('check the configuration, and with --targets the rights that elevate has in each target')
    .argument('[file]', 'default: ELEVATE_CONFIG, or elevate.yaml')
    .option('--targets', 'connect to every target and look')
    .option('--json', 'for programs')
    .action(async (given: string | undefined, options: { targets?: boolean; json?: boolean }) => {
      const file = catalogPath(given)
      const { parsed, printed } = readCatalogFile(file, connectorKinds)
      const issues = parsed.ok ? parsed.warnings : parsed.issues
      const found = parsed.ok && options.targets ? await lookAtTargets(parsed.catalog) : []
      const good = parsed.ok && !found.some((one) => one.level === 'fault')
      const words = [
        printed,
        ...found.map((one) => `${one.target}: ${one.level}: ${one.text}`),
        good && parsed.ok
          ? `${file} is good: ${count(parsed.catalog.targets.length, 'target')}, ${count(parsed.catalog.policies.length, 'policy', 'policies')}.`
          : `${file} cannot be used as it is.`,
      ]
      print(options.json, { ok: good, issues, targets: found }, words.filter(Boolean).join('\n'))
      if (!good) process.exitCode = 1
    })
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

async function lookAtTargets(catalog: Catalog): Promise<Found[]> {
  const secret = secretResolver(process.env)
  const found = await Promise.all(
    catalog.targets.map(async (target): Promise<Found[]> => {
      try {
        const kind = connectorKinds.find((one) => one.kind === target.connector)
        if (!kind) return []
        const roles = target.roles.map(({ id, settings }) => ({ id, settings }))
        const connector = kind.open({ id: target.id, settings: target.settings, secret, roles })
        const findings = await connector.check(AbortSignal.timeout(20_000))
        await connector.close()
        return findings.map((one) => ({ ...one, target: target.id }))
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error)
        return [{ target: target.id, level: 'fault', text }]
      }
    }),
  )
  return found.flat()
}
