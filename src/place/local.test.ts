import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { connectSession } from '../session/client/client.js'
import { endpointsOf, gone, isRunning } from '../session/fixtures/processes.js'
import { startLocalAgent } from './local.js'

it.each([4, 6] as const)('an agent of our own listens on loopback, IPv%i', async (family) => {
  const agent = await startLocalAgent({ family })
  expect(agent.host).toBe(family === 4 ? '127.0.0.1' : '::1')
  expect(agent.port).toBeGreaterThan(0)
  await agent.close()
  expect(isRunning(agent.pid)).toBe(false)
  await agent.close()
})

it('its key is neither on its command line nor in its environment', async () => {
  const agent = await startLocalAgent({ family: 4 })
  const key = agent.key.toString('hex')
  expect(readFileSync(`/proc/${agent.pid}/cmdline`, 'utf8')).not.toContain(key)
  // Its memory is private: that is root's to see.
  if (process.getuid?.() === 0)
    expect(readFileSync(`/proc/${agent.pid}/environ`, 'utf8')).not.toContain(key)
  await agent.close()
})

it('it ends after its session, without being told', async () => {
  const agent = await startLocalAgent({ family: 4 })
  const session = await connectSession(agent)
  const endpoints = endpointsOf(agent.pid)
  expect(endpoints).toHaveLength(1)
  expect([agent.pid, ...endpoints].filter(isRunning)).toHaveLength(2)
  await session.close()
  // Nobody has told it: `close` comes after it has ended.
  await gone([agent.pid, ...endpoints])
  await agent.close()
})

it('a stopped agent and its processes are ended for certain', async () => {
  const agent = await startLocalAgent({ family: 4 })
  const session = await connectSession(agent)
  const endpoints = endpointsOf(agent.pid)
  expect(endpoints).toHaveLength(1)
  for (const pid of [...endpoints, agent.pid]) process.kill(pid, 'SIGSTOP')
  await agent.close()
  await gone([agent.pid, ...endpoints])
  await session.close()
})

it('an abort ends the start', async () => {
  const reason = new Error('enough')
  const abort = new AbortController()
  const starting = startLocalAgent({ family: 4, signal: abort.signal })
  abort.abort(reason)
  await expect(starting).rejects.toBe(reason)
})

it.each([4, 6] as const)(
  'what keeps the agent from starting is its own error, IPv%i',
  async (family) => {
    // An address of documentation (RFC 5737, RFC 3849), which no machine has.
    const address = family === 4 ? '192.0.2.1' : '2001:db8::1'
    await expect(startLocalAgent({ family, address })).rejects.toMatchObject({
      code: 'XRB_ADDRESS',
      exitCode: 3,
      message: expect.stringContaining(`cannot listen at ${address}`),
      hint: expect.stringContaining('ip address'),
    })
  },
)
