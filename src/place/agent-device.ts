import type { OwnRdmaPort } from '../addon/addon.js'
import { environmentError } from '../errors.js'
import { chooseRdmaDevice, type DeviceChoice } from '../rdma/device-choice.js'

/**
 * The RDMA device for an agent that was told to make one: none is made where one is there. It goes with this process.
 * @param host where the agent listens, numeric
 * @throws {XrbenchError} `XRB_SOFT_ROCE` (exit 3) when there is none and none can be made
 */
export async function deviceForAgent(
  host: string,
  own: OwnRdmaPort,
  say: (line: string) => void,
): Promise<DeviceChoice> {
  const choice = await chooseRdmaDevice({
    ...own,
    peerAddress: null,
    ownAddress: isAny(host) ? null : host,
    family: 0,
    softRoce: 'make',
    lab: 'never',
    say,
  })
  if (choice.step !== null) return choice
  const attempt = choice.attempts.find(({ step }) => step === 'soft-roce')
  throw environmentError(
    'XRB_SOFT_ROCE',
    `There is no SoftRoCE device to serve with: ${attempt?.sentence.replace(/^C/, 'c') ?? 'none.'}`,
    attempt?.hint ?? 'xrbench doctor',
  )
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
