import { Command } from 'commander'
import { print } from '../print.ts'
import { auditExportCommand } from './audit-export.ts'
import { signing, signingKeyInUse, withProofs } from './audit-files.ts'
import { keyCommand } from './audit-key.ts'
import { auditProofCommand } from './audit-proof.ts'
import { auditVerifyCommand } from './audit-verify.ts'

export function auditCommand(): Command {
  const audit = new Command('audit').description('prove the audit log, and take it elsewhere')
  const commands = [
    auditVerifyCommand(),
    auditExportCommand(),
    auditProofCommand(),
    checkpointCommand(),
    keyCommand(),
  ]
  for (const command of commands) audit.addCommand(command.exitOverride().showHelpAfterError())
  return audit
}

function checkpointCommand(): Command {
  return new Command('checkpoint')
    .description('sign what the log is now, and print it: keep it where nobody can change it')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: boolean }) => {
      const key = await signingKeyInUse()
      await withProofs(async (proof) => {
        const signed = await signing(proof, key).sign()
        if (signed.kind === 'refused') {
          if (!json) throw new Error(`Not signed: ${signed.text}`)
          process.exitCode = 1
          print(json, { ok: false, ...signed }, '')
          return
        }
        if (signed.kind === 'empty') throw new Error('The log is empty: there is nothing to sign.')
        const { checkpoint, note, fresh } = signed
        const { vkey } = key.signer.verifier
        const root = Buffer.from(checkpoint.root).toString('base64')
        print(json, { ok: true, size: checkpoint.size, root, note, vkey, fresh }, note.trimEnd())
      })
    })
}
