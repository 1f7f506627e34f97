/** For `NODE_OPTIONS=--import=<this file>`: a clock that is CLOCK_SHIFT_MS ahead. What measures spans stays true. */
const shift = Number(process.env['CLOCK_SHIFT_MS'] ?? 0)
const TrueDate = Date
const now = () => TrueDate.now() + shift

globalThis.Date = new Proxy(TrueDate, {
  apply: () => new TrueDate(now()).toString(),
  construct: (target, given, called) => Reflect.construct(target, given.length > 0 ? given : [now()], called),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})
TrueDate.prototype.constructor = globalThis.Date
