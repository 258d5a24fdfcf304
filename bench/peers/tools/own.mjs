import { runWith, runXrbench } from './xrbench.mjs'

/**
 * xrbench over another transport: what QUIC and TLS are held against is measured by the same loops.
 * @param {'tcp' | 'tls' | 'udp'} transport
 * @returns {import('../rounds.mjs').Tool}
 */
export const ownTransport = (transport) => (configuration, context) => {
  const { messages: _, ...same } = configuration
  return runXrbench({ ...same, transport }, context)
}

/** QUIC with a system call for each packet. @type {import('../rounds.mjs').Tool} */
export const runWithoutSegmentation = runWith(['--no-gso'])
