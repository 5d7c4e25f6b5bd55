// Imports the modules named by the arguments, and prints how many milliseconds that takes.
const start = performance.now();
for (const name of process.argv.slice(2)) await import(name);
console.log(performance.now() - start);
