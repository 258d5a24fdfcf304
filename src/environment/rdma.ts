import { basename } from 'node:path'
import type { RdmaDevice } from '../results/schema/schema.js'
import { countOf, type MachineFiles } from './machine-files.js'

const DEVICES = '/sys/class/infiniband'

/** RDMA devices that the kernel knows. */
export function captureRdma(files: MachineFiles): RdmaDevice[] {
  return files
    .names(DEVICES)
    .slice(0, 64)
    .map((name) => {
      const folder = `${DEVICES}/${name}`
      const driver = files.target(`${folder}/device/driver`)
      const place = files.target(folder)
      return {
        name: name.slice(0, 64),
        // A device of software hangs on no bus.
        software: place === null ? null : place.includes('/devices/virtual/'),
        driver: driver === null ? null : basename(driver),
        firmware: files.text(`${folder}/fw_ver`),
        boardId: files.text(`${folder}/board_id`),
        nodeGuid: files.text(`${folder}/node_guid`),
        ports: portsOf(files, folder),
      }
    })
}

function portsOf(files: MachineFiles, folder: string): RdmaDevice['ports'] {
  return files
    .names(`${folder}/ports`)
    .slice(0, 16)
    .map((port) => ({
      port: countOf(port) ?? 0,
      // `4: ACTIVE`
      state: files.text(`${folder}/ports/${port}/state`, 64)?.replace(/^\d+:\s*/, '') ?? null,
      rate: files.text(`${folder}/ports/${port}/rate`, 64),
      linkLayer: files.text(`${folder}/ports/${port}/link_layer`, 64),
    }))
}
