import { constants } from 'node:os'
import { findRxeModule, moduleHint, type RxeModule } from './rxe-module.js'

/** Why something cannot be, and what to do; a reason stands in brackets within a sentence. */
export interface Explanation {
  reason: string
  hint: string | null
}

const { EPERM, EEXIST, ENODEV, EINVAL, EPROTONOSUPPORT, ENOENT, ENFILE } = constants.errno

/** Why the kernel refused to make a SoftRoCE device on `netdev` (nldev_newlink, drivers/infiniband/core/nldev.c; rxe_newlink). */
export function explainNewLink(
  errno: number,
  netdev: string,
  module: RxeModule = findRxeModule(),
): Explanation {
  switch (errno) {
    case EPERM:
      return noRight(netdev)
    case EEXIST:
      return {
        reason: `${netdev} has a SoftRoCE device already, which cannot be used`,
        hint: 'rdma link show; ls -l /dev/infiniband',
      }
    case ENODEV:
      return { reason: `there is no network device ${netdev}`, hint: 'ip link' }
    case EINVAL:
      return module === 'loaded'
        ? { reason: `the kernel makes none on ${netdev}`, hint: 'sudo dmesg | tail' }
        : { reason: 'no module rdma_rxe in this kernel', hint: moduleHint() }
    case EPROTONOSUPPORT:
      return noRdma()
    case ENOENT:
      return {
        reason: 'the kernel has no crc32 for rdma_rxe',
        hint: 'sudo modprobe crc32_generic',
      }
    case ENFILE:
      return { reason: 'an RDMA device of that name is there', hint: 'rdma link show' }
    default:
      return { reason: `the kernel refused it, errno ${errno}`, hint: 'sudo dmesg | tail' }
  }
}

export function noRight(netdev: string, reason = 'no right to: it takes CAP_NET_ADMIN') {
  return { reason, hint: `sudo rdma link add rxe0 type rxe netdev ${netdev}` }
}

export function vlan(netdev: string): Explanation {
  return {
    reason: `${netdev} is a VLAN, which rdma_rxe does not take`,
    hint: `make one on the device below ${netdev}: ip -d link show ${netdev}`,
  }
}

/** There is no NETLINK_RDMA. */
export function noRdma(): Explanation {
  return {
    reason: 'this kernel has no RDMA: ib_core is not loaded',
    hint: 'sudo modprobe rdma_rxe',
  }
}
