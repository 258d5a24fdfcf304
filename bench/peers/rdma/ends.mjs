import { End } from './end.mjs'
import { connectEnd } from './remote-end.mjs'

/** Where `far-end.mjs` listens in the second guest. */
export const FAR_END = Object.freeze({ address: '10.77.0.2', port: 18_600 })
const NEAR_ADDRESS = '10.77.0.1'

/**
 * Both ends of what is compared over RDMA.
 * @typedef {object} Ends
 * @property {{ call: (request: import('./end.mjs').Request) => Promise<any> }} near the client's
 * @property {{ call: (request: import('./end.mjs').Request) => Promise<any> }} far the server's
 * @property {{ client: string, server: string }} addresses
 * @property {() => void} close
 */

/**
 * The ends in the lab's guests: both in this one, or the far one in the other.
 * @param {1 | 2} guests
 * @param {AbortSignal} signal
 * @returns {Promise<Ends>}
 */
export async function guestEnds(guests, signal) {
  const near = new End(signal)
  if (guests === 1) {
    const addresses = { client: NEAR_ADDRESS, server: NEAR_ADDRESS }
    return { near, far: new End(signal), addresses, close: () => {} }
  }
  const far = await connectEnd(FAR_END.address, FAR_END.port, signal)
  const addresses = { client: NEAR_ADDRESS, server: FAR_END.address }
  return { near, far, addresses, close: far.close }
}

/** @param {import('../rounds.mjs').Context} context */
export function expectEnds({ ends, places }) {
  if (ends === null) throw new Error('RDMA is compared inside the lab only')
  return { ...ends, places }
}
