/** A port of an RDMA device (ibv_query_device(3), ibv_query_port(3)). */
export interface RdmaPort {
  device: string
  port: number
  /** `active`, `down`, `init`, `armed` … */
  state: string
  /** The same and, where it is not active, why: `down (eth1 has no carrier)`. */
  stateWithReason: string
  /** Empty for InfiniBand. */
  netdev: string
  linkLayer: string
  activeMtuBytes: number
  maxMessageBytes: number
  lid: number
  /** `mlx5_core`, `rdma_rxe`, `siw` … */
  driver: string
  firmware: string
  nodeGuid: string
  software: boolean
  /** Those in use. */
  gids: { index: number; gid: string; type: string; netdev: string }[]
}

/** Devices of software, made and removed by NETLINK_RDMA (rdma-link(8)). Calls block. */
export interface RdmaLink {
  /**
   * Makes a SoftRoCE device on a network device.
   * @throws NativeFault `RDMA_LINK`, `op` `socket` or `newlink`, with the kernel's errno
   */
  add(name: string, netdev: string): void
  /**
   * Removes it. `busy`: somebody had it open for `limitMs`; the kernel removes it when they are gone.
   * @throws NativeFault `RDMA_LINK`, `op` `socket` or `dellink`
   */
  remove(name: string, limitMs: number): 'removed' | 'absent' | 'busy'
  /** 0, or the errno with which the kernel refuses a socket: EPROTONOSUPPORT without RDMA. */
  socketErrno(): number
}
