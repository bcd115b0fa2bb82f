// The one driver behind npm start, npm test, npm run build and npm run cli.
// This file must be understood by a Node that is too old for the rest: no imports, no recent syntax.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    'SocketScope needs Node 20.19 or newer; this is Node ' +
      process.versions.node +
      '. Install a current Node (https://nodejs.org) and run the same command again.',
  );
  process.exitCode = 1;
} else {
  void import('./lib/driver.mjs').then((driver) => driver.main(process.argv.slice(2)));
}
