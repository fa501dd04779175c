// Loaded by Electron before the app (`-r`): whatever the main process says to its own server goes over the port in SLIPWAY_TEST_WIRE,
// where a test can let the wire fail. The app's code knows nothing of it. `globalThis.wiredPort` is the server's own port.
'use strict';
const net = process.getBuiltinModule('node:net');

const wire = Number(process.env.SLIPWAY_TEST_WIRE);
/** So many times sooner than meant a wired connection is found silent: nobody wants to wait for more than a minute. */
const HURRY = 4;
const { listen } = net.Server.prototype;
const { connect, setTimeout: callWhenSilent } = net.Socket.prototype;

net.Server.prototype.listen = function listenAndTell(...args) {
  this.once('listening', () => {
    globalThis.wiredPort ??= this.address()?.port;
  });
  return listen.apply(this, args);
};

net.Socket.prototype.connect = function connectByWire(...args) {
  // Node.js itself calls it with a list of options and listener.
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof options === 'object' && options !== null && globalThis.wiredPort !== undefined && Number(options.port) === globalThis.wiredPort) {
    options.port = wire;
    this.setTimeout = (limitMs, listener) => callWhenSilent.call(this, limitMs / HURRY, listener);
    if (this.timeout > 0) this.setTimeout(this.timeout);
  }
  return connect.apply(this, args);
};
