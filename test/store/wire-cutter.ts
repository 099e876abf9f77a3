// A line to the database that can be cut, go dead without a word, or lose exactly the answer to a commit.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type Line = 'up' | 'down' | 'dead' | 'cut before commit' | 'cut after commit'

export async function wireCutter(url: string) {
  const to = new URL(url)
  let line: Line = 'up'
  const sockets = new Set<Socket>()

  const server = createServer((near) => {
    if (line === 'down') return near.destroy()
    const far = connect(Number(to.port), to.hostname)
    let cutAtAnswer = false
    const cut = () => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', cut)
      socket.on('close', () => {
        sockets.delete(socket)
        cut()
      })
    }
    near.on('data', (data) => {
      if (line === 'dead') return
      const commit = data.includes('commit\0')
      if (commit && line === 'cut before commit') return cut()
      if (commit && line === 'cut after commit') cutAtAnswer = true
      far.write(data)
    })
    far.on('data', (data) => {
      if (line === 'dead') return
      if (cutAtAnswer) return cut()
      near.write(data)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  const here = new URL(url)
  here.port = String((server.address() as { port: number }).port)
  return {
    url: here.href,
    set(to: Line) {
      line = to
      if (to === 'down') for (const socket of sockets) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
