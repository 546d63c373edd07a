/** Program: imports what it is told to, and says what it has loaded of tsyringe and reflect-metadata; both are CommonJS. */

import { createRequire } from 'node:module';
import process from 'node:process';

const { cache } = createRequire(import.meta.url);
for (const specifier of process.argv.slice(2)) await import(specifier);
const loaded = ['tsyringe', 'reflect-metadata'].filter((name) =>
  Object.keys(cache).some((file) => file.includes(`/node_modules/${name}/`)),
);
console.log(JSON.stringify({ loaded, hasMetadata: 'getMetadata' in Reflect }));
