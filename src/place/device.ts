export { chooseRdmaDevice, type DeviceChoice } from '../rdma/device-choice.js'
