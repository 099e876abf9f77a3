import { Command } from 'commander'

export function startCommand(): Command {
  return new Command('start').description('run the bot (the same as `npm start`)').action(async () => {
    const { main } = await import('../main.ts')
    await main()
  })
}
