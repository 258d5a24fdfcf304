export {
  chooseRdmaDevice,
  type DeviceChoice,
  type DeviceChoiceOptions,
} from '../rdma/device-choice.js'
