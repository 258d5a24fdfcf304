import { XrbenchError } from '../errors.js'
import { labFacts } from '../lab/facts.js'
import type { DeviceStep } from '../rdma/device-step.js'
import { examineSteps, type StepFinding } from '../rdma/examine.js'
import type { Check } from './checks.js'

/** The four ways to an RDMA device as checks; none where the addon cannot even look. */
export function rdmaChecks(): Check[] {
  try {
    return examineSteps().map(stepCheck)
  } catch (error) {
    // That the addon is missing is said with the transports.
    if (error instanceof XrbenchError) return []
    throw error
  }
}

function stepCheck({ step, possible, finding, hint }: StepFinding): Check {
  return { name: step, state: possible ? 'ok' : 'no', finding, hint }
}

const WAYS: Readonly<Record<DeviceStep, string>> = {
  nic: 'on a NIC of this machine',
  software: 'on a device of software that is here',
  'soft-roce': 'on a SoftRoCE device that a run makes and removes',
  lab: 'in the lab, a virtual machine',
}

/** How RDMA would be measured here; `null`: not at all. */
export function firstWay(checks: readonly Check[]): string | null {
  const first = checks.find(({ state }) => state === 'ok')
  return first === undefined ? null : WAYS[first.name as DeviceStep]
}

/** What the lab is made of as checks. */
export function labChecks(): Check[] {
  return labFacts().map(({ name, state, finding, hint }) => ({
    name,
    state: state === 'missing' ? 'no' : state,
    finding,
    hint,
  }))
}
