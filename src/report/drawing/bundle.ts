/// <reference lib="dom" />
import { mount } from './mount.js'

// The one file that a report carries, and that draws pictures without a browser.
export { renderSvg } from './render-svg.js'

if (typeof document !== 'undefined') mount(document)
