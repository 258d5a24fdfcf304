import type { OwnRdmaPort } from '../addon/addon.js'
import type { LabOptions } from '../lab/lab.js'
import { startLocalAgent } from '../place/local.js'
import type { LabFacts } from '../results/schema/schema.js'
import { connectSession, type Session } from '../session/client/client.js'
import { loadKey } from '../session/wire/key.js'
import type { RunTarget } from './peer.js'

/** Where a run has its two ends. */
export type Where =
  /** `address`: of this machine; `null`: loopback. */
  | { kind: 'here'; family: 4 | 6; address: string | null }
  | { kind: 'peer'; target: RunTarget & { address: string } }
  | { kind: 'lab'; family: 4 | 6; options: Omit<LabOptions, 'say' | 'signal'> }

interface PlaceOptions {
  where: Where
  /** Device, port and GID of an agent that is started for the run. */
  rdmaPort?: OwnRdmaPort | undefined
  signal: AbortSignal
  say: (line: string) => void
}

/** Opens a session with the peer, or with an agent started for it here or in the lab; all of it is gone when `use` is done. */
export async function withSession<T>(
  { where, rdmaPort, signal, say }: PlaceOptions,
  use: (session: Session, lab: LabFacts | null) => Promise<T>,
): Promise<T> {
  switch (where.kind) {
    case 'peer': {
      const { address: host, port, key } = where.target
      const bytes = 'file' in key ? await loadKey(key.file) : key.bytes
      return connected({ host, port, key: bytes, signal }, use)
    }
    case 'here': {
      const agent = await startLocalAgent({ ...where, rdmaPort, signal })
      try {
        const { host, port, key } = agent
        return await connected({ host, port, key, signal }, use)
      } finally {
        await agent.close()
      }
    }
    case 'lab': {
      const { openLabSession } = await import('../place/lab.js')
      const { family, options } = where
      const inLab = await openLabSession({ ...options, family, rdmaPort, signal, say })
      try {
        const { accelerator, reason, guests, kernelVersion } = inLab.lab
        const netem = options.netem?.join(' ') || null
        const facts = { accelerator, reason, guests: guests.length, kernel: kernelVersion, netem }
        return await use(inLab.session, facts)
      } finally {
        await inLab.close()
      }
    }
  }
}

async function connected<T>(
  to: Parameters<typeof connectSession>[0],
  use: (session: Session, lab: null) => Promise<T>,
): Promise<T> {
  const session = await connectSession(to)
  try {
    return await use(session, null)
  } finally {
    await session.close()
  }
}
