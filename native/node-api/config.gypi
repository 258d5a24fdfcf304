# Read by node-gyp in place of the running Node.js's own process.config, parts of which some
# distributions leave out. The rest (architecture, paths) node-gyp adds itself.
{
  'target_defaults': {
    'default_configuration': 'Release'
  },
  'variables': {
    'napi_build_version': '9',
    'node_shared': 'false',
    'node_with_ltcg': 'false'
  }
}
