/**
 * The other machine's end: does what one connection asks for, line by line, and leaves with it. Only for a guest of the lab,
 * whose wire has nobody else on it.
 */
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { End } from './end.mjs'

const [address = '127.0.0.1', port = '0'] = process.argv.slice(2)

const server = createServer((socket) => {
  server.close()
  const stop = new AbortController()
  const end = new End(stop.signal)
  socket.setNoDelay()
  createInterface({ input: socket }).on('line', async (line) => {
    const { id, request } = JSON.parse(line)
    const answer = await end.call(request).then(
      (value) => ({ id, value: value ?? null }),
      (error) => ({ id, error: error.message }),
    )
    if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`)
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    stop.abort()
    end.call({ do: 'abandon' }).catch(() => {})
  })
})
server.listen(Number(port), address)
