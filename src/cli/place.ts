import type { OwnRdmaPort } from '../addon/addon.js'
import { startLocalAgent } from '../place/local.js'
import { connectSession, type Session } from '../session/client.js'
import { loadKey } from '../session/key.js'
import type { PeerTarget } from './target.js'

export interface PlaceOptions {
  target: (PeerTarget & { address: string }) | null
  /** An agent at the target that is only just being started is waited for so long. */
  patienceMs?: number
  family: 4 | 6
  /** Device, port and GID of an agent that is started here. */
  rdmaPort?: OwnRdmaPort | undefined
  signal: AbortSignal
}

/** Opens a session with the peer, or with an agent started here for it; both are gone when `use` is done. */
export async function withSession<T>(
  options: PlaceOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { target, family, rdmaPort, signal } = options
  if (target !== null) {
    const key = await loadKey(target.keyFile)
    const { patienceMs } = options
    return connected({ host: target.address, port: target.port, key, patienceMs, signal }, use)
  }
  const agent = await startLocalAgent({ family, rdmaPort, signal })
  try {
    return await connected({ host: agent.host, port: agent.port, key: agent.key, signal }, use)
  } finally {
    await agent.close()
  }
}

async function connected<T>(
  to: Parameters<typeof connectSession>[0],
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connectSession(to)
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}
