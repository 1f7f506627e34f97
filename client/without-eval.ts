// Zod tries `new Function` when a schema is made, which the content security policy reports as a violation. It comes with
// the first form, long after the page, so it finds this where it keeps its settings between its copies.
Reflect.set(globalThis, '__zod_globalConfig', { jitless: true })
