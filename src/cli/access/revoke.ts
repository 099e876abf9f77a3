import { userInfo } from 'node:os'
import { Command } from 'commander'
import { grantName } from '../../core/access/grant.ts'
import { cleanText } from '../../core/access/reason.ts'
import { isRefused } from '../../core/refusal.ts'
import { endAsOperator } from '../../operations/access/grant/end-as-operator.ts'
import { withStore } from '../database.ts'
import { print } from '../print.ts'

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('end a grant now; the running bot takes the access back')
    .argument('<grant>', 'for example G-12')
    .requiredOption('--reason <text>', 'why; the holder will read it')
    .option('--json', 'for programs')
    .action(async (name: string, { reason, json }: { reason: string; json?: boolean }) => {
      const number = /^G-?([1-9][0-9]{0,15})$/i.exec(name)?.[1]
      if (!number) throw new Error(`“${cleanText(name)}” is not a grant: write for example G-12.`)
      await withStore(async (store) => {
        const answer = await endAsOperator(store, {
          number: Number(number),
          by: userInfo().username,
          note: reason,
        })
        if (isRefused(answer)) throw new Error(answer.refused.text)
        print(json, answer.grant, `${grantName(answer.grant.number)} is ending.`)
      })
    })
}
